import { Migration } from "@medusajs/framework/mikro-orm/migrations"

import { refuseWhile } from "../services/ledger/refuse-down"

/** Links to the pay page: of a token only its hash is kept, and nothing about the customer. */
export class Migration20261128010000 extends Migration {
  override async up(): Promise<void> {
    this.addSql(`create table if not exists gateway_pay_link (
      id text primary key,
      token_hash text not null unique,
      collection_id text not null,
      order_id text,
      session_id text,
      amount text not null,
      currency_code text not null,
      origin text not null check (origin in ('session', 'visit', 'admin')),
      made_by text,
      sent_at timestamptz,
      expires_at timestamptz not null,
      created_at timestamptz not null
    )`)
    this.addSql(
      `create index if not exists gateway_pay_link_collection on gateway_pay_link (collection_id, created_at)`,
    )
    this.addSql(`create index if not exists gateway_pay_link_expires on gateway_pay_link (expires_at)`)
  }

  override async down(): Promise<void> {
    this.addSql(
      refuseWhile(
        "gateway_pay_link",
        "expires_at > now()",
        "Shoppers hold links to the pay page that are still valid, and the version before does not serve it: wait until they expire, or delete them from gateway_pay_link, then migrate down.",
      ),
    )
    this.addSql(`drop table if exists gateway_pay_link`)
  }
}
