import { Migration } from "@medusajs/framework/mikro-orm/migrations"

/** Of which days the morning report was sent. */
export class Migration20261128020000 extends Migration {
  override async up(): Promise<void> {
    this.addSql(`create table if not exists gateway_report (
      day text primary key,
      held_until timestamptz not null,
      sent_at timestamptz null
    )`)
  }

  /** The version before reports nothing: nothing is lost. */
  override async down(): Promise<void> {
    this.addSql(`drop table if exists gateway_report`)
  }
}
