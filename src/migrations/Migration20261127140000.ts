import { Migration } from "@medusajs/framework/mikro-orm/migrations"

/**
 * What came in and went back, by hour: totals of many days are a few rows. Every change of a payment's sums adds a row of its own, so
 * that no payment waits for another; the job makes one of those of an hour.
 */
export class Migration20261127140000 extends Migration {
  override async up(): Promise<void> {
    this.addSql(`create table if not exists gateway_turnover (
      hour timestamptz not null,
      provider_id text not null,
      gateway text not null,
      channel text not null default '',
      currency_code text not null,
      digits smallint not null,
      payments integer not null,
      taken bigint not null,
      refunds integer not null,
      returned bigint not null,
      folded boolean not null default false
    )`)
    this.addSql(
      `create unique index if not exists gateway_turnover_folded on gateway_turnover (hour, provider_id, channel, currency_code, digits) where folded`,
    )
    this.addSql(`create index if not exists gateway_turnover_hour on gateway_turnover (hour)`)
    this.addSql(
      `create index if not exists gateway_turnover_fresh on gateway_turnover (hour) where not folded`,
    )
    this
      .addSql(`create or replace function gateway_turnover_of_payment() returns trigger language plpgsql as $turnover$
      begin
        if new.paid_amount <> old.paid_amount then
          insert into gateway_turnover (hour, provider_id, gateway, channel, currency_code, digits, payments, taken, refunds, returned)
          values (date_trunc('hour', coalesce(new.paid_at, new.updated_at), 'UTC'), new.provider_id, new.gateway,
            coalesce(new.channel, ''), new.currency_code, new.digits,
            sign(new.paid_amount)::integer - sign(old.paid_amount)::integer, new.paid_amount - old.paid_amount, 0, 0);
        end if;
        if new.refunded_amount <> old.refunded_amount then
          insert into gateway_turnover (hour, provider_id, gateway, channel, currency_code, digits, payments, taken, refunds, returned)
          values (date_trunc('hour', new.updated_at, 'UTC'), new.provider_id, new.gateway,
            coalesce(new.channel, ''), new.currency_code, new.digits,
            0, 0, sign(new.refunded_amount - old.refunded_amount)::integer, new.refunded_amount - old.refunded_amount);
        end if;
        return null;
      end $turnover$`)
    this.addSql(`drop trigger if exists gateway_turnover_changed on gateway_payment`)
    this
      .addSql(`create trigger gateway_turnover_changed after update of paid_amount, refunded_amount on gateway_payment
      for each row when (new.paid_amount <> old.paid_amount or new.refunded_amount <> old.refunded_amount)
      execute function gateway_turnover_of_payment()`)
    // From the trigger on, until this migration is committed, nobody else writes a payment: what is counted here is all.
    this.addSql(`delete from gateway_turnover`)
    this
      .addSql(`insert into gateway_turnover (hour, provider_id, gateway, channel, currency_code, digits, payments, taken, refunds, returned, folded)
      select hour, provider_id, gateway, channel, currency_code, digits, sum(payments), sum(taken), sum(refunds), sum(returned), true
      from (
        select date_trunc('hour', coalesce(paid_at, updated_at), 'UTC') as hour, provider_id, gateway, coalesce(channel, '') as channel,
          currency_code, digits, 1 as payments, paid_amount as taken, 0 as refunds, 0 as returned
        from gateway_payment where paid_amount <> 0
        union all
        select date_trunc('hour', coalesce(
            (select max(settled_at) from gateway_operation where gateway_payment_id = payment.id and kind in ('refund', 'cancel') and state = 'succeeded'),
            updated_at), 'UTC'),
          provider_id, gateway, coalesce(channel, ''), currency_code, digits, 0, 0, 1, refunded_amount
        from gateway_payment payment where refunded_amount <> 0
      ) known
      group by hour, provider_id, gateway, channel, currency_code, digits`)
  }

  /** The version before shows no totals: nothing is lost. */
  override async down(): Promise<void> {
    this.addSql(`drop trigger if exists gateway_turnover_changed on gateway_payment`)
    this.addSql(`drop function if exists gateway_turnover_of_payment`)
    this.addSql(`drop table if exists gateway_turnover`)
  }
}
