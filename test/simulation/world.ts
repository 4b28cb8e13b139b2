import { createHash } from "node:crypto"

import { PaymentProblem, notSent, refused, unknown } from "../../src/core"
import type { Gateway, RawNotification } from "../../src/core"
import { openLedger, type Clock, type Database, type Ledger } from "../../src/services/ledger"
import {
  act,
  mirrorToSession,
  markPublished,
  notePlacedOrder,
  paymentsOfOrder,
  receive,
  reconcile,
  tidy,
  review,
  settleCancelledOrder,
  type ReconcileDeps,
  type SettleDeps,
  Silence,
  type Policy,
} from "../../src/services/settlement"
import { FakeMedusa, MedusaProblem, emptyTables, type MedusaTables } from "../support/fake-medusa"
import type { LedgerConnection } from "../support/ledger-line"
import { ModelGateway, goodMood, type Line, type Outgoing } from "../support/model-gateway"
import { Random } from "../support/random"
import { Scheduler, type Owner } from "../support/scheduler"
import { noFaults, type Entry, type Faults, type Schedule } from "./config"
import type { Configured } from "./steps"

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** The connection went away; whether the statement was carried out, nobody knows. */
export class DatabaseGone extends Error {}

export const currencyOf = (entry: Entry): string => (entry.rules.name === "ksher" ? "thb" : "hkd")

/** What became of a request: its process may have died before it answered. */
export type Answered<T> = { kind: "ok"; value: T } | { kind: "failed"; error: Error } | { kind: "lost" }

/** A refund somebody wanted, and how it ended for them. */
export interface Intent {
  paymentId: string
  sessionId: string
  amount: number
  end: "done" | "failed"
}

/** One Medusa with this plugin: several of it share tables, ledger and gateways. */
export interface Process {
  owner: Owner
  medusa: FakeMedusa
  ledger: Ledger
  depsOf(providerId: string): SettleDeps
  reconcileDeps: ReconcileDeps
  /** What is told that the process has died. */
  mourners: Set<() => void>
}

/** Everything there is in one schedule. */
export class World {
  private jobs = 0
  readonly scheduler: Scheduler
  readonly random: Random
  readonly tables: MedusaTables = emptyTables()
  readonly gateways = new Map<string, ModelGateway>()
  readonly cartIds: string[] = []
  /** Order numbers whose link a shopper has seen, by cart. */
  readonly links: string[][] = []
  readonly intents: Intent[] = []
  readonly sent: Outgoing[] = []
  /** What nobody expects: an exception that is none of the plugin's sentences. */
  readonly unexpected: string[] = []
  readonly forged = new Set<string>()
  /** Order numbers of which a notification has come through. */
  readonly heardOf = new Set<string>()
  /** Payments whose attention a person has dismissed. */
  readonly dismissed = new Set<string>()
  processes: Process[] = []
  /** The process that does this next dies right after it. */
  doomed = ""
  /** How many answers to a call get lost from now on. */
  readonly unanswered = new Map<string, number>()
  faults: Faults
  outageUntil = 0
  /** By cart, what the addresses of refund pages end with. */
  readonly refundLinks: string[][] = []
  tokens = 0
  /** How many accounts were named. */
  accounts = 0
  /** What is known of payouts outside: their payment, the accounts that were named for them, and those that were released. */
  readonly payouts = new Map<string, { payment: string; named: Set<string>; released: Set<string> }>()
  /** When something of an order was last returned in the console. */
  readonly returnedByHand = new Map<string, number>()
  /** How the shop has configured its entries. */
  readonly configured = new Map<string, Configured>()
  /** How many decisions people have made. */
  decisions = 0
  crashes = 0
  #starts = 0

  constructor(
    readonly schedule: Schedule,
    readonly connection: LedgerConnection,
    tracing: boolean,
  ) {
    this.random = new Random(schedule.seed ^ 0x5bd1e995)
    this.faults = schedule.faults
    const start = new Date("2026-11-02T01:00:00.000Z")
    this.scheduler = new Scheduler(new Random(schedule.seed ^ 0x2545f491), start, schedule.habits, tracing)
    this.scheduler.beforeStep = (last) => {
      this.maybeCrash()
      if (last) this.strikeDoomed(last)
    }
    for (const entry of schedule.entries) this.gateways.set(entry.id, this.makeGateway(entry))
    this.processes = [this.startProcess(0), this.startProcess(1)]
  }

  get now(): number {
    return this.scheduler.now
  }

  gatewayOf(cart: number): ModelGateway {
    const gateway = this.gateways.get(this.entryOf(cart).id)
    if (!gateway) throw new Error(`Cart ${cart} has no gateway.`)
    return gateway
  }

  entryOf(cart: number): Entry {
    const entry = this.schedule.entries[this.schedule.carts[cart]?.entry ?? 0]
    if (!entry) throw new Error(`Cart ${cart} has no provider entry.`)
    return entry
  }

  /** The cart whose payment it is, or whose order's. */
  cartOfSession(sessionId: string): number {
    const { payments, sessions, collections, carts } = this.tables
    const payment = [...payments.values()].find((one) => one.sessionId === sessionId)
    const { collectionId = "" } = payment ?? sessions.get(sessionId) ?? {}
    const orderId = collections.get(collectionId)?.orderId ?? null
    return this.cartIds.findIndex((id) => {
      const cart = carts.get(id)
      return cart?.collectionId === collectionId || (orderId !== null && cart?.orderId === orderId)
    })
  }

  /** Any process: a load balancer would say. */
  get some(): Process {
    return this.random.pick(this.processes)
  }

  // Processes.

  /** Entries change only when Medusa starts again. */
  configure(providerId: string, as: Configured): void {
    this.configured.set(providerId, as)
    for (const index of this.processes.keys()) this.restart(index)
  }

  /** Something may keep the job from looking at what is due. */
  get isTroubled(): boolean {
    return this.faults.crash > 0 || this.faults.database > 0
  }

  private restart(index: number): void {
    const dying = this.processes[index]
    if (!dying) return
    this.scheduler.kill(dying.owner)
    for (const mourn of dying.mourners) mourn()
    this.processes[index] = this.startProcess(index)
  }

  crash(index: number): void {
    const dying = this.processes[index]
    if (!dying) return
    this.crashes++
    this.scheduler.note(`*** ${dying.owner.name} dies`)
    this.restart(index)
  }

  private maybeCrash(): void {
    if (this.faults.crash && this.crashes < 4 && this.random.chance(this.faults.crash))
      this.crash(this.random.whole(0, this.processes.length - 1))
  }

  private strikeDoomed({ owner, label }: { owner: Owner; label: string }): void {
    if (!this.doomed || !label.startsWith(this.doomed)) return
    this.doomed = ""
    this.crash(this.processes.findIndex((process) => process.owner === owner))
  }

  /** The processes of one machine, one after the other, have its clock. */
  private startProcess(machine: number): Process {
    const clock = this.clockOf(machine)
    const owner: Owner = { name: `P${++this.#starts}`, alive: true, heldUntil: 0 }
    const database = this.databaseOf(owner)
    const ledger = openLedger(database, clock)
    const made = new Map<string, SettleDeps>()
    const configured = new Map(this.configured)
    const depsOf = (providerId: string): SettleDeps => {
      if (configured.get(providerId) === "removed")
        throw new PaymentProblem("not_found", "provider_unknown", `${providerId} is not configured.`)
      const known = made.get(providerId)
      if (known) return known
      const own = this.depsFor(providerId, owner, clock, ledger, medusa)
      const deps = configured.get(providerId) === "another" ? this.ofAnotherAccount(own) : own
      made.set(providerId, deps)
      return deps
    }
    const medusa = this.startMedusa(owner, clock, ledger, depsOf, () => medusa)
    let lookedBack = false
    const reconcileDeps: ReconcileDeps = {
      ledger,
      cancels: {
        ledger,
        host: medusa,
        clock,
        log: this.log(owner),
        wait: (ms) => this.scheduler.gate(owner, `waits ${ms} ms`, () => undefined, { delay: ms }),
        every: () => () => undefined,
        depsOf: (payment) => depsOf(payment.providerId),
      },
      log: this.log(owner),
      now: () => clock.now(),
      depsOf,
      emit: async (event, payment) => medusa.announce(event, payment),
      eachStrayRefund: async (wake) => {
        const lookBack = lookedBack ? 2 * hour : 7 * day
        const known = (ids: string[]) => ledger.operations.refundIdsKnown(ids)
        for (const id of await medusa.strayRefundSessions(known, lookBack)) await wake(id)
        lookedBack = true
      },
    }
    return { owner, medusa, ledger, depsOf, reconcileDeps, mourners: new Set() }
  }

  private clockOf(machine: number): Clock {
    const skew = this.schedule.skewsMs?.[machine] ?? 0
    return { now: () => new Date(this.now + skew) }
  }

  private startMedusa(
    owner: Owner,
    clock: Clock,
    ledger: Ledger,
    depsOf: (providerId: string) => SettleDeps,
    self: () => FakeMedusa,
  ): FakeMedusa {
    const markPayment = async (id: string) => {
      const payment = await ledger.payments.get(id)
      if (payment) await mirrorToSession(payment, depsOf(payment.providerId))
    }
    return new FakeMedusa({
      tables: this.tables,
      currencyOf: (providerId) => currencyOf(this.entry(providerId)),
      digits: 2,
      now: () => clock.now().getTime(),
      step: (what) => this.scheduler.gate(owner, what, () => undefined),
      wait: (ms) => this.scheduler.gate(owner, `waits ${ms} ms`, () => undefined, { delay: ms }),
      depsOf,
      background: (what, work) => this.alone(owner, what, work),
      subscribers: {
        orderPlaced: (orderId) => notePlacedOrder(orderId, ledger, self()),
        orderCanceled: (orderId) =>
          settleCancelledOrder(orderId, ledger, self(), (payment) => depsOf(payment.providerId)),
        orderChanged: async (orderId) =>
          review(await paymentsOfOrder(orderId, ledger, self()), {
            ledger,
            log: depsOf(this.schedule.entries[0]?.id ?? "").log,
            depsOf: (payment) => depsOf(payment.providerId),
          }),
        paymentRefunded: async (paymentId) => {
          const sessionId = this.tables.payments.get(paymentId)?.sessionId ?? ""
          const payment = await ledger.payments.ofSession(sessionId)
          if (payment) await markPayment(payment.id)
        },
        paymentChanged: async (id) => {
          const payment = await ledger.payments.get(id)
          if (payment) await markPublished(payment, depsOf(payment.providerId))
        },
      },
      cancelling: (orderId) => this.judgeEnd(orderId),
      log: (message) => this.scheduler.note(`${owner.name}: ${message}`),
    })
  }

  /** Here the plugin cancels unpaid orders alone. Money of ten minutes ago, or a link that shoppers have, is no surprise to anybody. */
  private judgeEnd(orderId: string): void {
    const collections = [...this.tables.collections.values()].filter((one) => one.orderId === orderId)
    const ids = new Set(collections.map(({ id }) => id))
    const sessions = [...this.tables.sessions.values()].filter((one) => ids.has(one.collectionId))
    for (const session of sessions) {
      const order = this.gateways
        .get(session.providerId)
        ?.orders.get(session.id.slice(session.id.indexOf("_") + 1))
      if (!order) continue
      // Gnete goes on calling it closed: only its notification tells, and each of them got lost.
      if (order.state === "closed" && !this.heardOf.has(order.number)) continue
      const isOld = (order.paidAt ?? this.now) < this.now - 10 * minute
      const kept = order.moneyIn - order.returns.reduce((sum, one) => sum + (one.moved ? one.amount : 0), 0)
      if (kept > 0 && isOld) this.unexpected.push(`${orderId} was ended unpaid, and ${kept} is held of it`)
      if (order.state === "in_progress" && order.expiresAt < this.now - hour)
        this.unexpected.push(`${orderId} was ended while ${order.number} is being paid`)
    }
  }

  private depsFor(
    providerId: string,
    owner: Owner,
    clock: Clock,
    ledger: Ledger,
    medusa: FakeMedusa,
  ): SettleDeps {
    return {
      providerId,
      silence: new Silence(),
      gateway: this.gatewayFor(providerId, owner),
      policy: withKey(this.entry(providerId).policy),
      notifyUrl: `https://shop.example/hooks/gateway/${providerId}`,
      ledger,
      clock,
      random: () => this.random.next(),
      wait: (ms) => this.scheduler.gate(owner, `waits ${ms} ms`, () => undefined, { delay: ms }),
      log: this.log(owner),
      refundsHeld: (refundIds) => medusa.refundsHeld(refundIds),
      medusa,
      emit: async (event, payment) => medusa.announce(event, payment),
      every: () => () => undefined,
      host: medusa,
    }
  }

  private log(owner: Owner) {
    const say = (message: string) => this.scheduler.note(`${owner.name}: ${message}`)
    return { info: say, warn: say, error: say }
  }

  private entry(providerId: string): Entry {
    const entry = this.schedule.entries.find((one) => one.id === providerId)
    if (!entry) throw new Error(`There is no provider entry ${providerId}.`)
    return entry
  }

  /** Something a process does on its own; what it throws would end up in a log. */
  alone(owner: Owner, what: string, work: () => Promise<unknown>): void {
    void this.scheduler
      .gate(owner, what, () => undefined)
      .then(work)
      .catch((error: unknown) => this.judge(`${owner.name} ${what}`, error as Error))
  }

  /** Sentences of the plugin and of Medusa are expected, and a database that goes away; nothing else is. */
  judge(where: string, error: Error): void {
    this.scheduler.note(`${where} threw ${error.name}: ${error.message}`)
    const expected =
      error instanceof PaymentProblem || error instanceof MedusaProblem || error instanceof DatabaseGone
    if (!expected) this.unexpected.push(`${where}: ${error.stack ?? error.message}`)
  }

  /** A request to a process, from outside. */
  request<T>(process: Process, what: string, work: (process: Process) => Promise<T>): Promise<Answered<T>> {
    return new Promise((resolve) => {
      const mourn = () => resolve({ kind: "lost" })
      if (!process.owner.alive) return mourn()
      process.mourners.add(mourn)
      const answer = (answered: Answered<T>) => {
        process.mourners.delete(mourn)
        resolve(answered)
      }
      void this.scheduler
        .gate(process.owner, `request: ${what}`, () => undefined)
        .then(() => work(process))
        .then(
          (value) => answer({ kind: "ok", value }),
          (error: unknown) => {
            this.judge(what, error as Error)
            answer({ kind: "failed", error: error as Error })
          },
        )
    })
  }

  /** Somebody outside takes time. */
  wait(ms: number, what: string): Promise<void> {
    return this.scheduler.gate(this.scheduler.world, what, () => undefined, { delay: ms })
  }

  // The database.

  private databaseOf(owner: Owner): Database {
    const query = async <Row>(sql: string, bindings: readonly unknown[] = []): Promise<Row[]> => {
      const gone = this.faults.database && this.random.chance(this.faults.database)
      const before = gone && this.random.chance(0.5)
      return this.scheduler.gate(owner, labelOf(sql, bindings), async () => {
        if (before) throw new DatabaseGone("Connection terminated unexpectedly")
        const rows = await this.connection.query<Row>(sql, bindings)
        if (gone) throw new DatabaseGone("Connection terminated unexpectedly")
        return rows
      })
    }
    return { query, transaction: (work) => work(this.databaseOf(owner)) }
  }

  // The gateways.

  private makeGateway(entry: Entry): ModelGateway {
    const gateway = new ModelGateway(
      entry.rules,
      this.scheduler.clock,
      new Random(this.schedule.seed ^ 0x1b873593),
      (ms, what, work) =>
        void this.scheduler.gate(this.scheduler.world, what, work, { delay: ms, background: true }),
      (message) => {
        const outgoing = { ...message, url: message.url || `/hooks/gateway/${entry.id}` }
        this.sent.push(outgoing)
        void this.notify(entry, outgoing, 0)
      },
    )
    gateway.mood = { ...this.schedule.mood }
    return gateway
  }

  private gatewayFor(providerId: string, owner: Owner): Gateway {
    const model = this.gateways.get(providerId)
    if (!model) throw new Error(`There is no gateway for ${providerId}.`)
    return model.connect(this.lineOf(owner))
  }

  /** Nobody asks it about an order of the account before; of its own it opens none. */
  private ofAnotherAccount(deps: SettleDeps): SettleDeps {
    const own = this.gateways.get(deps.providerId)
    const asked = async ({ number }: { number: string }) => {
      if (own?.orders.has(number)) this.unexpected.push(`another account is asked about ${number}`)
      return refused("absent", "absent", "There is no such order.")
    }
    const about = (one: { order: { number: string } }) => asked(one.order)
    const calls = {
      open: async () => refused("credentials", "closed", "This account opens nothing."),
      ...{ query: asked, close: asked, cancel: asked, cancelQuery: asked, refundsOf: asked },
      ...{ refund: about, refundQuery: about },
    }
    const gateway = Object.assign(Object.create(deps.gateway) as Gateway, calls)
    Object.defineProperty(gateway, "account", { value: `another of ${deps.gateway.account}` })
    return { ...deps, gateway }
  }

  private lineOf(owner: Owner): Line {
    const { scheduler } = this
    const { timeoutMs } = this.schedule
    return async (call, arrive) => {
      const fate = await scheduler.gate(owner, `${call} leaves`, () => this.fateOf(call))
      if (fate !== "good") scheduler.note(`${owner.name}: ${call} ${fate}`)
      if (fate === "notSent") return notSent("refused_connection", "The gateway could not be reached.")
      const world = scheduler.world
      const gaveUp = () => scheduler.gate(owner, `${call} times out`, () => timedOut, { delay: timeoutMs })
      if (fate === "lost") return gaveUp()
      if (fate === "late") {
        const delay = timeoutMs + this.random.whole(0, 90) * second
        void scheduler.gate(world, `${call} arrives late`, arrive, { delay, background: true })
        return gaveUp()
      }
      const travel = this.random.whole(1, 400)
      const arrived = scheduler.gate(world, `${call} arrives`, arrive, { delay: travel })
      if (fate === "unanswered") return gaveUp()
      const value = await arrived
      await scheduler.gate(owner, `${call} answered ${wordOf(value)}`, () => undefined, { delay: travel })
      return { kind: "answered", value }
    }
  }

  private fateOf(call: string): "good" | "notSent" | "lost" | "late" | "unanswered" {
    const { faults, random, unanswered } = this
    const left = unanswered.get(call) ?? 0
    if (left > 0) {
      unanswered.set(call, left - 1)
      return "unanswered"
    }
    if (this.now < this.outageUntil) return random.chance(0.5) ? "notSent" : "lost"
    if (random.chance(faults.notSent)) return "notSent"
    if (random.chance(faults.lost)) return "lost"
    if (random.chance(faults.late)) return "late"
    return random.chance(faults.unanswered) ? "unanswered" : "good"
  }

  /** The gateway sends a notification until it is acknowledged, as often as its page says. */
  async notify(entry: Entry, message: Outgoing, attempt: number): Promise<void> {
    const delays = entry.rules.name === "ksher" ? ksherDelays : gneteDelays
    const delay = delays[attempt]
    if (delay === undefined) return
    const { scheduler } = this
    await scheduler.gate(
      scheduler.world,
      `notification of ${message.reading.about} leaves`,
      () => undefined,
      {
        delay: delay + (attempt === 0 ? this.random.pick([0, 0, 20, 3 * second]) : 0),
        background: true,
      },
    )
    const arrives = this.now >= this.outageUntil && !this.random.chance(this.faults.unnotified)
    const answer = arrives
      ? await this.request(this.some, `notification of ${message.reading.about}`, (process) =>
          this.hook(process, entry.id, message),
        )
      : undefined
    if (answer?.kind === "ok" && answer.value) return
    await this.notify(entry, message, attempt + 1)
  }

  /** `POST /hooks/gateway/:provider_id`: store, acknowledge, act. */
  async hook(process: Process, providerId: string, message: Outgoing): Promise<boolean> {
    const deps = process.depsOf(providerId)
    const receipt = await receive(rawOf(message), deps)
    if (receipt.kind !== "accepted") return false
    if (message.reading.number) this.heardOf.add(message.reading.number)
    const { notification, fresh } = receipt
    if (fresh && notification.result === "received")
      this.alone(process.owner, "acts on a notification", () => act(notification, deps))
    return true
  }

  // The job.

  async runJob(process: Process): Promise<void> {
    await reconcile(process.reconcileDeps, { batch: 3, concurrency: 2, budgetMs: 50 * second })
    // Five statements that no payment waits for: now and then is enough for what they may get into the way of.
    if (this.jobs++ % 8 === 0) await tidy({ ...process.reconcileDeps, notificationRetentionDays: 90 })
  }

  /** From here on everything works. */
  heal(): void {
    this.faults = noFaults
    this.unanswered.clear()
    this.outageUntil = 0
    for (const gateway of this.gateways.values()) gateway.mood = { ...goodMood }
    for (const process of this.processes) process.owner.heldUntil = 0
    const away = [...this.configured].filter(([, as]) => as !== "own")
    for (const [id] of away) this.configure(id, "own")
  }
}

/** What an account is sealed with: a schedule names none, so that it can be printed. */
export const payoutKeys = [{ version: "1", key: Buffer.alloc(32, 1) }]

const withKey = (policy: Policy): Policy =>
  policy.payouts ? { ...policy, payouts: { ...policy.payouts, keys: payoutKeys } } : policy

const timedOut = unknown("timeout", "The gateway did not answer in time.")

const ksherDelays = [0, 1, 2, 2, 10, 30, 60, 600, 3600, 3 * 3600, 5 * 3600, 8 * 3600, 12 * 3600].map(
  (seconds) => seconds * second,
)
const gneteDelays = [0, 30, 60, 90, 120, 150].map((seconds) => seconds * second)

export const rawOf = (message: Outgoing): RawNotification => ({
  body: Buffer.from(JSON.stringify(message.reading)),
  contentType: "text/plain",
  query: "",
})

export const digestOf = (lines: readonly string[]): string =>
  createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 12)

const wordOf = (value: unknown): string => {
  const { kind, value: inner } = value as { kind?: string; value?: { state?: string } }
  return inner?.state ? `${kind} ${inner.state}` : String(kind)
}

const labelOf = (sql: string, bindings: readonly unknown[]): string => {
  const [verb = "", ...rest] = sql.trim().split(/\s+/)
  const table = rest.find((word) => word.startsWith("gateway_")) ?? ""
  const said = bindings.filter((one) => typeof one === "string" && one.length < 20).join(" ")
  return `${verb} ${table.replace("gateway_", "")} ${said}`
}
