import { Migration } from "@medusajs/framework/mikro-orm/migrations"

/** When a payout was sent, which may be days after it was written: how long it has been in doubt counts from there. */
export class Migration20261128060000 extends Migration {
  override async up(): Promise<void> {
    this.addSql(`alter table gateway_operation add column if not exists sent_at timestamptz null`)
  }

  /** The version before counts from when it was written, and only tells somebody sooner. */
  override async down(): Promise<void> {
    this.addSql(`alter table gateway_operation drop column if exists sent_at`)
  }
}
