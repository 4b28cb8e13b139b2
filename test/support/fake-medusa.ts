import { PaymentProblem, addMajor, toMajor, toMinor, type Demand, type OrderChange } from "../../src/core"
import { creditDue } from "../../src/services/host/transactions"
import type { GatewayPayment } from "../../src/services/ledger"
import {
  closeForDeletedSession,
  authorize,
  cancel,
  open,
  enteredAlone,
  refundForMedusa,
  type AlignBefore,
  type Alignment,
  type Authorization,
  type BookDifference,
  type Deps,
  type Host,
  type HostOrder,
  type HostPayment,
  type HostSession,
  type OrderLock,
  type OrderStanding,
  type PaymentEvent,
  type SessionMark,
  type UnpaidOrder,
} from "../../src/services/settlement"

/**
 * Everything Medusa's database holds of it. Amounts in minor units, with the fractions of one that Medusa keeps: seven per cent on
 * top of 350.50 is 37503.5.
 */
export interface MedusaTables {
  carts: Map<string, Cart>
  collections: Map<string, Collection>
  sessions: Map<string, Session>
  payments: Map<string, Payment>
  orders: Map<string, Order>
  locks: Map<string, { holder: object; until: number }>
  /** The change that is open, by order. */
  changes: Map<string, OrderChange>
  /** What was captured although its order did not ask for that much, in words. */
  unasked: string[]
  count: number
}

export interface Cart {
  id: string
  collectionId: string
  orderId: string | null
  completed: boolean
  /** What of the shop goes wrong when this cart is completed, and how often still. */
  trouble: { at: "validate" | "orderCreated"; times: number } | null
}

export interface Collection {
  id: string
  cartId: string
  orderId: string | null
  amount: number
  captured: number
  refunded: number
  status: string
}

export interface Session {
  id: string
  collectionId: string
  providerId: string
  amount: number
  status: string
  data: Record<string, unknown>
  metadata: Record<string, unknown>
  authorizedAt: number | null
}

export interface Payment {
  id: string
  sessionId: string
  collectionId: string
  providerId: string
  data: Record<string, unknown>
  amount: number
  captures: Row[]
  refunds: Row[]
  capturedAt: number | null
  canceledAt: number | null
}

export interface Row {
  id: string
  amount: number
  createdAt: number
}

export interface Order {
  id: string
  cartId: string
  canceled: boolean
  /** What its goods cost. */
  total: number
  /** What of that Medusa no longer wants: it writes one for what it gives back beyond what it owes anyway. */
  creditLines: number[]
  transactions: Transaction[]
  /** Each change that is confirmed begins a new one, a credit line too. */
  version: number
  /** What Medusa kept of each of them, in their order. Orders that an older release's world was written down with have none. */
  versions?: Kept[]
  createdAt: number
  /** By how much edits have made it cheaper, all added up, and what the last one took off. */
  cheaper?: number
  lastCheaper?: { by: number; at: number }
}

/** What an order was to be paid in all, its credit lines taken off, and all that was credited of it. */
export interface Kept {
  version: number
  begun: number
  wanted: number
  credited: number
}

export interface Transaction {
  id: string
  amount: number
  reference: string
  referenceId: string
  /** The order's, when it was entered; what the shop entered itself has none here. */
  version?: number
}

export const emptyTables = (): MedusaTables => ({
  carts: new Map(),
  collections: new Map(),
  sessions: new Map(),
  payments: new Map(),
  orders: new Map(),
  locks: new Map(),
  changes: new Map(),
  unasked: [],
  count: 0,
})

/** What Medusa throws: `MedusaError`, or a plain one that it answers with "unknown error". */
export class MedusaProblem extends Error {
  constructor(
    readonly type:
      "not_allowed" | "invalid_data" | "not_found" | "unexpected_state" | "payment_requires_more",
    message: string,
    readonly code?: string,
  ) {
    super(message)
  }
}

export interface MedusaSurroundings {
  tables: MedusaTables
  currencyOf: (providerId: string) => string
  digits: number
  now: () => number
  /** Where this process may be held up, killed, or overtaken by another: before each write and each read that matters. */
  step: (what: string) => Promise<void>
  wait: (ms: number) => Promise<void>
  /** The provider entry's use cases in this process. */
  depsOf: (providerId: string) => Deps
  /** Runs on its own; what it throws is logged. */
  background: (what: string, work: () => Promise<unknown>) => void
  /** The plugin's subscribers. */
  subscribers: Subscribers
  /** The plugin has an order cancelled by itself. */
  cancelling?: (orderId: string) => void
  log: (message: string) => void
}

export interface Subscribers {
  orderPlaced(orderId: string): Promise<unknown>
  orderCanceled(orderId: string): Promise<unknown>
  orderChanged(orderId: string): Promise<unknown>
  paymentRefunded(paymentId: string): Promise<unknown>
  paymentChanged(id: string): Promise<unknown>
}

const second = 1_000

/**
 * One process of a Medusa 2.21.2 as `@medusajs/payment` and `@medusajs/core-flows` behave, with what breaks other plugins
 * left in: a refund row is deleted when the provider throws (H1), a cancelled order swallows what its payments say and
 * books the transaction anyway (H7), a completion that fails gives money back by itself (H16). The tables are shared by
 * all processes; every write waits for its turn, so that a process can die between any two.
 */
export class FakeMedusa implements Host {
  readonly #tables: MedusaTables

  constructor(private readonly around: MedusaSurroundings) {
    this.#tables = around.tables
  }

  // The shop window.

  async createCart(amount: number, trouble: Cart["trouble"] = null): Promise<Cart> {
    const collection: Collection = {
      id: this.newId("pay_col"),
      cartId: this.newId("cart"),
      orderId: null,
      amount,
      captured: 0,
      refunded: 0,
      status: "not_paid",
    }
    const cart = {
      id: collection.cartId,
      collectionId: collection.id,
      orderId: null,
      completed: false,
      trouble,
    }
    this.#tables.collections.set(collection.id, collection)
    this.#tables.carts.set(cart.id, cart)
    return cart
  }

  /** `createPaymentSessionsWorkflow`: the new one is made while the old ones are deleted; both undone when it fails. */
  async selectPayment(
    cartId: string,
    providerId: string,
    data: Record<string, unknown> = {},
  ): Promise<Session> {
    return this.selectPaymentOn(this.cart(cartId).collectionId, providerId, data)
  }

  /** The same on any collection: that of an order which was placed or changed. */
  async selectPaymentOn(
    collectionId: string,
    providerId: string,
    data: Record<string, unknown> = {},
  ): Promise<Session> {
    const collection = this.collection(collectionId)
    const old = await this.read("sessions", () => this.sessionsOf(collection.id))
    const [made, deleted] = await Promise.allSettled([
      this.createSession(collection, providerId, data),
      this.deleteSessions(old),
    ])
    if (made.status === "fulfilled") return made.value
    for (const session of deleted.status === "fulfilled" ? deleted.value : [])
      await this.createSession(collection, session.providerId, session.data).catch((error: unknown) =>
        this.around.log(`a session was not made again: ${(error as Error).message}`),
      )
    throw made.reason
  }

  /** A changed total deletes every session of the cart. */
  async changeCart(cartId: string, amount: number): Promise<void> {
    const collection = this.collectionOfCart(cartId)
    if (this.cart(cartId).completed) throw new MedusaProblem("not_allowed", "The cart is completed.")
    await this.write("cart total", () => (collection.amount = amount))
    await this.deleteSessions(this.sessionsOf(collection.id))
  }

  /** `completeCartWorkflow`: the order first, its payment last, and all of it undone when something fails. */
  async completeCart(cartId: string): Promise<string> {
    const undo: (() => Promise<void>)[] = []
    const lock = await this.lock(cartId)
    undo.push(() => this.unlock(cartId, lock))
    try {
      const orderId = await this.completeLocked(cartId, undo)
      await this.unlock(cartId, lock)
      return orderId
    } catch (error) {
      for (const step of undo.reverse()) await step()
      throw error
    }
  }

  // The admin.

  /** `refundPaymentWorkflow`, as the admin's refund button runs it. */
  async adminRefund(paymentId: string, amount: number): Promise<void> {
    const payment = await this.read("payment", () => this.payment_(paymentId))
    if (exceeds(payment, amount))
      throw new MedusaProblem("invalid_data", "You are not allowed to refund more than the captured amount")
    const orderId = this.collection(payment.collectionId).orderId
    if (!orderId) throw new MedusaProblem("not_found", "The payment has no order.")
    const owed = await this.read("order summary", () => Math.max(0, -pendingDifference(this.order(orderId))))
    const refunds = await this.refundPayment(paymentId, amount)
    await this.addTransactions(
      orderId,
      refunds.map((row) => ({ amount: -amount, reference: "refund", referenceId: row.id })),
    )
    if (amount > owed) await this.addCreditLine(orderId, exactly(amount - owed))
    this.emit("payment.refunded", () => this.around.subscribers.paymentRefunded(paymentId))
  }

  /** An admin or a customer opens a change of the order, and leaves it so. */
  async openChange(orderId: string, kind: OrderChange): Promise<void> {
    this.refuseSecondChange(orderId)
    await this.write("change opened", () => this.#tables.changes.set(orderId, kind))
  }

  async endChange(orderId: string): Promise<void> {
    await this.write("change ended", () => this.#tables.changes.delete(orderId))
  }

  private refuseSecondChange(orderId: string): void {
    if (this.#tables.changes.has(orderId))
      throw new MedusaProblem(
        "invalid_data",
        `Order (${orderId}) already has an existing active order change`,
      )
  }

  /** `cancelOrderWorkflow`: what providers throw is logged, and the refund's transaction is written all the same (H7). */
  async adminCancel(orderId: string): Promise<void> {
    const order = await this.read("order", () => this.order(orderId))
    if (order.canceled) throw new MedusaProblem("not_allowed", `Order with id ${orderId} has been canceled.`)
    const payments = this.paymentsOfOrder(orderId)
    const refundedBefore = sum(payments.flatMap((payment) => payment.refunds))
    await Promise.all([
      this.refundCaptured(orderId),
      ...payments
        .filter((payment) => !payment.captures.length)
        .map((payment) => this.cancelPayment(payment.id).catch((error: unknown) => this.swallowed(error))),
    ])
    const back = exactly(sum(payments.flatMap((payment) => payment.refunds)) - refundedBefore)
    await this.addCreditLine(orderId, back)
    await this.write("collections canceled", () => {
      for (const collection of this.collectionsOfOrder(orderId)) collection.status = "canceled"
    })
    await this.write("order canceled", () => (order.canceled = true))
    this.emit("order.canceled", () => this.around.subscribers.orderCanceled(orderId))
  }

  // The order, changed.

  /**
   * An edit, an exchange or a claim that is confirmed: `createOrUpdateOrderPaymentCollectionWorkflow` asks for what is then to be
   * paid, on the collection that waits for its payment or on a new one. Medusa leaves the sessions as they are.
   */
  async changeOrder(orderId: string, total: number): Promise<void> {
    const order = await this.write("order total", () => {
      const { total: before, cheaper = 0 } = this.order(orderId)
      if (total >= before) return this.newVersion(orderId, { total })
      const by = before - total
      return this.newVersion(orderId, {
        total,
        cheaper: cheaper + by,
        lastCheaper: { by, at: this.around.now() },
      })
    })
    const pending = pendingDifference(order)
    const waiting = this.collectionsOfOrder(orderId).find((one) => one.status === "not_paid")
    if (waiting && pending >= 0) await this.write("collection amount", () => (waiting.amount = pending))
    if (!waiting && pending > 0) await this.newCollection(orderId, pending)
    this.emit("order-edit.confirmed", () => this.around.subscribers.orderChanged(orderId))
  }

  /** The same, where nothing else is being changed, and the order stands. */
  async editOrder(orderId: string, total: number): Promise<void> {
    if (this.order(orderId).canceled)
      throw new MedusaProblem("invalid_data", `Order with id ${orderId} has been canceled.`)
    this.refuseSecondChange(orderId)
    await this.changeOrder(orderId, total)
  }

  /** An exchange or a claim that is cancelled: the collection goes on asking for its difference, and no event says so. */
  async cancelExchange(orderId: string, total: number): Promise<void> {
    await this.write("order total", () => this.newVersion(orderId, { total }))
  }

  private newVersion(orderId: string, change: Partial<Order>): Order {
    const order = this.order(orderId)
    const kept = versionsOf(order)
    Object.assign(order, change, { version: order.version + 1 })
    order.versions = [...kept, keptNow(order, this.around.now())]
    return order
  }

  /** `deleteOrderPaymentCollections`: the links go, and the sessions stay. */
  async deleteCollection(collectionId: string): Promise<void> {
    await this.write("collection unlinked", () => {
      Object.assign(this.collection(collectionId), { orderId: null, cartId: "" })
    })
  }

  /** `markPaymentCollectionAsPaid`: the open session is deleted, and another provider says that it is paid. */
  async markAsPaid(collectionId: string): Promise<void> {
    const collection = this.collection(collectionId)
    await this.deleteSessions(this.sessionsOf(collectionId))
    await this.payOtherwise(collection)
  }

  /** A payment of another provider's, captured. */
  async payOtherwise(collection: Collection): Promise<void> {
    const session: Session = {
      id: `payses_${this.newId("s").slice(2)}`,
      collectionId: collection.id,
      providerId: "pp_system_default",
      amount: collection.amount,
      status: "pending",
      data: {},
      metadata: {},
      authorizedAt: null,
    }
    const payment = await this.write("payment and capture", () => {
      this.#tables.sessions.set(session.id, session)
      return this.storePayment(session)
    })
    await this.write("collection amounts", () => this.countCollection(collection.id))
    if (!payment || !collection.orderId) return
    await this.addTransactions(
      collection.orderId,
      payment.captures.map((row) => ({ amount: row.amount, reference: "capture", referenceId: row.id })),
    )
  }

  private async newCollection(orderId: string, amount: number): Promise<void> {
    const collection: Collection = {
      id: this.newId("pay_col"),
      cartId: "",
      orderId,
      amount,
      captured: 0,
      refunded: 0,
      status: "not_paid",
    }
    await this.write("collection", () => this.#tables.collections.set(collection.id, collection))
  }

  /** The first half of a cancelled order: its money. */
  async refundAll(orderId: string): Promise<void> {
    await this.refundCaptured(orderId)
  }

  // What the plugin asks of Medusa.

  async demandsOf(collectionIds: readonly string[]): Promise<Map<string, Demand>> {
    const found = new Map<string, Demand>()
    for (const id of collectionIds) found.set(id, await this.demandOf(id))
    return found
  }

  /** Read in the real one's order, each in a step of its own. */
  async demandOf(collectionId: string): Promise<Demand> {
    const { collection, order } = await this.read("order and collection", () => {
      const found = this.#tables.collections.get(collectionId)
      return {
        collection: found && { ...found },
        order: structuredClone(this.#tables.orders.get(found?.orderId ?? "")),
      }
    })
    const collectionIds = order ? this.collectionsOfOrder(order.id).map(({ id }) => id) : [collectionId]
    const sessionIds = await this.read("sessions", () =>
      collectionIds.flatMap((id) => this.sessionsOf(id)).map(({ id }) => id),
    )
    const payments = await this.read("payments", () => collectionIds.flatMap((id) => this.paymentsOf(id)))
    const isEntered = entered(payments)
    return {
      collection: collection && { id: collection.id, amount: this.major(collection.amount) },
      detached: !collection?.cartId && !collection?.orderId,
      order: order && {
        id: order.id,
        canceled: order.canceled,
        wanted: this.major(
          pendingDifference(order) + sum(order.transactions) - creditMissing(order, payments),
        ),
        total: this.major(pendingDifference(order) + sum(order.transactions)),
      },
      collectionIds,
      sessionIds,
      held: payments
        .filter((payment) => payment.captures.length > 0)
        .map((payment) => ({
          sessionId: payment.sessionId,
          collectionId: payment.collectionId,
          amount: this.major(captured(payment) - refunded(payment)),
        })),
      elsewhere: this.major(sum((order?.transactions ?? []).filter((one) => !isEntered(one)))),
    }
  }

  async cancelOrder(orderId: string): Promise<{ problem?: string }> {
    this.around.cancelling?.(orderId)
    try {
      await this.adminCancel(orderId)
      return {}
    } catch (error) {
      return { problem: (error as Error).message }
    }
  }

  async session(sessionId: string): Promise<HostSession | undefined> {
    const session = await this.read("session", () => this.#tables.sessions.get(sessionId))
    return (
      session && {
        id: session.id,
        status: session.status,
        collectionId: session.collectionId,
        amount: this.major(session.amount),
        currency: this.around.currencyOf(session.providerId),
        metadata: session.metadata,
      }
    )
  }

  async payment(sessionId: string): Promise<HostPayment | undefined> {
    return this.read("payment", () => {
      const payment = this.paymentOfSession(sessionId)
      return (
        payment && {
          id: payment.id,
          sessionId,
          collectionId: payment.collectionId,
          captured: this.major(captured(payment)),
          refunds: payment.refunds.map((row) => ({
            id: row.id,
            amount: this.major(row.amount),
            createdAt: new Date(row.createdAt),
          })),
        }
      )
    })
  }

  async orderOf(collectionId: string): Promise<HostOrder | undefined> {
    return this.read("order", () => {
      const order = this.#tables.orders.get(this.#tables.collections.get(collectionId)?.orderId ?? "")
      return order && { id: order.id, canceled: order.canceled }
    })
  }

  /** Here an order and its links are one write: none is ever missing. */
  async linkOrder(collectionId: string): Promise<HostOrder | undefined> {
    return this.orderOf(collectionId)
  }

  async sessionsOfOrder(orderId: string): Promise<{ collectionIds: string[]; sessionIds: string[] }> {
    return this.read("sessions of order", () => {
      const collectionIds = this.collectionsOfOrder(orderId).map((one) => one.id)
      const sessionIds = collectionIds.flatMap((id) => this.sessionsOf(id).map((one) => one.id))
      return { collectionIds, sessionIds }
    })
  }

  /** `processPaymentWorkflow` with a captured payment, errors not thrown. */
  async capture(sessionId: string, amount: string): Promise<{ problem?: string }> {
    try {
      await this.processPayment(sessionId, this.minor(amount))
      return {}
    } catch (error) {
      return { problem: (error as Error).message }
    }
  }

  async refund(payment: HostPayment, order: HostOrder | undefined, amount: string): Promise<void> {
    if (order && !order.canceled) await this.adminRefund(payment.id, this.minor(amount))
    else await enteredAlone.run(true, () => this.refundPayment(payment.id, this.minor(amount)))
  }

  async orderOfRefund(refundId: string): Promise<string | undefined> {
    return this.read("order of refund", () => {
      const payment = [...this.#tables.payments.values()].find((one) =>
        one.refunds.some((row) => row.id === refundId),
      )
      return (payment && this.#tables.collections.get(payment.collectionId)?.orderId) ?? undefined
    })
  }

  async ordersChanging(orderIds: readonly string[]): Promise<ReadonlySet<string>> {
    return this.read("changes", () => new Set(orderIds.filter((id) => this.#tables.changes.has(id))))
  }

  async orderStanding(orderId: string, amount?: string): Promise<OrderStanding | undefined> {
    return this.read("order and its changes", () => {
      const order = this.#tables.orders.get(orderId)
      return (
        order && {
          id: order.id,
          canceled: order.canceled,
          change: this.#tables.changes.get(orderId),
          needsCreditLine:
            amount === undefined || this.minor(amount) > Math.max(0, -pendingDifference(order)),
        }
      )
    })
  }

  async unpaidOrder(orderId: string): Promise<UnpaidOrder | undefined> {
    const order = await this.read("order", () => structuredClone(this.#tables.orders.get(orderId)))
    if (!order) return undefined
    const collections = await this.read("collections", () => this.collectionsOfOrder(orderId))
    const sessions = await this.read("sessions", () => collections.flatMap(({ id }) => this.sessionsOf(id)))
    return {
      id: order.id,
      placedAt: new Date(order.createdAt),
      status: order.canceled ? "canceled" : "pending",
      fulfilled: false,
      credited: order.creditLines.length > 0,
      change: this.#tables.changes.get(orderId),
      otherSessions: sessions.filter(({ providerId }) => providerId === "pp_system_default").length,
      demand: collections[0] && (await this.demandOf(collections[0].id)),
    }
  }

  /** The ledger's lease is what is simulated; Medusa's own lock is always free here. */
  lockOrder(): OrderLock {
    return { acquire: () => Promise.resolve(true), release: () => undefined }
  }

  async creditReturned(orderId: string, since: Date): Promise<void> {
    const order = { id: orderId, canceled: false }
    if ((await this.transactionDifference(order)).length) await this.alignTransactions(order)
    const back = sum(
      this.paymentsOfOrder(orderId)
        .flatMap((payment) => payment.refunds)
        .filter((row) => row.createdAt >= since.getTime()),
    )
    const amount = Math.min(back, pendingDifference(this.order(orderId)))
    if (amount > 0) await this.addCreditLine(orderId, exactly(amount))
  }

  async compareBooks(payment: HostPayment, order: HostOrder | undefined): Promise<BookDifference[]> {
    return [
      ...(await this.collectionDifference(payment.collectionId)),
      ...(await this.transactionDifference(order)),
    ]
  }

  /** As `MedusaHost` does it with Medusa's own services: read, compare, write, each in a step of its own. */
  async alignBooks(
    payment: HostPayment,
    order: HostOrder | undefined,
    before: AlignBefore,
  ): Promise<Alignment> {
    const collection = await this.collectionDifference(payment.collectionId)
    const transactions = await this.transactionDifference(order)
    const rows = await this.read("payments to align", () => [
      ...(collection.length ? this.paymentsOf(payment.collectionId) : []),
      ...(transactions.length && order ? this.paymentsOfOrder(order.id) : []),
    ])
    const waits = rows.some(
      (row) =>
        row.captures.some((one) => one.createdAt > before.captures.getTime()) ||
        row.refunds.some((one) => one.createdAt > before.refunds.getTime()),
    )
    if (waits) return { changes: [], waits, change: undefined }
    if (collection.length)
      await this.write("collection aligned", () => this.countCollection(payment.collectionId))
    const asked = transactions.filter(({ what }) => what === "order_outstanding")
    const entered = transactions.filter(({ what }) => what !== "order_outstanding")
    if (entered.length) await this.alignTransactions(order)
    const change = asked.length && order ? this.#tables.changes.get(order.id) : undefined
    if (order && !change)
      for (const { from, to } of asked)
        await this.addCreditLine(order.id, exactly(this.minor(from) - this.minor(to)))
    return {
      changes: [...collection, ...entered, ...(change ? [] : asked)],
      waits: change !== undefined,
      change,
    }
  }

  async showLink(sessionId: string, data: object): Promise<void> {
    await this.write("session data", () => {
      const session = this.#tables.sessions.get(sessionId)
      if (session && !session.data.action) session.data = { ...session.data, ...data }
    })
  }

  async mark(sessionId: string, mark: SessionMark): Promise<void> {
    const session = await this.read("session", () => this.#tables.sessions.get(sessionId))
    if (!session) return
    const cancel = mark.cancel && session.status !== "authorized" && session.status !== "captured"
    await this.write("session marked", () => {
      if (cancel) session.status = "canceled"
      session.metadata = {
        ...session.metadata,
        gateway_state: mark.gatewayState,
        gateway_refunded_amount: mark.refundedAmount,
      }
    })
  }

  /** The sessions of refund rows that no operation was made for, as the plugin's application looks for them. */
  async strayRefundSessions(
    known: (refundIds: string[]) => Promise<Set<string>>,
    lookBackMs: number,
  ): Promise<string[]> {
    const now = this.around.now()
    const rows = await this.read("newest refunds", () =>
      [...this.#tables.payments.values()].flatMap((payment) =>
        payment.refunds
          .filter((row) => row.createdAt > now - lookBackMs && row.createdAt < now - 120 * second)
          .map((row) => ({ id: row.id, sessionId: payment.sessionId })),
      ),
    )
    const carried = await known(rows.map((row) => row.id))
    return rows.filter((row) => !carried.has(row.id)).map((row) => row.sessionId)
  }

  /** The use cases ask which refund rows Medusa still holds. */
  async refundsHeld(refundIds: readonly string[]): Promise<Set<string>> {
    return this.read("refunds held", () => {
      const held = [...this.#tables.payments.values()].flatMap((payment) =>
        payment.refunds.map((row) => row.id),
      )
      return new Set(refundIds.filter((id) => held.includes(id)))
    })
  }

  /** An event of the plugin's own. */
  announce(_event: PaymentEvent, payment: GatewayPayment): void {
    this.emit("gateway_payment", () => this.around.subscribers.paymentChanged(payment.id))
  }

  // Payment sessions.

  private async createSession(
    collection: Collection,
    providerId: string,
    data: Record<string, unknown>,
  ): Promise<Session> {
    const session: Session = {
      id: `payses_${this.newId("s").slice(2)}`,
      collectionId: collection.id,
      providerId,
      amount: collection.amount,
      status: "pending",
      data,
      metadata: {},
      authorizedAt: null,
    }
    await this.write("session row", () => this.#tables.sessions.set(session.id, session))
    try {
      const opened = await this.initiatePayment(session)
      await this.write("session data", () => (session.data = { ...data, ...opened }))
      return session
    } catch (error) {
      await this.write("session row deleted", () => this.#tables.sessions.delete(session.id))
      throw error
    }
  }

  private async deleteSessions(sessions: readonly Session[]): Promise<Session[]> {
    const deleted: Session[] = []
    await Promise.all(
      sessions.map(async (session) => {
        try {
          await this.deletePayment(session)
          await this.write("session deleted", () => this.#tables.sessions.delete(session.id))
          deleted.push(session)
        } catch (error) {
          this.around.log(`a session was not deleted: ${(error as Error).message}`)
        }
      }),
    )
    return deleted
  }

  /** `authorizePaymentSession` of the payment module: idempotent only for a session that is authorized. */
  private async authorizeSession(sessionId: string): Promise<Payment | null> {
    const session = await this.read("session", () => this.#tables.sessions.get(sessionId))
    if (!session) throw new MedusaProblem("not_found", `PaymentSession with id: ${sessionId} was not found`)
    const earlier = this.paymentOfSession(sessionId)
    if (earlier && session.authorizedAt !== null) return earlier
    const { status, data } = await this.authorizePayment(session)
    if (status !== "captured") {
      await this.write(`session ${status}`, () =>
        Object.assign(session, { status, data: { ...session.data, ...data } }),
      )
      if (status === "pending_authorization") return null
      throw new MedusaProblem("not_allowed", `Session: ${sessionId} was not authorized with the provider.`)
    }
    const payment = await this.write("payment and capture", () => {
      // Two at once: the row's unique session lets one through, and the provider is asked to cancel (H11).
      if (this.paymentOfSession(sessionId)) return undefined
      return this.storePayment(session)
    })
    if (!payment) {
      await this.cancelAtProvider(session.providerId, session.data)
      throw new MedusaProblem("unexpected_state", "The payment could not be stored.")
    }
    await this.write("collection amounts", () => this.countCollection(session.collectionId))
    return payment
  }

  private storePayment(session: Session): Payment | undefined {
    if (!this.#tables.sessions.has(session.id)) return undefined
    Object.assign(session, { status: "authorized", authorizedAt: this.around.now() })
    const payment: Payment = {
      id: this.newId("pay"),
      sessionId: session.id,
      collectionId: session.collectionId,
      providerId: session.providerId,
      data: session.data,
      amount: session.amount,
      captures: [this.newRow("capt", session.amount)],
      refunds: [],
      capturedAt: this.around.now(),
      canceledAt: null,
    }
    this.#tables.payments.set(payment.id, payment)
    this.judgeCapture(payment)
    return payment
  }

  /** Nobody may take more than the order asks for: what it was to cost, less what is held of it and what was credited. */
  private judgeCapture(payment: Payment): void {
    // What an admin enters, an admin has seen.
    if (!isOurs(payment)) return
    const { id, collectionId, amount } = payment
    const order = this.#tables.orders.get(this.collection(collectionId).orderId ?? "")
    if (!order) return
    const credited = order.creditLines.reduce((all, one) => all + one, 0)
    const others = this.paymentsOfOrder(order.id).filter((one) => one.id !== id)
    // What was wanted when the plugin looked, and is entered within the same moment, is as good as entered before the edit.
    const { by, at } = order.lastCheaper ?? { by: 0, at: 0 }
    const justNow = this.around.now() - at < 5 * second ? by : 0
    const asked = exactly(order.total + justNow - credited - held(others))
    if (rounded(amount) > rounded(asked) + 1)
      this.#tables.unasked.push(`${id} of ${amount} was captured while ${order.id} asked for ${asked}`)
  }

  // Completing.

  private async completeLocked(cartId: string, undo: (() => Promise<void>)[]): Promise<string> {
    const cart = this.cart(cartId)
    const collection = this.collection(cart.collectionId)
    const { orderId, session } = await this.read("cart", () => ({
      orderId: cart.orderId,
      session: this.sessionsOf(collection.id).find((one) => processable.has(one.status)),
    }))
    if (!session) throw new MedusaProblem("invalid_data", "Payment sessions are required to complete cart")
    undo.push(() => this.compensatePayment(session.id))
    if (orderId) return orderId
    this.fails(cart, "validate")
    const order: Order = {
      id: this.newId("order"),
      cartId,
      canceled: false,
      total: collection.amount,
      creditLines: [],
      transactions: [],
      version: 1,
      createdAt: this.around.now(),
    }
    await this.write("order", () => this.#tables.orders.set(order.id, order))
    undo.push(() => this.write("order deleted", () => void this.#tables.orders.delete(order.id)))
    await this.write("order linked", () => {
      cart.orderId = order.id
      collection.orderId = order.id
      cart.completed = true
    })
    undo.push(() =>
      this.write("order unlinked", () => {
        cart.orderId = null
        collection.orderId = null
        cart.completed = false
      }),
    )
    await this.payOrder(cart, order, session, undo)
    this.emit("order.placed", () => this.around.subscribers.orderPlaced(order.id))
    return order.id
  }

  private async payOrder(
    cart: Cart,
    order: Order,
    session: Session,
    undo: (() => Promise<void>)[],
  ): Promise<void> {
    const payment = await this.authorizeStep(session.id)
    if (payment)
      undo.push(() => this.cancelPayment(payment.id).catch((error: unknown) => this.swallowed(error)))
    if (payment) {
      const added = payment.captures.map((row) => ({
        amount: row.amount,
        reference: "capture",
        referenceId: row.id,
      }))
      await this.addTransactions(order.id, added)
      undo.push(() => this.write("transactions deleted", () => void (order.transactions = [])))
    }
    this.fails(cart, "orderCreated")
  }

  private fails(cart: Cart, at: "validate" | "orderCreated"): void {
    if (cart.trouble?.at !== at || cart.trouble.times <= 0) return
    cart.trouble.times--
    throw new MedusaProblem("invalid_data", `The shop's own ${at} hook throws.`)
  }

  /** `authorizePaymentSessionStep`: only a MedusaError is thrown on as it is. */
  private async authorizeStep(sessionId: string): Promise<Payment | null> {
    const payment = await this.authorizeSession(sessionId)
    const session = this.#tables.sessions.get(sessionId)
    if (session?.status === "pending_authorization") return null
    if (session?.status === "requires_more")
      throw new MedusaProblem("payment_requires_more", "More information is required for payment")
    if (session?.status !== "authorized" || !payment)
      throw new MedusaProblem("unexpected_state", "Payment authorization failed")
    return payment
  }

  /** `compensatePaymentIfNeededStep`: a captured payment is given back, unless an order for the cart is there. */
  private async compensatePayment(sessionId: string): Promise<void> {
    const payment = await this.read("payment of session", () => this.paymentOfSession(sessionId))
    const session = this.#tables.sessions.get(sessionId)
    if (!session || payment?.capturedAt == null) return
    const collection = this.collection(payment.collectionId)
    if (this.cart(collection.cartId).orderId) return
    try {
      await this.refundPayments(payment.collectionId, [{ payment, amount: session.amount }])
      await this.selectPayment(collection.cartId, session.providerId, session.data)
    } catch (error) {
      this.swallowed(error)
    }
  }

  /** `processPaymentWorkflow`: an error anywhere before the cart is completed ends it; what follows is tried. */
  private async processPayment(sessionId: string, amount: number): Promise<void> {
    const { known, session } = await this.read("payment and session", () => ({
      known: this.paymentOfSession(sessionId),
      session: this.#tables.sessions.get(sessionId),
    }))
    if (!session) throw new TypeError("Cannot read properties of undefined (reading 'payment_collection_id')")
    const collection = this.collection(session.collectionId)
    if (!collection.cartId) return this.captureLocked(sessionId, known, amount)
    const cart = this.cart(collection.cartId)
    const ordered = cart.orderId
    const lock = await this.lock(cart.id)
    try {
      await this.captureLocked(sessionId, known, amount)
    } catch (error) {
      await this.unlock(cart.id, lock)
      throw error
    }
    await this.unlock(cart.id, lock)
    if (!ordered) await this.completeCart(cart.id).catch((error: unknown) => this.swallowed(error))
  }

  private async captureLocked(sessionId: string, known: Payment | undefined, amount: number): Promise<void> {
    const payment = known ?? (await this.authorizeStep(sessionId))
    if (!payment) return
    try {
      await this.capturePayment(payment, amount)
      const orderId = this.collection(payment.collectionId).orderId
      if (orderId)
        await this.addTransactions(
          orderId,
          payment.captures.map((row) => ({ amount, reference: "capture", referenceId: row.id })),
        )
    } catch (error) {
      if (!known) await this.cancelPayment(payment.id).catch((problem: unknown) => this.swallowed(problem))
      throw error
    }
  }

  private async capturePayment(payment: Payment, amount: number): Promise<void> {
    if (payment.canceledAt !== null)
      throw new MedusaProblem("invalid_data", `The payment: ${payment.id} has been canceled.`)
    if (payment.capturedAt === null)
      await this.write("capture", () => {
        const total = rounded(captured(payment) + amount)
        if (total > rounded(payment.amount))
          throw new MedusaProblem("invalid_data", "You cannot capture more than the authorized amount.")
        payment.captures.push(this.newRow("capt", amount))
        if (total >= rounded(payment.amount)) payment.capturedAt = this.around.now()
      })
    await this.write("collection amounts", () => this.countCollection(payment.collectionId))
  }

  // Giving back.

  private async refundCaptured(orderId: string): Promise<void> {
    const owed = await this.read("captured payments", () =>
      this.paymentsOfOrder(orderId)
        .map((payment) => ({ payment, amount: exactly(captured(payment) - refunded(payment)) }))
        .filter((one) => one.amount > 0),
    )
    const first = owed[0]
    if (first) await this.refundPayments(first.payment.collectionId, owed)
  }

  /** `refundPaymentsWorkflow`: throws only where the sum does not fit; what a provider throws is logged. */
  private async refundPayments(
    collectionId: string,
    owed: readonly { payment: Payment; amount: number }[],
  ): Promise<void> {
    const orderId = await this.read("order of collection", () => this.collection(collectionId).orderId)
    for (const { payment, amount } of owed)
      if (exceeds(payment, amount))
        throw new MedusaProblem("invalid_data", `Payment with id ${payment.id} is trying to refund too much`)
    await Promise.all(
      owed.map(({ payment, amount }) =>
        this.refundPayment(payment.id, amount).catch((error: unknown) => this.swallowed(error)),
      ),
    )
    if (!orderId) return
    await this.addTransactions(
      orderId,
      owed.map(({ payment, amount }) => ({ amount: -amount, reference: "refund", referenceId: payment.id })),
    )
  }

  /** `refundPayment` of the payment module (H1): the row first, committed; then the provider; deleted when it throws. */
  private async refundPayment(paymentId: string, amount: number): Promise<Row[]> {
    const payment = this.payment_(paymentId)
    const row = await this.write("refund row", () => {
      if (amount <= 0) throw new MedusaProblem("invalid_data", "Refund amount must be greater than 0.")
      if (exceeds(payment, amount))
        throw new MedusaProblem(
          "invalid_data",
          "You cannot refund more than what is captured on the payment.",
        )
      const made = this.newRow("ref", amount)
      payment.refunds.push(made)
      return made
    })
    try {
      await this.refundAtProvider(payment, row)
    } catch (error) {
      await this.write("refund row deleted", () => {
        payment.refunds = payment.refunds.filter((one) => one !== row)
      })
      throw error
    }
    await this.write("payment data", () => undefined)
    await this.write("collection amounts", () => this.countCollection(payment.collectionId))
    return [...payment.refunds]
  }

  private async cancelPayment(paymentId: string): Promise<void> {
    const payment = this.payment_(paymentId)
    await this.cancelAtProvider(payment.providerId, payment.data)
    await this.write("payment canceled", () => (payment.canceledAt = this.around.now()))
  }

  // What the provider class makes of it: see `GatewayPaymentProvider`.

  private async initiatePayment(session: Session): Promise<Record<string, unknown>> {
    const deps = this.around.depsOf(session.providerId)
    return this.inMedusasWords(async () => {
      const payment = await open(
        {
          sessionId: session.id,
          collectionId: session.collectionId,
          amount: this.major(session.amount),
          currency: this.around.currencyOf(session.providerId),
          channel: session.data.channel,
        },
        deps,
      )
      return sessionData(payment)
    })
  }

  private async deletePayment(session: Session): Promise<void> {
    if (!isOurs(session)) return
    const deps = this.around.depsOf(session.providerId)
    try {
      const payment = await this.paymentIn(session.data, deps)
      if (payment) await closeForDeletedSession(payment, deps)
    } catch (error) {
      deps.log.warn(`a deleted session is left to the job: ${(error as Error).message}`)
    }
  }

  private async authorizePayment(
    session: Session,
  ): Promise<{ status: Authorization["status"]; data: Record<string, unknown> }> {
    return this.inMedusasWords(async () => {
      const { payment, status } = await authorize(session.id, this.around.depsOf(session.providerId))
      if (status === "captured" && payment.unwanted)
        this.#tables.unasked.push(`${payment.number} is ${payment.unwanted}, and Medusa is told of its money`)
      return { status, data: sessionData(payment) }
    })
  }

  private async refundAtProvider(payment: Payment, row: Row): Promise<void> {
    // Medusa's own provider says yes to everything.
    if (!isOurs(payment)) return
    const deps = this.around.depsOf(payment.providerId)
    return this.inMedusasWords(async () => {
      const number = payment.data.merchant_order_no
      if (typeof number !== "string")
        throw new PaymentProblem("not_found", "payment_unknown", "No such gateway payment.")
      const amount = this.major(row.amount)
      await refundForMedusa({ number, providerId: payment.providerId, amount, refundId: row.id }, deps)
    })
  }

  private async cancelAtProvider(providerId: string, data: Record<string, unknown>): Promise<void> {
    if (!isOurs({ providerId })) return
    const deps = this.around.depsOf(providerId)
    return this.inMedusasWords(async () => {
      const known = await this.paymentIn(data, deps)
      if (!known) throw new PaymentProblem("not_found", "payment_unknown", "No such gateway payment.")
      await cancel(known, deps)
    })
  }

  private async paymentIn(data: Record<string, unknown>, deps: Deps): Promise<GatewayPayment | undefined> {
    const number = data.merchant_order_no
    return typeof number === "string" ? deps.ledger.payments.ofNumber(deps.providerId, number) : undefined
  }

  private async inMedusasWords<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof PaymentProblem)) throw error
      const type = error.kind === "conflict" ? "not_allowed" : error.kind
      throw new MedusaProblem(type, error.message, error.code)
    }
  }

  // The books.

  private countCollection(collectionId: string): void {
    const collection = this.collection(collectionId)
    const payments = this.paymentsOf(collectionId)
    collection.captured = sum(payments.flatMap((one) => one.captures))
    collection.refunded = sum(payments.flatMap((one) => one.refunds))
    if (rounded(collection.captured) >= rounded(collection.amount)) collection.status = "completed"
  }

  /** `addOrderTransactionStep`: one per reference, and none that is there already. */
  private async addTransactions(
    orderId: string,
    wanted: readonly { amount: number; reference: string; referenceId: string }[],
  ): Promise<void> {
    const order = this.order(orderId)
    const missing = await this.read("transactions", () =>
      wanted.filter(
        (one) =>
          !order.transactions.some(
            (there) => there.reference === one.reference && there.referenceId === one.referenceId,
          ),
      ),
    )
    if (missing.length)
      await this.write("transactions", () => {
        for (const one of missing)
          order.transactions.push({ id: this.newId("ordtrx"), ...one, version: order.version })
      })
  }

  /** `createOrderRefundCreditLinesWorkflow`: after the money has gone back, and not on a cancelled order. */
  private async addCreditLine(orderId: string, amount: number): Promise<void> {
    await this.write("credit line", () => {
      const order = this.order(orderId)
      if (order.canceled)
        throw new MedusaProblem("invalid_data", `Order with id ${orderId} has been canceled.`)
      this.refuseSecondChange(orderId)
      this.newVersion(orderId, { creditLines: [...order.creditLines, amount] })
    })
  }

  private async collectionDifference(collectionId: string): Promise<BookDifference[]> {
    return this.read("collection amounts", () => {
      const collection = this.collection(collectionId)
      const payments = this.paymentsOf(collectionId)
      return [
        ...this.differs(
          "collection_captured",
          collection.captured,
          sum(payments.flatMap((one) => one.captures)),
        ),
        ...this.differs(
          "collection_refunded",
          collection.refunded,
          sum(payments.flatMap((one) => one.refunds)),
        ),
      ]
    })
  }

  private async transactionDifference(host: HostOrder | undefined): Promise<BookDifference[]> {
    if (!host) return []
    return this.read("transactions", () => {
      const ours = this.oursOf(host.id)
      const order = this.order(host.id)
      const said = sum(order.transactions.filter(entered(ours)))
      const missing = host.canceled ? 0 : creditMissing(order, this.paymentsOfOrder(host.id))
      const asked = exactly(pendingDifference(order) + said - held(ours))
      return [
        ...this.differs("order_transactions", said, held(ours)),
        ...this.differs("order_outstanding", asked, exactly(asked - missing)),
      ]
    })
  }

  /** What Medusa would have entered, where that makes up for the difference; else one correction. */
  private async alignTransactions(host: HostOrder | undefined): Promise<void> {
    if (!host) return
    await this.write("correction", () => {
      const ours = this.oursOf(host.id)
      const { transactions, version } = this.order(host.id)
      const gap = exactly(held(ours) - sum(transactions.filter(entered(ours))))
      const absent = [
        ...ours.flatMap((one) => one.captures).map((row) => ({ ...row, reference: "capture" })),
        ...ours
          .flatMap((one) => one.refunds)
          .map((row) => ({ ...row, amount: -row.amount, reference: "refund" })),
      ].filter((row) => !transactions.some((one) => one.referenceId === row.id))
      const missing =
        sum(absent) === gap
          ? absent
          : [{ id: ours[0]?.id ?? "", amount: gap, reference: "gateway_payments_correction" }]
      for (const { id, amount, reference } of missing)
        transactions.push({ id: this.newId("ordtrx"), amount, reference, referenceId: id, version })
    })
  }

  private oursOf(orderId: string): Payment[] {
    return this.paymentsOfOrder(orderId).filter(isOurs)
  }

  private differs(what: BookDifference["what"], from: number, to: number): BookDifference[] {
    return from === to ? [] : [{ what, from: this.major(from), to: this.major(to) }]
  }

  // Locks, steps, look-ups.

  private async lock(key: string): Promise<object> {
    const holder = {}
    const until = this.around.now() + 30 * second
    for (;;) {
      const taken = await this.read("lock", () => {
        const held = this.#tables.locks.get(key)
        if (held && held.until > this.around.now()) return false
        this.#tables.locks.set(key, { holder, until: this.around.now() + 120 * second })
        return true
      })
      if (taken) return holder
      if (this.around.now() >= until)
        throw new MedusaProblem("unexpected_state", `Failed to acquire lock for ${key}`)
      await this.around.wait(300)
    }
  }

  private async unlock(key: string, holder: object): Promise<void> {
    await this.read("unlock", () => {
      if (this.#tables.locks.get(key)?.holder === holder) this.#tables.locks.delete(key)
    })
  }

  private async read<T>(what: string, get: () => T): Promise<T> {
    await this.around.step(`medusa reads ${what}`)
    return get()
  }

  private async write<T>(what: string, set: () => T): Promise<T> {
    await this.around.step(`medusa writes ${what}`)
    return set()
  }

  private emit(what: string, subscriber: () => Promise<unknown>): void {
    this.around.background(what, subscriber)
  }

  private swallowed(error: unknown): void {
    this.around.log(`swallowed: ${(error as Error).message}`)
  }

  private newId(prefix: string): string {
    return `${prefix}_${String(++this.#tables.count).padStart(26, "0")}`
  }

  private newRow(prefix: string, amount: number): Row {
    return { id: this.newId(prefix), amount, createdAt: this.around.now() }
  }

  private major(minor: number): string {
    return addMajor(toMajor(Math.round(minor * grains), this.around.digits + grainDigits))
  }

  private minor(major: string): number {
    return toMinor(major, this.around.digits + grainDigits) / grains
  }

  private cart(id: string): Cart {
    return found(this.#tables.carts.get(id), id)
  }

  private collection(id: string): Collection {
    return found(this.#tables.collections.get(id), id)
  }

  private collectionOfCart(cartId: string): Collection {
    return this.collection(this.cart(cartId).collectionId)
  }

  private order(id: string): Order {
    return found(this.#tables.orders.get(id), id)
  }

  private payment_(id: string): Payment {
    return found(this.#tables.payments.get(id), id)
  }

  private sessionsOf(collectionId: string): Session[] {
    return [...this.#tables.sessions.values()].filter((one) => one.collectionId === collectionId)
  }

  private paymentOfSession(sessionId: string): Payment | undefined {
    return [...this.#tables.payments.values()].find((one) => one.sessionId === sessionId)
  }

  private paymentsOf(collectionId: string): Payment[] {
    return [...this.#tables.payments.values()].filter((one) => one.collectionId === collectionId)
  }

  private collectionsOfOrder(orderId: string): Collection[] {
    return [...this.#tables.collections.values()].filter((one) => one.orderId === orderId)
  }

  private paymentsOfOrder(orderId: string): Payment[] {
    return this.collectionsOfOrder(orderId).flatMap((one) => this.paymentsOf(one.id))
  }
}

export const captured = (payment: Payment): number => sum(payment.captures)
export const refunded = (payment: Payment): number => sum(payment.refunds)

export const sum = (rows: readonly { amount: number }[]): number =>
  exactly(rows.reduce((total, row) => total + row.amount, 0))

/** Fractions of a minor unit are kept to so many decimals, and sums of them are exact. */
const grainDigits = 6
const grains = 10 ** grainDigits
export const exactly = (amount: number): number => Math.round(amount * grains) / grains

/** `roundToCurrencyPrecision`. */
export const rounded = (amount: number): number => Math.round(exactly(amount))

/** Medusa lets what goes back exceed what was captured by one minor unit. */
const exceeds = (payment: Payment, amount: number): boolean =>
  exactly(captured(payment) - refunded(payment) - amount) < -1

/** What is still to be paid for an order; negative: to be given back. */
export const pendingDifference = ({ total, creditLines, transactions }: Order): number =>
  exactly(total - creditLines.reduce((all, amount) => all + amount, 0) - sum(transactions))

const isOurs = ({ providerId }: Pick<Payment, "providerId">): boolean =>
  /^pp_(ksher|gnete)(_|$)/.test(providerId)

const keptNow = ({ version, total, creditLines }: Order, begun: number): Kept => {
  const credited = sum(creditLines.map((amount) => ({ amount })))
  return { version, begun, wanted: exactly(total - credited), credited }
}

/** One that was never changed has one version, which began with it. */
const versionsOf = (order: Order): Kept[] => order.versions ?? [keptNow(order, order.createdAt)]

/** What went back of our payments and is asked for again, since the credit line was never entered: by the plugin's own rule. */
function creditMissing(order: Order, payments: readonly Payment[]): number {
  const dated = ({ id, amount, createdAt }: Row) => ({ id, amount, created_at: new Date(createdAt) })
  const booked = payments.map(({ id, providerId, captures, refunds }) => ({
    id,
    providerId,
    captures: captures.map(dated),
    refunds: refunds.map(dated),
  }))
  return Number(
    creditDue(
      versionsOf(order).map((one) => ({ ...one, begun: new Date(one.begun), hasReturns: false })),
      booked.filter(isOurs),
      order.transactions.map(({ amount, reference, referenceId, version }) => ({
        amount,
        reference,
        reference_id: referenceId,
        ...(version === undefined ? {} : { version }),
      })),
      booked.filter((one) => !isOurs(one)),
    ),
  )
}

const held = (payments: readonly Payment[]): number =>
  exactly(payments.reduce((total, one) => total + captured(one) - refunded(one), 0))

/** Whether a transaction is Medusa's of one of these payments: as the plugin's host tells them apart. */
const entered =
  (payments: readonly Payment[]) =>
  ({ reference, referenceId }: { reference: string; referenceId: string }): boolean =>
    (reference === "refund" && referenceId.startsWith("ref_")) ||
    payments.some((one) =>
      [one.id, ...[...one.captures, ...one.refunds].map(({ id }) => id)].includes(referenceId),
    )

/** Statuses in which a session may still complete a cart. */
const processable = new Set(["pending", "requires_more", "authorized", "captured", "pending_authorization"])

const sessionData = (payment: GatewayPayment): Record<string, unknown> => ({
  state: payment.state,
  action: payment.action,
  merchant_order_no: payment.number,
})

function found<T>(row: T | undefined, id: string): T {
  if (row === undefined) throw new MedusaProblem("not_found", `${id} was not found`)
  return row
}
