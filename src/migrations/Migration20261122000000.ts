import { Migration } from "@medusajs/framework/mikro-orm/migrations"

import { refuseWhile } from "../services/ledger/refuse-down"

/** The ledger: gateway payments, their operations, and every notification that came in. Amounts are minor units. */
export class Migration20261122000000 extends Migration {
  override async up(): Promise<void> {
    this.addSql(`
      create table if not exists gateway_payment (
        id text primary key,
        session_id text not null,
        collection_id text,
        order_id text,
        provider_id text not null,
        gateway text not null check (gateway in ('ksher', 'gnete')),
        account text not null,
        mode text not null check (mode in ('redirect', 'qr')),
        channel text,
        merchant_order_no text not null,
        gateway_order_no text,
        pay_order_no text,
        currency_code text not null,
        digits smallint not null,
        amount bigint not null check (amount > 0),
        paid_amount bigint not null default 0,
        refunded_amount bigint not null default 0 check (refunded_amount >= 0),
        state text not null check (state in
          ('created', 'pending', 'paid', 'partially_refunded', 'refunded', 'void', 'failed', 'paid_late')),
        settled_by text check (settled_by in ('close', 'cancel', 'refund', 'outside')),
        unwanted text check (unwanted in ('order_canceled', 'session_deleted', 'amount_changed', 'open_lost', 'closed')),
        attention_code text,
        attention text,
        action jsonb,
        expires_at timestamptz,
        paid_at timestamptz,
        captured_at timestamptz,
        announced text not null default '',
        next_check_at timestamptz,
        checks integer not null default 0,
        lease_token text,
        lease_until timestamptz,
        created_at timestamptz not null,
        updated_at timestamptz not null
      )`)
    this.addSql(`create unique index if not exists gateway_payment_session on gateway_payment (session_id)`)
    this.addSql(
      `create unique index if not exists gateway_payment_number on gateway_payment (merchant_order_no, gateway, account)`,
    )
    this.addSql(
      `create index if not exists gateway_payment_gateway_no on gateway_payment (gateway_order_no) where gateway_order_no is not null`,
    )
    this.addSql(
      `create index if not exists gateway_payment_pay_no on gateway_payment (pay_order_no) where pay_order_no is not null`,
    )
    this.addSql(`create index if not exists gateway_payment_collection on gateway_payment (collection_id)`)
    this.addSql(
      `create index if not exists gateway_payment_order on gateway_payment (order_id) where order_id is not null`,
    )
    this.addSql(
      `create index if not exists gateway_payment_due on gateway_payment (next_check_at) where next_check_at is not null`,
    )
    this.addSql(
      `create index if not exists gateway_payment_newest on gateway_payment (created_at desc, id desc)`,
    )
    this.addSql(
      `create index if not exists gateway_payment_by_state on gateway_payment (state, created_at desc, id desc)`,
    )
    this.addSql(
      `create index if not exists gateway_payment_by_provider on gateway_payment (provider_id, created_at desc, id desc)`,
    )
    this.addSql(
      `create index if not exists gateway_payment_by_gateway on gateway_payment (gateway, created_at desc, id desc)`,
    )
    this.addSql(
      `create index if not exists gateway_payment_attention on gateway_payment (created_at desc, id desc) where attention is not null`,
    )

    this.addSql(`
      create table if not exists gateway_operation (
        id text primary key,
        gateway_payment_id text not null references gateway_payment (id),
        kind text not null check (kind in ('open', 'close', 'cancel', 'refund')),
        number text not null,
        gateway_no text,
        amount bigint,
        state text not null check (state in ('sent', 'unknown', 'pending', 'succeeded', 'refused', 'not_sent')),
        refund_id text,
        outside boolean not null default false,
        untold boolean not null default false,
        reason text,
        code text,
        message text,
        attempts integer not null default 1,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        settled_at timestamptz
      )`)
    this.addSql(
      `create index if not exists gateway_operation_payment on gateway_operation (gateway_payment_id, created_at, id)`,
    )
    this.addSql(
      `create unique index if not exists gateway_operation_number on gateway_operation (gateway_payment_id, kind, number)`,
    )
    this.addSql(
      `create index if not exists gateway_operation_refund on gateway_operation (refund_id) where refund_id is not null`,
    )
    this.addSql(`create index if not exists gateway_operation_by_number on gateway_operation (number)`)
    this.addSql(
      `create index if not exists gateway_operation_gateway_no on gateway_operation (gateway_no) where gateway_no is not null`,
    )
    // Two operations on the same money may never be in doubt at once: whoever comes second settles the first.
    this
      .addSql(`create unique index if not exists gateway_operation_one_unclear on gateway_operation (gateway_payment_id)
      where kind in ('cancel', 'refund') and state in ('sent', 'unknown')`)

    this.addSql(`
      create table if not exists gateway_notification (
        id text primary key,
        provider_id text not null,
        gateway_payment_id text references gateway_payment (id),
        body_hash text not null,
        about text,
        verified boolean not null,
        reason text,
        state text,
        order_no text,
        gateway_no text,
        refund_no text,
        amount bigint,
        currency_code text,
        result text not null check (result in ('received', 'acted', 'ignored', 'failed')),
        message text,
        deliveries integer not null default 1,
        next_try_at timestamptz,
        tries integer not null default 0,
        created_at timestamptz not null,
        updated_at timestamptz not null
      )`)
    this.addSql(
      `create unique index if not exists gateway_notification_body on gateway_notification (provider_id, body_hash)`,
    )
    this.addSql(
      `create index if not exists gateway_notification_payment on gateway_notification (gateway_payment_id, created_at, id) where gateway_payment_id is not null`,
    )
    this.addSql(
      `create index if not exists gateway_notification_due on gateway_notification (next_try_at) where next_try_at is not null`,
    )
    // A flood of forged ones is counted at each of them, and may not cost what the genuine ones of an hour do.
    this.addSql(
      `create index if not exists gateway_notification_rejected on gateway_notification (provider_id, created_at) where not verified`,
    )
    this.addSql(
      `create index if not exists gateway_notification_stray on gateway_notification (provider_id, created_at) where verified and gateway_payment_id is null`,
    )
    this.addSql(`create index if not exists gateway_notification_age on gateway_notification (created_at)`)
    this.addSql(
      `create index if not exists gateway_notification_newest on gateway_notification (provider_id, created_at desc)`,
    )
  }

  override async down(): Promise<void> {
    this.addSql(
      refuseWhile(
        "gateway_payment",
        "true",
        "The ledger holds payments, and is the record of what moved: it is not dropped. Leave its tables where they are.",
      ),
    )
    this.addSql(`drop table if exists gateway_notification`)
    this.addSql(`drop table if exists gateway_operation`)
    this.addSql(`drop table if exists gateway_payment`)
  }
}
