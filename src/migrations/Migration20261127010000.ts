import { Migration } from "@medusajs/framework/mikro-orm/migrations"

import { refuseWhile } from "../services/ledger/refuse-down"

/**
 * Decisions by hand: who decided what, and the first answer. A payment counts in `version` what a person sees of it. A refund that a
 * person recorded says how the money went back.
 */
export class Migration20261127010000 extends Migration {
  override async up(): Promise<void> {
    this.addSql(`alter table gateway_payment add column if not exists version integer not null default 1`)
    this.addSql(`
      alter table gateway_operation
        add column if not exists by_hand text check (by_hand in ('console', 'other')),
        add column if not exists described_by text[] not null default '{}',
        add column if not exists decision_id text`)
    // What was recorded before said nothing of the way. What the gateway has listed since stands beside it already.
    this.addSql(`
      update gateway_operation recorded set by_hand = 'console'
      where outside and number like 'by-hand-%' and by_hand is null and not exists (
        select 1 from gateway_operation listed where listed.gateway_payment_id = recorded.gateway_payment_id
          and listed.outside and listed.amount = recorded.amount and listed.number not like 'by-hand-%')`)
    this.addSql(`
      create table if not exists gateway_decision (
        id text primary key,
        gateway_payment_id text not null references gateway_payment (id),
        key text,
        fingerprint text not null,
        version integer not null,
        action text not null check (action in ('refund', 'record_refund', 'went_through', 'did_not', 'dismiss')),
        operation_id text,
        amount text,
        how text check (how in ('console', 'other')),
        refund_id text,
        note text not null,
        decided_by text not null,
        answer jsonb,
        created_at timestamptz not null,
        answered_at timestamptz
      )`)
    this.addSql(
      `create unique index if not exists gateway_decision_key on gateway_decision (key) where key is not null`,
    )
    this.addSql(
      `create index if not exists gateway_decision_payment on gateway_decision (gateway_payment_id, created_at, id)`,
    )
    // By the database, so that it is right beside an instance that still runs the release before.
    this.addSql(`
      create or replace function gateway_payment_seen() returns trigger language plpgsql as $$
      begin
        new.version := old.version + 1;
        return new;
      end $$`)
    this.addSql(`drop trigger if exists gateway_payment_seen on gateway_payment`)
    this.addSql(`
      create trigger gateway_payment_seen before update on gateway_payment for each row
      when (new.version = old.version
        and (new.state, new.paid_amount, new.refunded_amount, new.settled_by, new.attention_code, new.attention)
          is distinct from (old.state, old.paid_amount, old.refunded_amount, old.settled_by, old.attention_code, old.attention))
      execute function gateway_payment_seen()`)
    this.addSql(`
      create or replace function gateway_operation_seen() returns trigger language plpgsql as $$
      begin
        if tg_op = 'DELETE' then
          update gateway_payment set version = version + 1 where id = old.gateway_payment_id;
        else
          update gateway_payment set version = version + 1 where id = new.gateway_payment_id;
        end if;
        return null;
      end $$`)
    this.addSql(`drop trigger if exists gateway_operation_seen on gateway_operation`)
    this.addSql(`
      create trigger gateway_operation_seen after insert or delete on gateway_operation for each row
      execute function gateway_operation_seen()`)
    this.addSql(`drop trigger if exists gateway_operation_changed on gateway_operation`)
    this.addSql(`
      create trigger gateway_operation_changed after update on gateway_operation for each row
      when ((new.kind, new.state, new.amount, new.by_hand, new.described_by)
        is distinct from (old.kind, old.state, old.amount, old.by_hand, old.described_by))
      execute function gateway_operation_seen()`)
  }

  /** The release before would count again what a person recorded, and forget what was decided. */
  override async down(): Promise<void> {
    this.addSql(
      refuseWhile(
        "gateway_decision",
        "true",
        "The ledger holds decisions of people, which the version before does not know. Leave its tables where they are.",
      ),
    )
    this.addSql(`drop trigger if exists gateway_operation_changed on gateway_operation`)
    this.addSql(`drop trigger if exists gateway_operation_seen on gateway_operation`)
    this.addSql(`drop trigger if exists gateway_payment_seen on gateway_payment`)
    this.addSql(`drop function if exists gateway_operation_seen()`)
    this.addSql(`drop function if exists gateway_payment_seen()`)
    this.addSql(`drop table if exists gateway_decision`)
    this.addSql(
      `alter table gateway_operation drop column if exists by_hand, drop column if exists described_by, drop column if exists decision_id`,
    )
    this.addSql(`alter table gateway_payment drop column if exists version`)
  }
}
