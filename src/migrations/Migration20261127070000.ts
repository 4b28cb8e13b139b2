import { Migration } from "@medusajs/framework/mikro-orm/migrations"

import { refuseWhile } from "../services/ledger/refuse-down"

/** What Medusa asked for with a payment, beside the whole minor units that the gateway is asked for. */
export class Migration20261127070000 extends Migration {
  override async up(): Promise<void> {
    this.addSql(`alter table gateway_payment add column if not exists medusa_amount text`)
  }

  override async down(): Promise<void> {
    this.addSql(
      refuseWhile(
        "gateway_payment",
        "medusa_amount::numeric <> amount / power(10::numeric, digits) and state not in ('void', 'failed')",
        "Medusa asked for payments with fractions of a minor unit, at which the version before stops: stay on this version while they are kept.",
      ),
    )
    this.addSql(`alter table gateway_payment drop column if exists medusa_amount`)
  }
}
