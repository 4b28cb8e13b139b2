import { readFileSync } from "node:fs"
import path from "node:path"

import { captured, refunded } from "../../support/fake-medusa"
import { moved } from "../../support/model-gateway"
import type { Database } from "../../../src/services/ledger"
import type { Surroundings, Town } from "./town"

/** What a release says of a payment, and what is true of it at the gateway and in Medusa. Amounts in minor units. */
export interface Report {
  state: string
  paid: number
  refunded: number
  attention?: string
  /** What the gateway has, less what went back there. */
  atGateway: number
  /** What Medusa has captured, less its refunds. */
  inMedusa: number
}

export const tables = ["gateway_payment", "gateway_operation", "gateway_notification"] as const
type Row = Record<string, unknown>

export interface Dump {
  made: string
  version: string
  commit: string
  /** Of the SQL that made its tables. */
  migrations: Record<string, string>
  surroundings: Surroundings
  ledger: Record<(typeof tables)[number], Row[]>
  /** By the payment's number: how it came to be, what that release said of it, and where its job led it. */
  payments: Record<string, { name: string; said: Report; end: Report }>
}

export const file = path.join(__dirname, "ledger-0.1.0.json")

export const readDump = (): Dump => JSON.parse(readFileSync(file, "utf8")) as Dump

export async function reportsOf(town: Town): Promise<Map<string, Report>> {
  const reports = new Map<string, Report>()
  for (const payment of await town.payments()) {
    const { number, providerId, sessionId, state, attentionCode } = payment
    const order = town.gateways.get(providerId)?.orders.get(number)
    const booked = [...town.tables.payments.values()].find((one) => one.sessionId === sessionId)
    reports.set(number, {
      state,
      paid: payment.paidAmount,
      refunded: payment.refundedAmount,
      ...(attentionCode ? { attention: attentionCode } : {}),
      atGateway: order ? order.moneyIn - moved(order) : 0,
      inMedusa: booked ? captured(booked) - refunded(booked) : 0,
    })
  }
  return reports
}

/** Every row, without what is null or as the table has it by itself. */
export async function rowsOf(database: Database): Promise<Dump["ledger"]> {
  const all = await Promise.all(
    tables.map(async (table) => {
      const rows = await database.query<{ row: Row }>(
        `select row_to_json(t) as row from ${table} t order by created_at, id`,
      )
      return [table, rows.map(({ row }) => unusual(row))] as const
    }),
  )
  return Object.fromEntries(all) as Dump["ledger"]
}

const usual: Row = {
  ...{ paid_amount: 0, refunded_amount: 0, announced: "", checks: 0 },
  ...{ outside: false, untold: false, told: false, attempts: 1, deliveries: 1, tries: 0 },
}

const unusual = (row: Row): Row =>
  Object.fromEntries(Object.entries(row).filter(([name, value]) => value !== null && value !== usual[name]))

export async function load(database: Database, ledger: Dump["ledger"]): Promise<void> {
  for (const table of tables)
    for (const row of ledger[table]) {
      const columns = Object.keys(row)
      await database.query(
        `insert into ${table} (${columns.join(", ")}) values (${columns.map(() => "?").join(", ")})`,
        Object.values(row).map((value) => (typeof value === "object" ? JSON.stringify(value) : value)),
      )
    }
}
