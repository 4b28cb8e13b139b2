import { Migration } from "@medusajs/framework/mikro-orm/migrations"

import { refuseWhile } from "../services/ledger/refuse-down"

/**
 * What an attention is about, beside its sentence; that some of a payment was returned and nobody knows how much; and that somebody was
 * told of a refund which had gone through without their knowledge.
 */
export class Migration20261127090000 extends Migration {
  override async up(): Promise<void> {
    this.addSql(`
      alter table gateway_payment
        add column if not exists attention_values jsonb,
        add column if not exists returned_unsaid boolean not null default false`)
    this.addSql(`alter table gateway_operation add column if not exists told boolean not null default false`)
    this.addSql(`
      update gateway_payment set returned_unsaid = true
      where not returned_unsaid and (attention_code = 'outside_unclear' or set_aside->>'code' = 'outside_unclear')`)
    // By the database, so that both are right beside an instance that still runs the release before, which writes code and sentence alone.
    this.addSql(`
      create or replace function gateway_payment_attention() returns trigger language plpgsql as $$
      begin
        if new.attention_values is not distinct from old.attention_values then
          new.attention_values := null;
        end if;
        if new.attention_code is distinct from old.attention_code then
          if new.attention_code = 'outside_unclear' then
            new.returned_unsaid := true;
          elsif new.attention_code is null and old.attention_code = 'outside_unclear' then
            new.returned_unsaid := false;
          end if;
        end if;
        return new;
      end $$`)
    this.addSql(`drop trigger if exists gateway_payment_attention on gateway_payment`)
    this.addSql(`
      create trigger gateway_payment_attention before update on gateway_payment for each row
      when ((new.attention_code, new.attention) is distinct from (old.attention_code, old.attention))
      execute function gateway_payment_attention()`)
  }

  override async down(): Promise<void> {
    this.addSql(
      refuseWhile(
        "gateway_payment",
        "returned_unsaid and attention_code is distinct from 'outside_unclear' and set_aside->>'code' is distinct from 'outside_unclear'",
        "Of some payments an unknown part was returned, and another attention stands before that: the version before would return money of them. Record what went back, then migrate down.",
      ),
    )
    this.addSql(`drop trigger if exists gateway_payment_attention on gateway_payment`)
    this.addSql(`drop function if exists gateway_payment_attention()`)
    this.addSql(`alter table gateway_operation drop column if exists told`)
    this.addSql(
      `alter table gateway_payment drop column if exists attention_values, drop column if exists returned_unsaid`,
    )
  }
}
