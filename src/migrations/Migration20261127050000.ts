import { Migration } from "@medusajs/framework/mikro-orm/migrations"

import { refuseWhile } from "../services/ledger/refuse-down"

/** One row for each order at which somebody is or was at work: who holds it, and a cancel that has not ended. */
export class Migration20261127050000 extends Migration {
  override async up(): Promise<void> {
    this.addSql(`
      create table if not exists gateway_order (
        order_id text primary key,
        lease_token text,
        lease_until timestamptz,
        cancel_asked_by text check (cancel_asked_by in ('admin', 'customer')),
        cancel_asked_at timestamptz,
        cancel_next_at timestamptz,
        recent_refunds jsonb not null default '[]',
        created_at timestamptz not null,
        updated_at timestamptz not null
      )`)
    this.addSql(
      `create index if not exists gateway_order_cancel_due on gateway_order (cancel_next_at) where cancel_next_at is not null`,
    )
  }

  override async down(): Promise<void> {
    this.addSql(
      refuseWhile(
        "gateway_order",
        "cancel_asked_at is not null",
        "A cancel of an order is not finished yet, and the version before does not know of it: let the job run until it is, then migrate down.",
      ),
    )
    this.addSql(
      refuseWhile(
        "gateway_payment",
        "attention_code in ('order_changing', 'cancel_unfinished')",
        "Payments stand under order_changing or cancel_unfinished, which the version before does not know: end the open changes of their orders and let the job run, then migrate down.",
      ),
    )
    this.addSql(`drop table if exists gateway_order`)
  }
}
