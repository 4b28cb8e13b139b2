import { Migration } from "@medusajs/framework/mikro-orm/migrations"

import { refuseWhile } from "../services/ledger/refuse-down"

const states = ["created", "pending", "paid", "partially_refunded", "refunded", "void", "failed", "paid_late"]

const allow = (allowed: readonly string[]): string[] => [
  `alter table gateway_payment drop constraint if exists gateway_payment_state_check`,
  `alter table gateway_payment add constraint gateway_payment_state_check check (state in (${allowed.map((state) => `'${state}'`).join(", ")}))`,
]

/** A payment that waits for the shopper's choice; what was chosen when it was opened, when that was, and for which customer. */
export class Migration20261127110000 extends Migration {
  override async up(): Promise<void> {
    this.addSql(
      `alter table gateway_payment add column if not exists asked_channel text, add column if not exists opened_at timestamptz,
        add column if not exists on_demand boolean not null default false, add column if not exists member_id text`,
    )
    for (const sql of allow(["unopened", ...states])) this.addSql(sql)
  }

  override async down(): Promise<void> {
    this.addSql(
      refuseWhile(
        "gateway_payment",
        "state = 'unopened'",
        "Payments wait to be opened, which the version before does not know: take the option open out, and end or open these payments first.",
      ),
    )
    for (const sql of allow(states)) this.addSql(sql)
    this.addSql(
      `alter table gateway_payment drop column if exists asked_channel, drop column if exists opened_at,
        drop column if exists on_demand, drop column if exists member_id`,
    )
  }
}
