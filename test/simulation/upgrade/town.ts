import type { Database, GatewayPayment, Ledger } from "../../../src/services/ledger"
import type { PaymentProblem } from "../../../src/core"
import type { Clock } from "../../../src/services/ledger"
import type * as settlement from "../../../src/services/settlement"
import { Silence } from "../../../src/services/settlement"
import type { Policy, ReconcileDeps, SettleDeps } from "../../../src/services/settlement"
import type * as fakeMedusa from "../../support/fake-medusa"
import type * as modelGateway from "../../support/model-gateway"
import type { Call, GatewayRules, Line, Outgoing } from "../../support/model-gateway"
import type { Random } from "../../support/random"

/**
 * The code that a town runs on, of whichever release: its ledger, what settles by it, and the Medusa and gateways that its own
 * simulation has.
 */
export interface Code {
  openLedger(database: Database, clock: Clock): Ledger
  settlement: Pick<
    typeof settlement,
    "act" | "mirrorToSession" | "receive" | "reconcile" | "settle" | "settleCancelledOrder"
  > & {
    notePlacedOrder(
      orderId: string,
      ledger: Ledger,
      host: fakeMedusa.FakeMedusa,
      clock: Clock,
    ): Promise<unknown>
  }
  medusa: Pick<typeof fakeMedusa, "FakeMedusa" | "emptyTables">
  gateway: Pick<typeof modelGateway, "ModelGateway" | "goodMood">
  Random: new (seed: number) => Random
}

export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour

export interface Entry {
  rules: GatewayRules
  policy: Policy
}

const ksher = (patch: Partial<GatewayRules> = {}, policy: Partial<Policy> = {}): Entry => ({
  rules: {
    name: "ksher",
    account: "mch1",
    mode: "redirect",
    channels: ["truemoney"],
    expiryMs: 2 * hour,
    repeatedRefund: "replayed",
    partlyReturned: "paid",
    cutoffMinute: 0,
    ...patch,
  },
  policy: { completion: "pay_first", latePayment: "refund", ...policy },
})

const gnete = (patch: Partial<GatewayRules> = {}): Entry => ({
  rules: {
    ...ksher().rules,
    ...{ name: "gnete", account: "M1/app", channels: ["UP_OP"], repeatedRefund: "error" },
    cutoffMinute: 15 * 60,
    ...patch,
  },
  policy: {
    ...ksher().policy,
    sameDayCancel: { enabled: true, cutoff: "23:00", timeZone: "Asia/Hong_Kong" },
  },
})

/** The provider entries of the town. */
export const entries: Readonly<Record<string, Entry>> = {
  pp_ksher_th: ksher(),
  pp_ksher_hold: ksher({ account: "mch2" }, { latePayment: "hold" }),
  pp_ksher_alipay: ksher({ account: "mch3", channels: ["alipay"], partlyReturned: "refunded" }),
  pp_ksher_qr: ksher({ account: "mch4", channels: ["promptpay"], mode: "qr" }, { completion: "order_first" }),
  pp_ksher_airpay: ksher({ account: "mch5", channels: ["airpay"], mode: "qr" }),
  pp_gnete_hk: gnete(),
  /** Its business day ends three hours before the shop believes. */
  pp_gnete_early: gnete({ account: "M2/app", cutoffMinute: 12 * 60 }),
}

/** What becomes of a call: `dies…` is the process, before or after what was asked for is done. */
export type Fate = "good" | "lost" | "unanswered" | "notSent" | "diesBefore" | "diesAfter"

/** What a gateway will do by itself. */
export interface Promised {
  providerId: string
  gatewayNo: string
  state: "done" | "failed" | "closed"
  at: number
}

/** Everything outside of the ledger. */
export interface Surroundings {
  now: number
  medusa: Record<Exclude<keyof fakeMedusa.MedusaTables, "count">, unknown[]> & { count: number }
  gateways: Record<string, modelGateway.ModelOrder[]>
  promised: Promised[]
}

/** A shop with all of its gateways, whose clock and line are moved by hand. One process that may die, and others after it. */
export class Town {
  readonly ledger: Ledger
  readonly medusa: fakeMedusa.FakeMedusa
  readonly gateways = new Map<string, modelGateway.ModelGateway>()
  /** What the gateways have sent and nobody has delivered. */
  mail: { providerId: string; message: Outgoing }[] = []
  /** The next calls, one after the other. */
  readonly fates = new Map<Call, Fate[]>()
  readonly #made = new Map<string, SettleDeps>()
  readonly #running = new Set<Promise<unknown>>()
  readonly database: Database
  #asking = 0
  readonly clock: Clock = { now: () => new Date(this.time) }
  promised: Promised[] = []
  time = Date.UTC(2026, 10, 2, 1)
  #died: () => void = () => undefined

  constructor(
    readonly code: Code,
    database: Database,
    readonly tables = code.medusa.emptyTables(),
  ) {
    this.database = {
      ...database,
      query: async <Row>(sql: string, bindings?: readonly unknown[]) => {
        this.#asking++
        return database.query<Row>(sql, bindings).finally(() => this.#asking--)
      },
    }
    this.ledger = code.openLedger(this.database, this.clock)
    this.medusa = this.startMedusa()
    for (const [id, { rules }] of Object.entries(entries)) this.gateways.set(id, this.gateway(id, rules))
  }

  /** Somebody's request, and all that follows from it. What a person is told of it is no matter here. */
  async ask(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      const { name } = error as Error | PaymentProblem
      if (name !== "PaymentProblem" && !(error as { type?: unknown }).type) throw error
    }
    await this.quiet()
  }

  /** The process dies at the call whose fate says so. */
  async untilDeath(work: () => Promise<unknown>): Promise<void> {
    const death = new Promise<void>((resolve) => (this.#died = resolve))
    void work().catch(() => undefined)
    await death
    this.#running.clear()
  }

  fate(call: Call, ...fates: Fate[]): void {
    this.fates.set(call, fates)
  }

  /** What the gateways have sent arrives: stored, and acted on. */
  async deliver({ acting = true } = {}): Promise<void> {
    const { receive, act } = this.code.settlement
    for (const { providerId, message } of this.mail.splice(0)) {
      const raw = { body: Buffer.from(JSON.stringify(message.reading)), contentType: "text/plain", query: "" }
      const receipt = await receive(raw, this.deps(providerId))
      if (acting && receipt.kind === "accepted" && receipt.notification.result === "received")
        await act(receipt.notification, this.deps(providerId))
    }
    await this.quiet()
  }

  /** Time passes; what the gateways have promised until then is done. */
  forward(ms: number): void {
    this.time += ms
    for (const one of this.promised.filter(({ at }) => at <= this.time)) this.keep(one)
    this.promised = this.promised.filter(({ at }) => at > this.time)
  }

  async job(): Promise<void> {
    await this.code.settlement.reconcile(this.reconcileDeps(), {
      batch: 50,
      concurrency: 1,
      budgetMs: minute,
    })
    await this.quiet()
  }

  /** Everything works from here on, and the job runs until nothing is due, or only what a person has to decide. */
  async toRest(days = 45): Promise<void> {
    const end = this.time + days * day
    const start = this.time
    let picture = ""
    let still = 0
    for (;;) {
      const due = await this.nextDue()
      if (due === undefined || due > end) return
      this.forward(Math.max(due - this.time, 0))
      await this.job()
      const now = await this.picture()
      still = now === picture ? still + 1 : 0
      picture = now
      if (still >= 4 && this.time - start > 2 * day && (await this.onlyPeople())) return
    }
  }

  surroundings(): Surroundings {
    const { count, ...tables } = this.tables
    const lists = Object.entries(tables).map(([name, table]) => [name, [...table.entries()]])
    return {
      now: this.time,
      medusa: { ...(Object.fromEntries(lists) as Omit<Surroundings["medusa"], "count">), count },
      gateways: Object.fromEntries([...this.gateways].map(([id, { orders }]) => [id, [...orders.values()]])),
      promised: this.promised,
    }
  }

  /** Goes on where another town was left. */
  static from(code: Code, database: Database, { now, medusa, gateways, promised }: Surroundings): Town {
    const tables = code.medusa.emptyTables()
    const { count, ...lists } = structuredClone(medusa)
    for (const [name, list] of Object.entries(lists))
      Object.assign(tables, { [name]: new Map(list as [string, unknown][]) })
    const town = new Town(code, database, Object.assign(tables, { count }))
    for (const order of tables.orders.values()) withTotal(order, tables)
    town.time = now
    town.promised = structuredClone(promised)
    for (const [id, gateway] of town.gateways) {
      // The numbers that it has given already stay taken.
      for (let taken = 0; taken < 100; taken++)
        gateway.open({ number: "", amount: { minor: 1, currency: "" }, sessionId: "", notifyUrl: "" })
      gateway.orders.clear()
      gateway.violations.length = 0
      for (const order of structuredClone(gateways[id] ?? [])) gateway.orders.set(order.number, order)
    }
    return town
  }

  deps(providerId: string): SettleDeps {
    const made = this.#made.get(providerId) ?? this.makeDeps(providerId)
    this.#made.set(providerId, made)
    return made
  }

  entry(providerId: string): Entry {
    const found = entries[providerId]
    if (!found) throw new Error(`There is no entry ${providerId}.`)
    return found
  }

  async payments(): Promise<GatewayPayment[]> {
    return (await this.ledger.payments.list({ limit: 1_000, offset: 0, order: "created_at" })).payments
  }

  async quiet(): Promise<void> {
    while (this.#running.size) await Promise.all(this.#running)
  }

  private makeDeps(providerId: string): SettleDeps {
    const { rules, policy } = this.entry(providerId)
    const gateway = this.gateways.get(providerId)
    if (!gateway) throw new Error(`There is no gateway of ${rules.name}.`)
    return {
      providerId,
      silence: new Silence(),
      gateway: gateway.connect(this.line),
      policy,
      notifyUrl: `/hooks/gateway/${providerId}`,
      ledger: this.ledger,
      clock: this.clock,
      random: () => 0,
      wait: (ms) => this.wait(ms),
      log: silent,
      refundsHeld: (ids) => this.medusa.refundsHeld(ids),
      medusa: this.medusa,
      emit: (event, payment) => {
        this.medusa.announce(event, payment)
        return Promise.resolve()
      },
      every: () => () => undefined,
      host: this.medusa,
    }
  }

  private reconcileDeps(): ReconcileDeps {
    return {
      ledger: this.ledger,
      cancels: {
        ...{ ledger: this.ledger, host: this.medusa, clock: this.clock, log: silent },
        wait: (ms) => this.wait(ms),
        every: () => () => undefined,
        depsOf: (payment) => this.deps(payment.providerId),
      },
      log: silent,
      now: () => this.clock.now(),
      depsOf: (id) => this.deps(id),
      emit: (event, payment) => {
        this.medusa.announce(event, payment)
        return Promise.resolve()
      },
      // The release before asks for the list.
      ...{ strayRefundSessions: () => this.strayRefunds() },
      eachStrayRefund: async (wake) => {
        for (const id of await this.strayRefunds()) await wake(id)
      },
    }
  }

  private strayRefunds(): Promise<string[]> {
    return this.medusa.strayRefundSessions((ids) => this.ledger.operations.refundIdsKnown(ids), 7 * day)
  }

  private startMedusa(): fakeMedusa.FakeMedusa {
    const { mirrorToSession, notePlacedOrder, settleCancelledOrder } = this.code.settlement
    const markById = async (id: string) => {
      const payment = await this.ledger.payments.get(id)
      if (payment) await mirrorToSession(payment, this.deps(payment.providerId))
    }
    const made: fakeMedusa.FakeMedusa = new this.code.medusa.FakeMedusa({
      tables: this.tables,
      currencyOf: (id) => (this.entry(id).rules.name === "ksher" ? "thb" : "hkd"),
      digits: 2,
      now: () => this.time,
      step: () => Promise.resolve(),
      wait: (ms) => this.wait(ms),
      depsOf: (id) => this.deps(id),
      background: (_what, work) => {
        const running: Promise<unknown> = work()
          .catch(() => undefined)
          .finally(() => this.#running.delete(running))
        this.#running.add(running)
      },
      subscribers: {
        orderPlaced: (orderId) => notePlacedOrder(orderId, this.ledger, made, this.clock),
        orderCanceled: (orderId) =>
          settleCancelledOrder(orderId, this.ledger, made, ({ providerId }) => this.deps(providerId)),
        orderChanged: () => Promise.resolve(),
        paymentRefunded: async (paymentId) => {
          const sessionId = this.tables.payments.get(paymentId)?.sessionId ?? ""
          const payment = await this.ledger.payments.ofSession(sessionId)
          if (payment) await markById(payment.id)
        },
        paymentChanged: markById,
      },
      log: () => undefined,
    })
    return made
  }

  private gateway(providerId: string, rules: GatewayRules): modelGateway.ModelGateway {
    return new this.code.gateway.ModelGateway(
      rules,
      this.clock,
      new this.code.Random(1),
      (ms, what) => this.promised.push({ providerId, ...inShort(what), at: this.time + ms }),
      (message) => this.mail.push({ providerId, message }),
    )
  }

  private keep({ providerId, gatewayNo, state }: Promised): void {
    const orders = [...(this.gateways.get(providerId)?.orders.values() ?? [])]
    const order = orders.find(({ returns }) => returns.some((one) => one.gatewayNo === gatewayNo))
    const made = order?.returns.find((one) => one.gatewayNo === gatewayNo)
    if (!order || !made) throw new Error(`The gateway of ${providerId} made no ${gatewayNo}.`)
    made.state = state
    if (state !== "closed") made.moved = state === "done"
    if (made.kind === "cancel" && state === "done") order.state = "reversed"
  }

  private readonly line: Line = async (call, arrive) => {
    const fate = this.fates.get(call)?.shift()
    if (fate === "notSent")
      return { kind: "not_sent", code: "refused_connection", message: "It was not reached." }
    if (fate === "diesBefore") return this.die()
    const value = fate === "lost" ? undefined : arrive()
    if (fate === "diesAfter") return this.die()
    if ((fate && fate !== "good") || value === undefined)
      return { kind: "unknown", code: "timeout", message: "No answer." }
    return Promise.resolve({ kind: "answered", value })
  }

  /** Whoever waits here waits for ever. */
  private die(): Promise<never> {
    this.#died()
    return new Promise(() => undefined)
  }

  /** Whatever else goes on has come to its end by then: a session that is closed while Medusa waits for a moment. */
  private async wait(ms: number): Promise<void> {
    this.time += ms
    for (let idle = 0; idle < 5; idle = this.#asking ? 0 : idle + 1)
      await new Promise((resolve) => setImmediate(resolve))
  }

  private async nextDue(): Promise<number | undefined> {
    const [row] = await this.database.query<{ due: Date | null }>(
      `select least((select min(next_check_at) from gateway_payment),
         (select min(next_try_at) from gateway_notification)) as due`,
    )
    const due = [row?.due?.getTime(), ...this.promised.map(({ at }) => at)].filter((at) => at !== undefined)
    return due.length ? Math.min(...due) : undefined
  }

  private async onlyPeople(): Promise<boolean> {
    const rows = await this.database.query(
      `select 1 from gateway_payment where next_check_at < ? and attention_code is null`,
      [new Date(this.time + 2 * day)],
    )
    return rows.length === 0
  }

  private async picture(): Promise<string> {
    const payments = await this.database.query(
      `select id, state, refunded_amount, attention_code from gateway_payment order by id`,
    )
    const operations = await this.database.query(
      `select id, state, refund_id from gateway_operation order by id`,
    )
    return JSON.stringify([payments, operations])
  }
}

/** The Medusa of 0.1.0's simulation had no totals: nothing is outstanding on any of its orders. */
function withTotal(order: fakeMedusa.Order, { collections }: fakeMedusa.MedusaTables): void {
  const its = [...collections.values()].filter(({ orderId }) => orderId === order.id)
  order.total = its.reduce((sum, { amount }) => sum + amount, 0)
  order.creditLines = [its.reduce((sum, { refunded }) => sum + refunded, 0)]
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** The model says in words what it will do. */
function inShort(what: string): Pick<Promised, "gatewayNo" | "state"> {
  const [gatewayNo = "", ...words] = what.split(" ")
  const said = words.join(" ")
  return { gatewayNo, state: said === "is done" ? "done" : said === "fails" ? "failed" : "closed" }
}
