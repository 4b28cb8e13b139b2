import { Migration } from "@medusajs/framework/mikro-orm/migrations"

import { refuseWhile } from "../services/ledger/refuse-down"

/** What a collection asked for when a payment was opened, which payments Medusa is being told of, and why one is not wanted. */
export class Migration20261127060000 extends Migration {
  override async up(): Promise<void> {
    this.addSql(`alter table gateway_payment add column if not exists asked_amount bigint`)
    this.addSql(`alter table gateway_payment add column if not exists reserved_at timestamptz`)
    this.addSql(`alter table gateway_payment drop constraint if exists gateway_payment_unwanted_check`)
    this.addSql(
      `alter table gateway_payment add constraint gateway_payment_unwanted_check check (unwanted in
        ('order_canceled', 'session_deleted', 'amount_changed', 'open_lost', 'closed', 'not_owed', 'collection_deleted'))`,
    )
    this.addSql(
      `create index if not exists gateway_payment_open_of_order on gateway_payment (id)
       where order_id is not null and unwanted is null and next_check_at is not null and state in ('created', 'pending', 'failed')`,
    )
  }

  override async down(): Promise<void> {
    this.addSql(
      refuseWhile(
        "gateway_payment",
        "unwanted in ('not_owed', 'collection_deleted')",
        "Payments that nothing owes any more are in the ledger, which the version before does not know: keep this version.",
      ),
    )
    this.addSql(`drop index if exists gateway_payment_open_of_order`)
    this.addSql(`alter table gateway_payment drop constraint if exists gateway_payment_unwanted_check`)
    this.addSql(
      `alter table gateway_payment add constraint gateway_payment_unwanted_check check (unwanted in
        ('order_canceled', 'session_deleted', 'amount_changed', 'open_lost', 'closed'))`,
    )
    this.addSql(`alter table gateway_payment drop column if exists reserved_at`)
    this.addSql(`alter table gateway_payment drop column if exists asked_amount`)
  }
}
