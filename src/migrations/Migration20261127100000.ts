import { Migration } from "@medusajs/framework/mikro-orm/migrations"

/** What is due is found entry by entry: a gateway that hangs, with however many payments, holds up no other. */
export class Migration20261127100000 extends Migration {
  override async up(): Promise<void> {
    this.addSql(
      `create index if not exists gateway_payment_due_by_provider on gateway_payment (provider_id, next_check_at) where next_check_at is not null`,
    )
    this.addSql(
      `create index if not exists gateway_notification_due_by_provider on gateway_notification (provider_id, next_try_at) where next_try_at is not null`,
    )
  }

  /** The version before reads every row as this one does. */
  override async down(): Promise<void> {
    this.addSql(`drop index if exists gateway_notification_due_by_provider`)
    this.addSql(`drop index if exists gateway_payment_due_by_provider`)
  }
}
