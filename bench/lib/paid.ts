import type { Knex } from "../shop"

/** Waits until a session's payment is captured, and its order placed. */
export async function paidInMedusa(knex: Knex, sessionId: string, patienceMs = 60_000): Promise<void> {
  const until = Date.now() + patienceMs
  for (;;) {
    const { rows } = await knex.raw<{ rows: unknown[] }>(
      `select 1 from payment p join order_payment_collection l on l.payment_collection_id = p.payment_collection_id
       where p.payment_session_id = ? and p.captured_at is not null`,
      [sessionId],
    )
    if (rows.length) return
    if (Date.now() > until) throw new Error(`Session ${sessionId} was not paid in Medusa.`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
