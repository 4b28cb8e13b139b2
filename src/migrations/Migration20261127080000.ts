import { Migration } from "@medusajs/framework/mikro-orm/migrations"

import { refuseWhile } from "../services/ledger/refuse-down"

/** What a person dismissed of a payment's money, refund by refund: before, a dismissal covered all that it would ever owe. */
export class Migration20261127080000 extends Migration {
  override async up(): Promise<void> {
    this.addSql(
      `alter table gateway_payment add column if not exists dismissed jsonb not null default '[]'::jsonb`,
    )
  }

  override async down(): Promise<void> {
    this.addSql(
      refuseWhile(
        "gateway_payment",
        "dismissed <> '[]'::jsonb and settled_by is null",
        "A part of what some payments owe was dismissed, which the version before would return: stay on this version while they are kept.",
      ),
    )
    this.addSql(`alter table gateway_payment drop column if exists dismissed`)
  }
}
