import { Migration } from "@medusajs/framework/mikro-orm/migrations"

import { refuseWhile } from "../services/ledger/refuse-down"

/** How often a look was asked for, and what asking about an operation came to, apart from what sending it did. */
export class Migration20261127020000 extends Migration {
  override async up(): Promise<void> {
    this.addSql(`alter table gateway_payment add column if not exists wakes integer not null default 0`)
    this.addSql(`
      alter table gateway_operation
        add column if not exists asked_at timestamptz,
        add column if not exists asked_outcome text,
        add column if not exists asked_code text,
        add column if not exists asked_message text`)
  }

  override async down(): Promise<void> {
    this.addSql(
      refuseWhile(
        "gateway_payment",
        "attention_code = 'notification_failed'",
        "Payments stand under notification_failed, which the version before does not know: resolve them, then migrate down.",
      ),
    )
    this.addSql(`
      alter table gateway_operation
        drop column if exists asked_at,
        drop column if exists asked_outcome,
        drop column if exists asked_code,
        drop column if exists asked_message`)
    this.addSql(`alter table gateway_payment drop column if exists wakes`)
  }
}
