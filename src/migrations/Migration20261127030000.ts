import { Migration } from "@medusajs/framework/mikro-orm/migrations"

import { refuseWhile } from "../services/ledger/refuse-down"

/** What is known of the account behind each provider entry, and the attention that stands behind a more urgent one. */
export class Migration20261127030000 extends Migration {
  override async up(): Promise<void> {
    this.addSql(`
      create table if not exists gateway_account_fact (
        provider_id text not null,
        account text not null,
        fact text not null,
        detail text,
        count integer not null default 1,
        since timestamptz not null,
        seen_at timestamptz not null,
        expires_at timestamptz,
        primary key (provider_id, account, fact)
      )`)
    this.addSql(`
      insert into gateway_account_fact (provider_id, account, fact, since, seen_at)
      select provider_id, account, 'in_use', min(created_at), max(created_at) from gateway_payment group by provider_id, account
      on conflict do nothing`)
    this.addSql(`alter table gateway_payment add column if not exists set_aside jsonb`)
  }

  override async down(): Promise<void> {
    this.addSql(
      refuseWhile(
        "gateway_payment",
        "attention_code in ('account_changed', 'entry_removed')",
        "Payments stand under account_changed or entry_removed, which the version before does not know: put the entry and its account back and let the job run, then migrate down.",
      ),
    )
    this.addSql(`alter table gateway_payment drop column if exists set_aside`)
    this.addSql(`drop table if exists gateway_account_fact`)
  }
}
