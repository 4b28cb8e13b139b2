import { compare, ledgerOf } from "./ledger"
import { ms, ratio, type Result, type Row } from "./lib/report"
import { median } from "./lib/statistics"
import { whileRunning, type Knex } from "./shop"

const small = 10_000
/** `LEDGER_SIZE=1000000` where the disk, or the time, is short. */
const large = Number(process.env.LEDGER_SIZE ?? 10_000_000)
const turns = Number(process.env.LEDGER_ROUNDS ?? 30)

const tables = ["gateway_payment", "gateway_operation", "gateway_notification"] as const

/** A notification for each payment, as most shops keep for ninety days. */
async function notified(knex: Knex): Promise<void> {
  await knex.raw(
    `insert into gateway_notification (id, provider_id, gateway_payment_id, body_hash, about, verified, state, order_no, gateway_no,
       amount, currency_code, result, created_at, updated_at)
     select 'gnot_' || right(id, 26), provider_id, id, md5(id) || md5(id || 'b'), 'payment', true, 'SUCCESS', merchant_order_no,
       gateway_order_no, amount, currency_code, 'acted', created_at, created_at from gateway_payment`,
  )
  await knex.raw("vacuum analyze gateway_notification")
}

async function bytesOf(knex: Knex): Promise<Record<(typeof tables)[number], number>> {
  const { rows } = await knex.raw<{ rows: { name: string; bytes: string }[] }>(
    "select relname as name, pg_total_relation_size(oid) as bytes from pg_class where relname = any(?::text[])",
    [[...tables]],
  )
  const found = Object.fromEntries(rows.map(({ name, bytes }) => [name, Number(bytes)]))
  return Object.fromEntries(tables.map((table) => [table, found[table] ?? 0])) as Record<
    (typeof tables)[number],
    number
  >
}

const sum = (bytes: Record<string, number>): number => Object.values(bytes).reduce((all, one) => all + one, 0)

/** Rows with their indexes, and beside them the log that PostgreSQL writes before it makes a checkpoint. */
const beside = 1.5

export const run = (): Promise<Result> =>
  whileRunning(async (stops) => {
    const few = await ledgerOf(small, stops)
    await notified(few.knex)
    const each = sum(await bytesOf(few.knex)) / small
    process.stderr.write(
      `${large.toLocaleString("en")} payments need about ${((each * large * beside) / 2 ** 30).toFixed(1)} GB of disk where PostgreSQL keeps its data.\n`,
    )
    const many = await ledgerOf(large, stops)
    await notified(many.knex)
    const bytes = await bytesOf(many.knex)
    const rows: Row[] = []
    const raw: Result["raw"] = { size: large, bytes, bytesOfEach: sum(bytes) / large }
    await compare(
      { [small]: few.ledger, [large]: many.ledger },
      turns,
      (name, { first, against, raw: taken }) => {
        raw[name] = taken
        const share = against[large] ?? NaN
        rows.push({
          what: `ledger of ${large.toLocaleString("en")} payments: ${name}, p50`,
          against: `itself at 10,000 (${ms(median(first))})`,
          measured: ratio(share),
          toReach: "≤ 1.3×",
          reached: share <= 1.3,
        })
      },
    )
    const kb = (table: (typeof tables)[number]) => (bytes[table] / large / 1024).toFixed(2)
    rows.push({
      what: "disk of one payment, with its indexes",
      against: "–",
      measured: `${kb("gateway_payment")} KB, its opening ${kb("gateway_operation")} KB, a notification ${kb("gateway_notification")} KB`,
      toReach: "printed",
    })
    return { rows, raw }
  })
