import { Migration } from "@medusajs/framework/mikro-orm/migrations"

/**
 * The list is searched by the beginning of a number, by amount and by channel. An index for patterns finds a whole number as well:
 * it stands in the place of the one before.
 */
export class Migration20261127130000 extends Migration {
  override async up(): Promise<void> {
    for (const [name, kind, rest] of numbers) {
      this.addSql(`create ${kind} if not exists ${name}_begins on ${rest("text_pattern_ops")}`)
      this.addSql(`drop index if exists ${name}`)
    }
    this.addSql(
      `create index if not exists gateway_payment_by_amount on gateway_payment (amount, created_at desc, id desc)`,
    )
    this.addSql(
      `create index if not exists gateway_payment_by_channel on gateway_payment (channel, created_at desc, id desc)`,
    )
  }

  override async down(): Promise<void> {
    this.addSql(`drop index if exists gateway_payment_by_channel`)
    this.addSql(`drop index if exists gateway_payment_by_amount`)
    for (const [name, kind, rest] of numbers) {
      this.addSql(`create ${kind} if not exists ${name} on ${rest("text_ops")}`)
      this.addSql(`drop index if exists ${name}_begins`)
    }
  }
}

/** Its name, what it is, and what it is on with one or the other way of comparing. */
const numbers: [name: string, kind: "index" | "unique index", on: (ops: string) => string][] = [
  [
    "gateway_payment_number",
    "unique index",
    (ops) => `gateway_payment (merchant_order_no ${ops}, gateway, account)`,
  ],
  [
    "gateway_payment_gateway_no",
    "index",
    (ops) => `gateway_payment (gateway_order_no ${ops}) where gateway_order_no is not null`,
  ],
  [
    "gateway_payment_pay_no",
    "index",
    (ops) => `gateway_payment (pay_order_no ${ops}) where pay_order_no is not null`,
  ],
  ["gateway_operation_by_number", "index", (ops) => `gateway_operation (number ${ops})`],
  [
    "gateway_operation_gateway_no",
    "index",
    (ops) => `gateway_operation (gateway_no ${ops}) where gateway_no is not null`,
  ],
]
