import { Migration } from "@medusajs/framework/mikro-orm/migrations"

import { refuseWhile } from "../services/ledger/refuse-down"

/** Refunds to an account that the shopper names: an operation of their own, and the only table that holds such an account, sealed. */
export class Migration20261128040000 extends Migration {
  override async up(): Promise<void> {
    this.addSql(`alter table gateway_operation drop constraint if exists gateway_operation_kind_check`)
    this.addSql(`alter table gateway_operation add constraint gateway_operation_kind_check
      check (kind in ('open', 'close', 'cancel', 'refund', 'payout'))`)
    this.addSql(`create table if not exists gateway_shopper_payout (
      operation_id text primary key references gateway_operation (id),
      gateway_payment_id text not null references gateway_payment (id),
      link_id text unique,
      token_hash text unique,
      link_expires_at timestamptz,
      link_made_by text,
      wrong_tries integer not null default 0,
      sealed text,
      receiver_type text check (receiver_type in ('mobile', 'national_id', 'bank')),
      receiver_tail text,
      given_at timestamptz,
      released_at timestamptz,
      released_by text,
      fee bigint,
      created_at timestamptz not null,
      updated_at timestamptz not null
    )`)
    this.addSql(
      `create index if not exists gateway_shopper_payout_payment on gateway_shopper_payout (gateway_payment_id)`,
    )
    this
      .addSql(`create index if not exists gateway_shopper_payout_kept on gateway_shopper_payout (operation_id)
      where sealed is not null or token_hash is not null`)
    this
      .addSql(`create unique index if not exists gateway_operation_one_payout_unclear on gateway_operation (gateway_payment_id)
      where kind = 'payout' and state in ('sent', 'unknown')`)
  }

  override async down(): Promise<void> {
    this.addSql(
      refuseWhile(
        "gateway_operation",
        "kind = 'payout'",
        "Refunds were or are to be paid out to shoppers' accounts, and the version before does not count them: it would return the money once more. Stay on this version.",
      ),
    )
    this.addSql(`drop index if exists gateway_operation_one_payout_unclear`)
    this.addSql(`drop table if exists gateway_shopper_payout`)
    this.addSql(`alter table gateway_operation drop constraint if exists gateway_operation_kind_check`)
    this.addSql(`alter table gateway_operation add constraint gateway_operation_kind_check
      check (kind in ('open', 'close', 'cancel', 'refund'))`)
  }
}
