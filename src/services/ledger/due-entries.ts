import type { Database } from "./database"

/** The provider entries, configured or removed, of which something is due: each is one look into an index or two. */
export async function dueEntries(
  database: Pick<Database, "query">,
  { table, due }: { table: "gateway_payment" | "gateway_notification"; due: "next_check_at" | "next_try_at" },
  now: Date,
): Promise<string[]> {
  const rows = await database.query<{ provider_id: string }>(
    `with recursive entry as (
       (select provider_id from ${table} where ${due} is not null order by provider_id limit 1)
       union all
       select (select provider_id from ${table} where ${due} is not null and provider_id > entry.provider_id order by provider_id limit 1)
       from entry where entry.provider_id is not null)
     select provider_id from entry where exists (
       select 1 from ${table} one where one.provider_id = entry.provider_id and one.${due} <= ?)`,
    [now],
  )
  return rows.map((row) => row.provider_id)
}
