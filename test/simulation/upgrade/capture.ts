/*
 * Makes `statements-0.1.0.json`: what the ledger of 0.1.0 says to the database where money moves, taken down while its own code says it.
 *
 *     npx tsx test/simulation/upgrade/capture.ts <checkout of 7cf3214>
 */
import { writeFileSync } from "node:fs"
import path from "node:path"

import type { Statement } from "./statements"

/** Calls of 0.1.0's ledger, which today's types no longer have. */
type Ledger010 = Record<
  "payments" | "operations" | "returns" | "notifications",
  Record<string, (...args: unknown[]) => Promise<unknown>>
>

const now = new Date("2026-11-02T01:00:00.000Z")
const later = new Date("2026-11-02T02:00:00.000Z")

/** Enough of a row for the code to go on. */
const row = {
  id: "?",
  operations: [],
  action: null,
  named: null,
  copy: "1",
  copies: "1",
  deliveries: 1,
  at: "1",
}
const payment = { id: ":payment", state: "paid", refundedAmount: 0, checks: 0 }
const begun = { lease: { payment, token: ":token" }, operation: { id: ":operation", amount: 4_000 } }
const refunded = { state: "partially_refunded", refundedAmount: 4_000, settledBy: null }
const key = { number: ":order", providerId: "pp_ksher_th" }

const calls: Record<string, (ledger: Ledger010) => Promise<unknown> | undefined> = {
  open: ({ payments }) =>
    payments.create?.(
      {
        ...{
          sessionId: ":session",
          collectionId: ":collection",
          providerId: "pp_ksher_th",
          gateway: "ksher",
        },
        ...{ account: "mch1", mode: "redirect", channel: null, number: ":order", currency: "thb", digits: 2 },
        amount: 10_000,
      },
      later,
    ),
  lease: ({ payments }) => payments.lease?.(":payment", 120_000),
  release: ({ payments }) => payments.release?.(begun.lease),
  claim: ({ payments }) => payments.claimDue?.(10, 600_000),
  schedule: ({ payments }) => payments.update?.(":payment", { nextCheckAt: later }),
  raise: ({ payments }) =>
    payments.update?.(":payment", { attentionCode: "refund_unknown", attention: "It is not known." }),
  paid: ({ payments }) =>
    payments.move?.(":payment", "paid", { paidAmount: 10_000, paidAt: now, nextCheckAt: later }),
  counted: ({ payments }) => payments.move?.(":payment", "partially_refunded", { refundedAmount: 4_000 }),
  intend: ({ operations }) =>
    operations.intend?.(":payment", { kind: "refund", amount: 4_000, refundId: ":row" }),
  again: ({ operations }) => operations.again?.(":operation"),
  conclude: ({ operations }) => operations.conclude?.(":operation", { state: "succeeded" }),
  doubt: ({ operations }) => operations.conclude?.(":operation", { state: "unknown", code: "timeout" }),
  overturn: ({ operations }) => operations.overturn?.(":operation", undefined),
  assign: ({ operations }) => operations.assign?.(":operation", ":row", true),
  recordOutside: ({ operations }) =>
    operations.recordOutside?.(":payment", { kind: "refund", number: ":number", amount: 4_000 }),
  begin: ({ returns }) =>
    returns.begin?.(
      key,
      { amount: 4_000, refundId: ":row" },
      { channels: ["promptpay"], unnamed: false },
      { leaseMs: 120_000, nextCheckAt: later },
    ),
  withdraw: ({ returns }) => returns.withdraw?.(begun),
  end: ({ returns }) => returns.end?.(begun, { state: "succeeded" }, refunded),
}

/** What a binding is, where it is not the same each time. */
function named(value: unknown): unknown {
  if (value instanceof Date) return value > now ? ":later" : ":now"
  if (typeof value !== "string") return value
  if (/^gpay_[0-9A-Z]{26}$/.test(value)) return ":payment"
  if (/^gpop_[0-9A-Z]{26}$/.test(value)) return ":operation"
  return /^[0-9A-Z]{26}$/.test(value) ? ":token" : value
}

async function main([checkout]: readonly string[]): Promise<void> {
  if (!checkout) throw new Error("Say where 0.1.0 is checked out.")
  const { openLedger } = (await import(path.resolve(checkout, "src/services/ledger/index.ts"))) as {
    openLedger(database: unknown, clock: unknown): Ledger010
  }
  const statements: Record<string, Statement> = {}
  for (const [name, call] of Object.entries(calls)) {
    const query = (sql: string, bindings: readonly unknown[]) => {
      statements[name] ??= { sql: sql.replace(/\s+/g, " "), bindings: bindings.map(named) }
      return Promise.resolve([row])
    }
    const said = call(openLedger({ query }, { now: () => now }))
    if (!said) throw new Error(`0.1.0 has no "${name}".`)
    await said
  }
  writeFileSync(path.join(__dirname, "statements-0.1.0.json"), `${JSON.stringify(statements, null, 2)}\n`)
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${(error as Error).stack ?? String(error)}\n`)
    process.exit(1)
  },
)
