import { Migration } from "@medusajs/framework/mikro-orm/migrations"

import { refuseWhile } from "../services/ledger/refuse-down"

/** What Medusa's refund row says of a refund, beside the whole minor units that go back for it. */
export class Migration20261127040000 extends Migration {
  override async up(): Promise<void> {
    this.addSql(`alter table gateway_operation add column if not exists medusa_amount text`)
  }

  override async down(): Promise<void> {
    this.addSql(
      refuseWhile(
        "gateway_operation",
        "amount = 0 or medusa_amount::numeric <> amount / power(10::numeric, (select digits from gateway_payment payment where payment.id = gateway_payment_id))",
        "Medusa holds refunds with fractions of a minor unit, at which the version before stops: stay on this version while they are kept.",
      ),
    )
    this.addSql(`alter table gateway_operation drop column if exists medusa_amount`)
  }
}
