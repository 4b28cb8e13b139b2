import { Migration } from "@medusajs/framework/mikro-orm/migrations"

/** What people were told of what stands under attention: one row for each reason and provider entry. */
export class Migration20261127150000 extends Migration {
  override async up(): Promise<void> {
    this.addSql(`create table if not exists gateway_alert (
      code text not null,
      provider_id text not null,
      gateway text not null,
      payments integer not null,
      told_at timestamptz null,
      held_until timestamptz null,
      primary key (code, provider_id)
    )`)
  }

  /** The version before tells nobody: nothing is lost. */
  override async down(): Promise<void> {
    this.addSql(`drop table if exists gateway_alert`)
  }
}
