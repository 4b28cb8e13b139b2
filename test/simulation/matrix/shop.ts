import { PaymentProblem } from "../../../src/core"
import {
  mirrorToSession,
  notePlacedOrder,
  paymentsOfOrder,
  reconcile,
  decideByHand,
  review,
  seal,
  settle,
  settleCancelledOrder,
  Silence,
} from "../../../src/services/settlement"
import type { GatewayPayment, Policy, ReconcileDeps, SettleDeps } from "../../../src/services/settlement"
import { isWaitingPayout } from "../../../src/services/ledger"
import type { DecisionAsked } from "../../../src/services/settlement/people/decide-by-hand"
import type { Fault, NextRefund, PayOptions } from "../../../src/sandbox"
import {
  emptyTables,
  FakeMedusa,
  MedusaProblem,
  type Collection,
  type Order,
  type Payment,
} from "../../support/fake-medusa"
import type { Lane } from "./lane"
import type { CallName, Variant } from "./variants"

export const second = 1_000
export const minute = 60 * second
export const hour = 60 * minute

export type Disturbing = Pick<Fault, "kind" | "when" | "message"> & { times?: number; delayMs?: number }

export type Decided = Pick<DecisionAsked, "action"> & Partial<DecisionAsked>

/** One cart, its order and its payments, in a Medusa whose gateway is the sandbox. Amounts in minor units. */
export class Shop {
  readonly part = 4_000
  readonly tables = emptyTables()
  readonly medusa: FakeMedusa
  readonly deps: SettleDeps
  /** What nobody expects: an exception that is none of the plugin's or of Medusa's sentences. */
  readonly unexpected: string[] = []
  /** What whoever tried was told, in the order of the tries; `done` for what went well. */
  readonly told: string[] = []
  readonly #running = new Set<Promise<unknown>>()
  cartId = ""

  constructor(
    readonly lane: Lane,
    readonly variant: Variant,
    cell: number,
    policy: Partial<Policy> = {},
    /** What the cart costs, with the fractions that Medusa keeps. */
    readonly amount = 10_000,
  ) {
    // Ids of Medusa become numbers at the gateways, which take each number once.
    this.tables.count = cell * 1_000
    const setup = lane.setupOf(variant)
    this.medusa = this.startMedusa()
    this.deps = {
      providerId: variant.providerId,
      silence: new Silence(),
      gateway: setup.gateway,
      policy: { ...setup.policy, ...policy },
      notifyUrl: `http://127.0.0.1:9/hooks/gateway/${variant.providerId}`,
      ledger: lane.ledger,
      clock: lane.clock,
      random: () => 0,
      wait: (ms) =>
        new Promise((resolve) => {
          setTimeout(resolve, ms).unref()
        }),
      log: {
        info: () => undefined,
        warn: (line) => void lane.warnings.push(line),
        error: (line) => void lane.warnings.push(line),
      },
      refundsHeld: (refundIds) => this.medusa.refundsHeld(refundIds),
      medusa: this.medusa,
      emit: (event, payment) => {
        this.medusa.announce(event, payment)
        return Promise.resolve()
      },
      host: this.medusa,
    }
  }

  // The shopper.

  /** Chooses how to pay, in a new cart the first time. */
  async choosePayment(): Promise<void> {
    this.cartId ||= (await this.medusa.createCart(this.amount)).id
    await this.medusa.selectPayment(this.cartId, this.variant.providerId)
  }

  async complete(): Promise<void> {
    await this.medusa.completeCart(this.cartId)
  }

  /** Puts something else into the cart, which deletes its payment sessions. */
  async changeCart(): Promise<void> {
    await this.medusa.changeCart(this.cartId, this.amount + 500)
  }

  /** Opens a payment on any collection: from an old tab, or for the difference of a changed order. */
  async choosePaymentOn(collectionId: string): Promise<void> {
    // Payments are listed by when they were opened.
    await this.lane.clock.forward(second)
    await this.medusa.selectPaymentOn(collectionId, this.variant.providerId)
  }

  /** Pays the link or QR that was shown last. */
  async pay(options?: PayOptions): Promise<void> {
    await this.lane.sandbox.pay((await this.payment()).number, options)
  }

  /** The way to a paid order. */
  async buy(): Promise<void> {
    await this.choosePayment()
    await this.pay()
    await this.complete()
    await this.quiet()
  }

  // The admin.

  async refund(amount: number): Promise<void> {
    await this.medusa.adminRefund(this.booked().id, amount)
  }

  /** The shopper names an account for the refund that waits, as the page has it kept. */
  async nameAccount(): Promise<void> {
    const { ledger } = this.lane
    const { id: paymentId } = await this.payment()
    const waiting = (await ledger.operations.ofPayment(paymentId)).find(isWaitingPayout)
    if (!waiting) throw new Error("No refund waits for the shopper.")
    const { shopperPayouts } = ledger
    const expiresAt = new Date(this.lane.clock.now().getTime() + 100 * hour)
    const link = { tokenHash: `hash of ${waiting.id}`, expiresAt, madeBy: null }
    const made = await shopperPayouts.relink(waiting.id, { linkId: null, givenAt: null }, link)
    const sealed = seal(
      { type: "mobile", number: "0812345678" },
      waiting.id,
      this.deps.policy.payouts?.keys ?? [],
    )
    await shopperPayouts.give(made?.link?.id ?? "", { sealed, type: "mobile", tail: "5678" })
    await settle(paymentId, this.deps)
    if (waiting.refundId === null) await settle(paymentId, this.deps)
  }

  async cancelOrder(): Promise<void> {
    await this.medusa.adminCancel(this.order().id)
  }

  /** What asking without `only_ask` does. */
  async sync(): Promise<void> {
    for (const payment of await this.payments()) await settle(payment.id, this.deps)
  }

  /** What a person decides under Gateway payments, who has just looked at the payment unless a version says otherwise. */
  async decide(asked: Decided): Promise<unknown> {
    const payment = await this.payment()
    const decision = { note: "decided", by: "user_1", key: null, version: payment.version, ...asked }
    return decideByHand(payment, decision, this.deps, ({ id, refundedAmount }) =>
      Promise.resolve({ id, refundedAmount }),
    )
  }

  /** Tries something as a person does, and notes what that person was told. */
  async attempt(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work()
      this.told.push("done")
      return true
    } catch (error) {
      this.told.push(this.judged(error))
      return false
    } finally {
      await this.quiet()
    }
  }

  // The job.

  async job(): Promise<void> {
    await reconcile(this.reconcileDeps, { batch: 10, concurrency: 2, budgetMs: 50 * second })
    await this.quiet()
  }

  /** What the job and an admin's comparison start from. */
  get reconcileDeps(): ReconcileDeps {
    const { ledger, clock } = this.lane
    return {
      ledger,
      cancels: { ...this.deps, depsOf: () => this.deps },
      log: this.deps.log,
      now: () => clock.now(),
      depsOf: (providerId) => this.depsOf(providerId),
      emit: this.deps.emit,
      eachStrayRefund: async (wake) => {
        const known = (ids: string[]) => ledger.operations.refundIdsKnown(ids)
        for (const id of await this.medusa.strayRefundSessions(known, 7 * 24 * hour)) await wake(id)
      },
    }
  }

  /** Runs the job whenever something is due, for the next `ms`. */
  async jobs(ms: number): Promise<void> {
    const until = new Date(this.lane.clock.now().getTime() + ms)
    for (let runs = 0; runs < 100; runs++) {
      const due = await this.nextDue()
      if (!due || due > until) return
      await this.lane.clock.to(due)
      await this.job()
    }
    this.unexpected.push("The job finds something to do for ever.")
  }

  private async nextDue(): Promise<Date | null> {
    const [row] = await this.lane.database.query<{ due: Date | null }>(
      "select min(next_check_at) as due from gateway_payment",
    )
    return row?.due ?? null
  }

  // The shop's configuration.

  /** The shop's own entry is not configured any more. */
  entryRemoved = false

  private depsOf(providerId: string): SettleDeps {
    if (!this.entryRemoved && providerId === this.deps.providerId) return this.deps
    throw new PaymentProblem("not_found", "provider_unknown", `${providerId} is not configured.`)
  }

  // The gateway.

  async disturb(call: CallName, fault: Disturbing): Promise<void> {
    await this.lane.sandbox.fault({ gateway: this.variant.gateway, call, ...fault } as Fault)
  }

  /** What the channel says to the next refund or reversal. */
  async next(what: "refund" | "cancel", outcome: NextRefund["outcome"]): Promise<void> {
    if (what === "cancel") await this.lane.sandbox.nextCancel({ outcome })
    else await this.lane.sandbox.nextRefund({ gateway: this.variant.gateway, outcome })
  }

  // What there is.

  /** In the order in which they were opened. */
  async payments(): Promise<GatewayPayment[]> {
    return this.lane.ledger.payments.unsettledAfter("", new Date(0), 100)
  }

  /** The newest payment. */
  async payment(): Promise<GatewayPayment> {
    const last = (await this.payments()).at(-1)
    if (!last) throw new Error("Nothing was opened.")
    return last
  }

  /** Medusa's payment. */
  booked(): Payment {
    const [payment] = this.tables.payments.values()
    if (!payment) throw new Error("Medusa holds no payment.")
    return payment
  }

  order(): Order {
    const [order] = this.tables.orders.values()
    if (!order) throw new Error("There is no order.")
    return order
  }

  /** The collections of the order, the oldest first. */
  collections(): Collection[] {
    return [...this.tables.collections.values()]
  }

  /** The collection that asks for what an edit or an exchange has added. */
  secondCollection(): Collection {
    const second = this.collections()[1]
    if (!second) throw new Error("The order has one collection.")
    return second
  }

  /** Ends when nothing of the plugin's subscribers runs any more. */
  async quiet(): Promise<void> {
    while (this.#running.size) await Promise.all(this.#running)
  }

  private judged(error: unknown): string {
    if (error instanceof PaymentProblem) return error.code
    if (error instanceof MedusaProblem) return error.code ?? error.type
    this.unexpected.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
    return "unexpected"
  }

  private startMedusa(): FakeMedusa {
    const markById = async (id: string) => {
      const payment = await this.lane.ledger.payments.get(id)
      if (payment) await mirrorToSession(payment, this.deps)
    }
    return new FakeMedusa({
      tables: this.tables,
      currencyOf: () => this.variant.currency,
      digits: 2,
      now: () => this.lane.clock.now().getTime(),
      step: () => Promise.resolve(),
      wait: (ms) => this.deps.wait(ms),
      depsOf: () => this.deps,
      background: (_what, work) => {
        this.alone(work)
      },
      subscribers: {
        orderPlaced: (orderId) => notePlacedOrder(orderId, this.lane.ledger, this.medusa),
        orderCanceled: (orderId) =>
          settleCancelledOrder(orderId, this.lane.ledger, this.medusa, () => this.deps),
        orderChanged: async (orderId) =>
          review(await paymentsOfOrder(orderId, this.lane.ledger, this.medusa), {
            ledger: this.lane.ledger,
            log: this.deps.log,
            depsOf: () => this.deps,
          }),
        paymentRefunded: async (paymentId) => {
          const sessionId = this.tables.payments.get(paymentId)?.sessionId ?? ""
          const payment = await this.lane.ledger.payments.ofSession(sessionId)
          if (payment) await markById(payment.id)
        },
        paymentChanged: markById,
      },
      log: () => undefined,
    })
  }

  /** A subscriber: what it throws ends in the log, and must be one of the sentences all the same. */
  private alone(work: () => Promise<unknown>): void {
    const running = work()
      .catch((error: unknown) => this.judged(error))
      .finally(() => this.#running.delete(running))
    this.#running.add(running)
  }
}
