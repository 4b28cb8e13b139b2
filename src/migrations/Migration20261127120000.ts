import { Migration } from "@medusajs/framework/mikro-orm/migrations"

/**
 * How many notifications came to each provider entry in ten minutes, so that a card that shows a day reads a few hundred rows and not
 * a hundred thousand. Kept by the database, so that they are right beside an instance that still runs the release before. Each
 * statement adds a row of its own: no two that store notifications wait for each other.
 */
export class Migration20261127120000 extends Migration {
  override async up(): Promise<void> {
    this.addSql(`
      create table if not exists gateway_notification_count (
        provider_id text not null,
        slot timestamptz not null,
        received bigint not null,
        rejected bigint not null,
        folded boolean not null default false
      )`)
    this.addSql(
      `create index if not exists gateway_notification_count_slot on gateway_notification_count (provider_id, slot)`,
    )
    this.addSql(
      `create index if not exists gateway_notification_count_age on gateway_notification_count (slot)`,
    )
    this.addSql(
      `create index if not exists gateway_notification_count_new on gateway_notification_count (provider_id, slot) where not folded`,
    )
    this.addSql(
      `create index if not exists gateway_notification_acted on gateway_notification (provider_id, created_at desc) where result = 'acted'`,
    )
    this.addSql(`
      create or replace function gateway_notification_slot(at timestamptz) returns timestamptz language sql immutable as
        'select to_timestamp(floor(extract(epoch from at) / 600) * 600)'`)
    this.addSql(`
      create or replace function gateway_notification_counted() returns trigger language plpgsql as $$
      begin
        insert into gateway_notification_count (provider_id, slot, received, rejected)
        select provider_id, gateway_notification_slot(created_at),
          case tg_op when 'DELETE' then -count(*) else count(*) end,
          case tg_op when 'DELETE' then -count(*) filter (where not verified) else count(*) filter (where not verified) end
        from changed group by 1, 2;
        return null;
      end $$`)
    this.addSql(`
      create or replace function gateway_notification_judged() returns trigger language plpgsql as $$
      begin
        insert into gateway_notification_count (provider_id, slot, received, rejected)
        values (new.provider_id, gateway_notification_slot(new.created_at), 0, case when new.verified then -1 else 1 end);
        return null;
      end $$`)
    // From the first of these on, until this migration is committed, nobody else writes a notification: what is counted below is all.
    this.addSql(`drop trigger if exists gateway_notification_stored on gateway_notification`)
    this.addSql(`
      create trigger gateway_notification_stored after insert on gateway_notification
      referencing new table as changed for each statement execute function gateway_notification_counted()`)
    this.addSql(`drop trigger if exists gateway_notification_pruned on gateway_notification`)
    this.addSql(`
      create trigger gateway_notification_pruned after delete on gateway_notification
      referencing old table as changed for each statement execute function gateway_notification_counted()`)
    this.addSql(`drop trigger if exists gateway_notification_judged on gateway_notification`)
    this.addSql(`
      create trigger gateway_notification_judged after update of verified on gateway_notification for each row
      when (new.verified is distinct from old.verified) execute function gateway_notification_judged()`)
    this.addSql(`delete from gateway_notification_count`)
    this.addSql(`
      insert into gateway_notification_count (provider_id, slot, received, rejected, folded)
      select provider_id, gateway_notification_slot(created_at), count(*), count(*) filter (where not verified), true
      from gateway_notification where created_at >= (select max(created_at) - interval '25 hours' from gateway_notification)
      group by 1, 2`)
  }

  /** The version before counts the notifications themselves: nothing is lost. */
  override async down(): Promise<void> {
    this.addSql(`drop trigger if exists gateway_notification_stored on gateway_notification`)
    this.addSql(`drop trigger if exists gateway_notification_pruned on gateway_notification`)
    this.addSql(`drop trigger if exists gateway_notification_judged on gateway_notification`)
    this.addSql(`drop function if exists gateway_notification_counted()`)
    this.addSql(`drop function if exists gateway_notification_judged()`)
    this.addSql(`drop function if exists gateway_notification_slot(timestamptz)`)
    this.addSql(`drop index if exists gateway_notification_acted`)
    this.addSql(`drop table if exists gateway_notification_count`)
  }
}
