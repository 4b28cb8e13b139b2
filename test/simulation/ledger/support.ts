import { ulid } from "../../../src/core"
import type { State } from "../../../src/core"
import { fromKnex, openLedger } from "../../../src/services/ledger"
import type { Database, GatewayPayment, Ledger, NewPayment } from "../../../src/services/ledger"
import { connect, createTestDatabase } from "../../setup/database"

export const start = new Date("2026-03-30T03:00:00Z")

/** A clock that stands still until somebody moves it. */
export class HandClock {
  private time = start.getTime()

  now(): Date {
    return new Date(this.time)
  }

  forward(ms: number): void {
    this.time += ms
  }
}

export const soon = (clock: HandClock, ms = 60_000): Date => new Date(clock.now().getTime() + ms)

let count = 0

/** A payment of THB 100.00 of a session that no other has. */
export function aNewPayment(patch: Partial<NewPayment> = {}): NewPayment {
  count += 1
  const number = ulid(start.getTime() + count)
  return {
    sessionId: `payses_${number}`,
    collectionId: `pay_col_${number}`,
    providerId: "pp_ksher_th",
    gateway: "ksher",
    account: "mch1",
    mode: "redirect",
    channel: null,
    number,
    currency: "thb",
    digits: 2,
    amount: 10_000,
    ...patch,
  }
}

export interface LedgerWorld {
  clock: HandClock
  database: Database
  ledger: Ledger
  /** For a program that connects by itself. */
  url: string
  /** The same database through a pool of its own, as another instance of Medusa has it. */
  other: Ledger
  aPayment(state?: State, patch?: Partial<NewPayment>): Promise<GatewayPayment>
  /** Empties the tables. */
  empty(): Promise<void>
  close(): Promise<void>
}

export async function openLedgerWorld(name: string): Promise<LedgerWorld> {
  const created = await createTestDatabase(name)
  const otherPool = connect(created.url)
  const clock = new HandClock()
  const database = fromKnex(created.knex)
  const ledger = openLedger(database, clock)
  return {
    clock,
    database,
    ledger,
    url: created.url,
    other: openLedger(fromKnex(otherPool), clock),
    async aPayment(state = "created", patch = {}) {
      const { payment } = await ledger.payments.create(aNewPayment(patch), soon(clock))
      // Not by `move`: what a state can be reached from is what is tested.
      await database.query("update gateway_payment set state = ? where id = ?", [state, payment.id])
      return { ...payment, state }
    },
    async empty() {
      await database.query(
        "delete from gateway_shopper_payout; delete from gateway_decision; delete from gateway_notification; delete from gateway_notification_count; delete from gateway_operation; delete from gateway_payment; delete from gateway_account_fact; delete from gateway_order; delete from gateway_turnover; delete from gateway_alert; delete from gateway_report; delete from gateway_pay_link; delete from gateway_settlement; delete from gateway_settlement_fetch; delete from gateway_statement_mapping",
      )
    },
    async close() {
      await otherPool.destroy()
      await created.drop()
    },
  }
}
