import { money } from "../src/core"
import type { Gateway, RefundOrder } from "../src/core"
import { fromKnex, openLedger, systemClock } from "../src/services/ledger"
import type { Database, GatewayPayment } from "../src/services/ledger"
import { Silence, type Deps } from "../src/services/settlement"
import { emitState } from "../src/services/settlement/settling/publish"
import { refund } from "../src/services/settlement/traced"
import { createLedgerTables } from "./lib/tables"
import { ms, progress, type Result } from "./lib/report"
import { median, rounds, timed } from "./lib/statistics"
import { connect, newDatabase, whileRunning } from "./shop"

const count = 31
const perRound = 20

/** A gateway that answers at once, so that what is left is the ledger's own time. */
const gateway = {
  name: "ksher",
  listsRefunds: true,
  refundsOneAtATime: false,
  account: "mch1",
  refundsOf: async () => ({ kind: "succeeded" as const, value: [] }),
  channelFacts: () => ({
    refund: true,
    partialRefund: true,
    paysOut: false,
    refundQuery: true,
    close: true,
    minimum: 1,
  }),
  refund: async (asked: RefundOrder) => ({
    kind: "succeeded" as const,
    value: { number: asked.number, amount: asked.amount, state: "succeeded" as const },
  }),
} satisfies Partial<Gateway> as unknown as Gateway

class Counted implements Database {
  statements = 0
  constructor(private readonly database: Database) {}
  query<Row>(sql: string, bindings?: readonly unknown[]): Promise<Row[]> {
    this.statements++
    return this.database.query<Row>(sql, bindings)
  }
  transaction<T>(work: (database: Database) => Promise<T>): Promise<T> {
    return this.database.transaction(work)
  }
}

const depsOf = (database: Database): Deps => ({
  providerId: "pp_ksher_th",
  silence: new Silence(),
  gateway,
  policy: { completion: "pay_first", latePayment: "refund" },
  notifyUrl: "https://shop.example/hooks/gateway/pp_ksher_th",
  ledger: openLedger(database),
  clock: systemClock,
  random: Math.random,
  wait: (delay) => new Promise((resolve) => setTimeout(resolve, delay)),
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  refundsHeld: async (ids) => new Set(ids),
  emit: async () => undefined,
  medusa: {
    demandOf: () => Promise.reject(new Error("No order is asked about here.")),
    orderOfRefund: async () => undefined,
    orderStanding: async () => undefined,
    lockOrder: () => ({ acquire: async () => true, release: () => undefined }),
  },
})

/** What the provider does for one refund, with the ledger. */
async function withLedger(payment: GatewayPayment, deps: Deps): Promise<void> {
  const of = { number: payment.number, providerId: deps.providerId }
  const done = await refund({ of, amount: { major: "100.00" }, refundId: "ref_1" }, deps)
  await emitState(done.payment, deps)
}

/** The same call with nothing written down: what is needed of the order would have to be in Medusa's own data. */
async function withoutLedger(payment: GatewayPayment): Promise<void> {
  const amount = money(10_000, payment.currency)
  const order = { number: payment.number, amount, mode: payment.mode }
  const outcome = await gateway.refund({ number: `R${payment.number}`, amount, order, notifyUrl: "" })
  if (outcome.kind !== "succeeded") throw new Error("The refund was not made.")
}

export const run = (): Promise<Result> =>
  whileRunning(async (stops) => {
    const knex = connect(await newDatabase(stops))
    stops.add(() => knex.destroy())
    await createLedgerTables(knex)
    const counted = new Counted(fromKnex(knex))
    const deps = depsOf(counted)
    let serial = 0
    const aPaidPayment = async (): Promise<GatewayPayment> => {
      const number = `BENCH${++serial}`
      const { payment } = await deps.ledger.payments.create(
        {
          sessionId: `payses_${number}`,
          collectionId: null,
          providerId: deps.providerId,
          gateway: "ksher",
          account: "mch1",
          mode: "redirect",
          channel: "truemoney",
          number,
          currency: "thb",
          digits: 2,
          amount: 10_000,
        },
        new Date(),
      )
      return (
        (await deps.ledger.payments.move(payment.id, "paid", { paidAmount: 10_000, paidAt: new Date() })) ??
        payment
      )
    }
    const statements: number[] = []
    const batch = async (work: (payment: GatewayPayment) => Promise<void>, note?: number[]) => {
      const taken: number[] = []
      for (let i = 0; i < perRound; i++) {
        const payment = await aPaidPayment()
        counted.statements = 0
        taken.push(await timed(() => work(payment)))
        note?.push(counted.statements)
      }
      return median(taken)
    }
    const contenders = {
      with: () => batch((payment) => withLedger(payment, deps), statements),
      without: () => batch(withoutLedger),
      roundTrip: () =>
        batch(async () => {
          await knex.raw("select 1")
        }),
    }
    await rounds(3, contenders)
    statements.length = 0
    const measured = await rounds(count, contenders, (done) => progress(`refund: round ${done} of ${count}`))
    const more = median(measured.with.map((one, at) => one - (measured.without[at] ?? NaN)))
    const trips = median(statements)
    return {
      rows: [
        {
          what: "refund through the provider, gateway answering at once",
          against: "the same call without the ledger",
          measured: `${trips} round trips more, ${ms(more)} (a bare \`select 1\` takes ${ms(median(measured.roundTrip))})`,
          toReach: "≤ 3 round trips more",
          reached: trips <= 3,
        },
      ],
      raw: { milliseconds: measured, statements },
    }
  })
