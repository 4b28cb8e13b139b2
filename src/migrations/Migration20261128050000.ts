import { Migration } from "@medusajs/framework/mikro-orm/migrations"

/** Each run of the job looks which payments wait for the end of a change: there are few of them among all that need attention. */
export class Migration20261128050000 extends Migration {
  override async up(): Promise<void> {
    this.addSql(`create index if not exists gateway_payment_beside_change on gateway_payment (id)
      where attention_code = 'order_changing'`)
  }

  override async down(): Promise<void> {
    this.addSql(`drop index if exists gateway_payment_beside_change`)
  }
}
