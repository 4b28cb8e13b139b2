import { Migration } from "@medusajs/framework/mikro-orm/migrations"

import { refuseWhile } from "../services/ledger/refuse-down"

/** What the gateways settled and transferred, by day and channel; how far that was asked about; how a statement's columns are read. */
export class Migration20261128030000 extends Migration {
  override async up(): Promise<void> {
    this.addSql(`create table if not exists gateway_settlement (
      gateway text not null,
      account text not null,
      source text not null check (source in ('gateway', 'statement')),
      begin_day text not null,
      end_day text not null,
      channel text not null default '',
      currency_code text not null,
      digits smallint not null,
      reference text not null default '',
      part smallint not null default 0,
      amount bigint not null,
      fee bigint not null,
      vat bigint not null,
      settles_on text,
      transferred bigint not null,
      transferred_on text,
      seen_at timestamptz not null,
      unlisted_at timestamptz,
      primary key (gateway, account, begin_day, end_day, channel, currency_code, reference, part)
    )`)
    this.addSql(`create table if not exists gateway_settlement_fetch (
      gateway text not null,
      account text not null,
      month text not null,
      channel text not null default '',
      answered_at timestamptz,
      tried_at timestamptz not null,
      failures integer not null default 0,
      code text,
      lines integer not null default 0,
      held_until timestamptz,
      primary key (gateway, account, month, channel)
    )`)
    this.addSql(`create table if not exists gateway_statement_mapping (
      gateway text not null,
      account text not null,
      mapping jsonb not null,
      made_by text,
      updated_at timestamptz not null,
      primary key (gateway, account)
    )`)
    this.addSql(
      `create index if not exists gateway_payment_paid_at on gateway_payment (account, paid_at) where paid_at is not null`,
    )
    this.addSql(
      `create index if not exists gateway_operation_returned_at on gateway_operation (settled_at)
         where kind in ('refund', 'cancel') and state = 'succeeded'`,
    )
  }

  /** What a gateway told can be asked again; what a person imported cannot. */
  override async down(): Promise<void> {
    this.addSql(
      refuseWhile(
        "gateway_settlement",
        "source = 'statement'",
        "Statements were imported, and the version before does not keep them: keep the files, delete the rows with source 'statement' from gateway_settlement, then migrate down.",
      ),
    )
    this.addSql(`drop index if exists gateway_operation_returned_at`)
    this.addSql(`drop index if exists gateway_payment_paid_at`)
    this.addSql(`drop table if exists gateway_statement_mapping`)
    this.addSql(`drop table if exists gateway_settlement_fetch`)
    this.addSql(`drop table if exists gateway_settlement`)
  }
}
