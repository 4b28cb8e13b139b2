import type { MedusaContainer } from "@medusajs/framework/types"
import { BigNumber, ContainerRegistrationKeys, MathBN, MedusaError, Modules } from "@medusajs/framework/utils"
import {
  cancelOrderWorkflow,
  createOrderCreditLinesWorkflow,
  processPaymentWorkflow,
  refundPaymentWorkflow,
} from "@medusajs/medusa/core-flows"

import { addMajor, isOurs, lessMajor, type Demand } from "../../core"
import { enteredAlone } from "../settlement"
import type {
  AlignBefore,
  Alignment,
  BookDifference,
  Host,
  HostOrder,
  HostPayment,
  RefundWhy,
  HostSession,
  OrderLock,
  OrderStanding,
  SessionMark,
  UnpaidOrder,
} from "../settlement"
import { demandOf, demandsOf } from "./demand"
import { graph } from "./graph"
import { lockOrder, openChange, orderOfRefund, orderStanding, ordersChanging } from "./order"
import { creditDue, gapOf, plainDecimal, total, type Amount, type Entered, type Gap } from "./transactions"
import { versionsOf, type Present } from "./versions"

/** `updatePaymentSessions` writes without calling the provider; it is generated, and missing from the interface. */
interface DirectWrites {
  updatePaymentSessions(data: {
    id: string
    status?: string
    data?: object
    metadata?: object
  }): Promise<unknown>
  updatePaymentCollections(
    id: string,
    data: { captured_amount?: string; refunded_amount?: string },
  ): Promise<unknown>
}

interface PaymentRow {
  id: string
  payment_session_id: string
  payment_collection_id: string
  captures?: { id: string; amount: Amount; created_at: string | Date }[]
  refunds?: { id: string; amount: Amount; created_at: string | Date }[]
}

interface UnpaidOrderRow {
  id: string
  status: string
  created_at: string | Date
  canceled_at: unknown
  fulfillments?: { canceled_at: unknown }[] | null
  credit_lines?: { id: string }[] | null
}

type PaymentOfOrder = PaymentRow & { currency_code: string; provider_id: string }

const paymentFields = [
  "id",
  "payment_session_id",
  "payment_collection_id",
  "currency_code",
  "provider_id",
  "captures.id",
  "captures.amount",
  "captures.created_at",
  "refunds.id",
  "refunds.amount",
  "refunds.created_at",
]

/** A real Medusa, by its modules and workflows. */
export class MedusaHost implements Host {
  constructor(private readonly container: MedusaContainer) {}

  async session(sessionId: string): Promise<HostSession | undefined> {
    const [session] = await this.payments.listPaymentSessions({ id: [sessionId] })
    if (!session) return undefined
    return {
      id: session.id,
      status: session.status,
      collectionId: (session as unknown as { payment_collection_id: string }).payment_collection_id,
      amount: plainDecimal(session.amount),
      currency: session.currency_code,
      metadata: (session as { metadata?: Record<string, unknown> | null }).metadata ?? {},
      beingOpened: session.data.merchant_order_no === undefined,
    }
  }

  async payment(sessionId: string): Promise<HostPayment | undefined> {
    const [row] = await this.graph<PaymentRow>("payment", paymentFields, { payment_session_id: sessionId })
    return row && toHostPayment(row)
  }

  async orderOf(collectionId: string): Promise<HostOrder | undefined> {
    const rows = await this.graph<{ order?: { id: string; status: string; canceled_at: unknown } | null }>(
      "order_payment_collection",
      ["order.id", "order.status", "order.canceled_at"],
      { payment_collection_id: collectionId },
    )
    const order = rows[0]?.order
    return order
      ? { id: order.id, canceled: order.status === "canceled" || order.canceled_at !== null }
      : undefined
  }

  /**
   * Medusa links a new order to its cart and to its collection side by side, each link a transaction of its own. Without the
   * first a shopper who comes back orders twice, without the second the order has no payment.
   */
  async linkOrder(collectionId: string, before: Date): Promise<HostOrder | undefined> {
    const ofCollection = { payment_collection_id: collectionId }
    const first = async (entity: string, field: string, filters: Record<string, unknown>) =>
      (await this.graph<Record<string, string>>(entity, [field], filters))[0]?.[field]
    const cartId = await first("cart_payment_collection", "cart_id", ofCollection)
    const linked = await first("order_payment_collection", "order_id", ofCollection)
    const placed = cartId && (await first("order_cart", "order_id", { cart_id: cartId }))
    const orderId = linked ?? placed
    // A completion that failed half-way may have left a link to an order that it took away again.
    const madeAt = orderId && (await first("order", "created_at", { id: orderId }))
    if (!orderId || !madeAt || new Date(madeAt) > before) return this.orderOf(collectionId)
    const links = this.container.resolve(ContainerRegistrationKeys.LINK)
    const order = { [Modules.ORDER]: { order_id: orderId } }
    if (!linked) await links.create({ ...order, [Modules.PAYMENT]: ofCollection })
    if (cartId && !placed) await links.create({ ...order, [Modules.CART]: { cart_id: cartId } })
    return this.orderOf(collectionId)
  }

  async sessionsOfOrder(orderId: string): Promise<{ collectionIds: string[]; sessionIds: string[] }> {
    const links = await this.graph<{ payment_collection_id: string }>(
      "order_payment_collection",
      ["payment_collection_id"],
      { order_id: orderId },
    )
    const collectionIds = links.map((link) => link.payment_collection_id)
    if (!collectionIds.length) return { collectionIds, sessionIds: [] }
    const sessions = await this.payments.listPaymentSessions({ payment_collection_id: collectionIds })
    return { collectionIds, sessionIds: sessions.map((session) => session.id) }
  }

  async unpaidOrder(orderId: string): Promise<UnpaidOrder | undefined> {
    const fields = [
      "id",
      "status",
      "created_at",
      "canceled_at",
      "fulfillments.canceled_at",
      "credit_lines.id",
    ]
    const [row] = await this.graph<UnpaidOrderRow>("order", fields, { id: orderId })
    if (!row) return undefined
    const { collectionIds } = await this.sessionsOfOrder(orderId)
    const sessions = collectionIds.length
      ? await this.payments.listPaymentSessions({ payment_collection_id: collectionIds })
      : []
    const others = sessions.filter(
      ({ provider_id, status }) => !isOurs(provider_id) && status !== "canceled" && status !== "error",
    )
    const [first] = collectionIds
    return {
      id: row.id,
      placedAt: new Date(row.created_at),
      status: row.canceled_at == null ? row.status : "canceled",
      fulfilled: row.fulfillments?.some((one) => one.canceled_at == null) ?? false,
      credited: (row.credit_lines?.length ?? 0) > 0,
      change: await openChange(this.container, orderId),
      otherSessions: others.length,
      // Read last: a payment that is captured by now is in it.
      demand: first === undefined ? undefined : await this.demandOf(first),
    }
  }

  async capture(sessionId: string, amount: string): Promise<{ problem?: string }> {
    const { errors } = await processPaymentWorkflow(this.container).run({
      input: { action: "captured", data: { session_id: sessionId, amount } },
      throwOnError: false,
    })
    const first = errors[0]?.error as { message?: string } | undefined
    return first ? { problem: first.message ?? "unknown" } : {}
  }

  /** The workflow writes the order's transaction as well; it refuses cancelled orders and payments without one (H8). */
  async refund(
    payment: HostPayment,
    order: HostOrder | undefined,
    amount: string,
    { note, by }: RefundWhy,
  ): Promise<void> {
    // Medusa's order activity shows who it was.
    const person = by === undefined ? {} : { created_by: by }
    const input = { payment_id: payment.id, amount: new BigNumber(amount), note, ...person }
    if (order && !order.canceled) await refundPaymentWorkflow(this.container).run({ input })
    else await enteredAlone.run(true, () => this.payments.refundPayment(input))
  }

  orderOfRefund(refundId: string): Promise<string | undefined> {
    return orderOfRefund(this.container, refundId)
  }

  orderStanding(orderId: string, amount?: string): Promise<OrderStanding | undefined> {
    return orderStanding(this.container, orderId, amount)
  }

  ordersChanging(orderIds: readonly string[]): Promise<ReadonlySet<string>> {
    return ordersChanging(this.container, orderIds)
  }

  lockOrder(orderId: string): OrderLock {
    return lockOrder(this.container, orderId)
  }

  async cancelOrder(orderId: string): Promise<{ problem?: string }> {
    const { errors } = await cancelOrderWorkflow(this.container).run({
      input: { order_id: orderId, no_notification: false },
      throwOnError: false,
    })
    const first = errors[0]?.error as { message?: string } | undefined
    return first ? { problem: first.message ?? "unknown" } : {}
  }

  async creditReturned(orderId: string, since: Date): Promise<void> {
    const { rows, difference, align } = await this.transactionBook({ id: orderId, canceled: false })
    if (difference.length) await align()
    const returned = total(
      rows.flatMap((row) => row.refunds ?? []).filter((row) => new Date(row.created_at) >= since),
    )
    await this.credit(orderId, returned, "gateway_payments_cancel")
  }

  demandsOf(collectionIds: readonly string[]): Promise<Map<string, Demand>> {
    return demandsOf(this.container, collectionIds)
  }

  demandOf(collectionId: string): Promise<Demand> {
    return demandOf(this.container, collectionId)
  }

  async compareBooks(payment: HostPayment, order: HostOrder | undefined): Promise<BookDifference[]> {
    return (await this.books(payment, order)).flatMap(({ difference }) => difference)
  }

  async alignBooks(
    payment: HostPayment,
    order: HostOrder | undefined,
    before: AlignBefore,
  ): Promise<Alignment> {
    const books = (await this.books(payment, order)).filter(({ difference }) => difference.length > 0)
    if (books.some(({ rows }) => rows.some((row) => isYounger(row, before))))
      return { changes: [], waits: true, change: undefined }
    const credits = order && books.some(({ difference }) => difference.some(isOutstanding))
    const change = credits ? await openChange(this.container, order.id) : undefined
    // Medusa lets one change of an order be open at a time, and a credit line is one.
    const ready = change === undefined ? books : books.map(withoutCredit)
    for (const { align, credit } of ready) {
      await align()
      await credit?.()
    }
    return { changes: ready.flatMap(({ difference }) => difference), waits: change !== undefined, change }
  }

  async showLink(sessionId: string, data: object): Promise<void> {
    const [session] = await this.payments.listPaymentSessions({ id: [sessionId] })
    if (!session || session.data.action) return
    await this.unlessDeleted(() =>
      this.direct.updatePaymentSessions({ id: sessionId, data: { ...session.data, ...data } }),
    )
  }

  async mark(sessionId: string, mark: SessionMark): Promise<void> {
    const [session] = await this.payments.listPaymentSessions({ id: [sessionId] })
    if (!session) return
    const metadata = (session as { metadata?: Record<string, unknown> | null }).metadata ?? {}
    // A session that Medusa has captured stays authorized: collection amounts are counted from those.
    const cancel = mark.cancel && session.status !== "authorized" && session.status !== "captured"
    await this.unlessDeleted(() =>
      this.direct.updatePaymentSessions({
        id: sessionId,
        ...(cancel ? { status: "canceled" } : {}),
        metadata: {
          ...metadata,
          gateway_state: mark.gatewayState,
          gateway_refunded_amount: mark.refundedAmount,
        },
        data: { ...session.data, state: mark.gatewayState },
      }),
    )
  }

  /** Deleted since it was read, as Medusa does after our provider has closed it: there is nothing to write. */
  private async unlessDeleted(write: () => Promise<unknown>): Promise<void> {
    try {
      await write()
    } catch (error) {
      if (!MedusaError.isMedusaError(error) || error.type !== MedusaError.Types.NOT_FOUND) throw error
    }
  }

  private async books(payment: HostPayment, order: HostOrder | undefined): Promise<Book[]> {
    return [await this.collectionBook(payment.collectionId), await this.transactionBook(order)]
  }

  private async collectionBook(collectionId: string): Promise<Book> {
    const rows = await this.paymentsOf([collectionId])
    const [collection] = await this.payments.listPaymentCollections({ id: [collectionId] })
    if (!collection) return noBook
    const captured = total(rows.flatMap((row) => row.captures ?? []))
    const refunded = total(rows.flatMap((row) => row.refunds ?? []))
    const difference = [
      ...differs("collection_captured", collection.captured_amount, captured),
      ...differs("collection_refunded", collection.refunded_amount, refunded),
    ]
    const align = () =>
      this.direct.updatePaymentCollections(collectionId, {
        captured_amount: captured,
        refunded_amount: refunded,
      })
    return { rows, difference, align }
  }

  /** What Medusa wrote of a refund that failed (H7), or did not get to write before a kill. */
  private async transactionBook(order: HostOrder | undefined): Promise<Book> {
    if (!order) return noBook
    const { collectionIds } = await this.sessionsOfOrder(order.id)
    const orders = this.container.resolve(Modules.ORDER)
    const transactions = await orders.listOrderTransactions(
      { order_id: order.id },
      { select: ["amount", "reference", "reference_id", "version"], take: null as never },
    )
    // Read after the transactions: what those name is among the rows.
    const all = await this.paymentsOf(collectionIds)
    const rows = all.filter((row) => isOurs(row.provider_id))
    const [first] = rows
    if (!first) return noBook
    // What other providers' payments left in the order's transactions is not ours to put right.
    const others = all.filter((row) => !isOurs(row.provider_id))
    const gap = gapOf(rows, transactions, others)
    const due = await this.outstanding(order, { rows, transactions, others }, gap)
    const difference = [...differs("order_transactions", gap.entered, gap.held), ...due.difference]
    const align = async () => {
      if (!gap.missing.length) return
      await orders.addOrderTransactions(
        gap.missing.map(({ amount, reference, referenceId }) => ({
          order_id: order.id,
          amount: new BigNumber(amount),
          currency_code: first.currency_code,
          reference,
          reference_id: referenceId,
        })),
      )
    }
    return { rows, difference, align, credit: due.credit }
  }

  /** What an order that lives on asks for again, though it only went back. */
  private async outstanding(
    order: HostOrder,
    { rows, transactions, others }: OrderRows,
    gap: Gap,
  ): Promise<Pick<Book, "difference" | "credit">> {
    if (order.canceled || !rows.some((row) => row.refunds?.length)) return { difference: [] }
    const present = await this.present(order.id)
    if (!present) return { difference: [] }
    const versions = (await versionsOf(this.container, [present])).get(order.id) ?? []
    const due = creditDue(versions, rows, transactions, others)
    if (due === "0") return { difference: [] }
    const from = lessMajor(
      addMajor(plainDecimal(present.summary?.pending_difference ?? 0), gap.entered),
      gap.held,
    )
    return {
      difference: [{ what: "order_outstanding", from, to: lessMajor(from, due) }],
      credit: () => this.credit(order.id, due, "gateway_payments_refund"),
    }
  }

  private async present(orderId: string): Promise<Present | undefined> {
    const fields = ["id", "version", "total", "summary"]
    const [order] = await this.graph<Present>("order", fields, { id: orderId })
    return order
  }

  /** No more than the order asks for: Medusa refuses that. */
  private async credit(orderId: string, most: string, reference: string): Promise<void> {
    const asked = (await this.present(orderId))?.summary?.pending_difference ?? 0
    const amount = MathBN.min(asked, most)
    if (MathBN.lte(amount, 0)) return
    const line = { amount: new BigNumber(amount), reference, reference_id: orderId }
    await createOrderCreditLinesWorkflow(this.container).run({
      input: { id: orderId, credit_lines: [line] },
    })
  }

  private paymentsOf(collectionIds: readonly string[]): Promise<PaymentOfOrder[]> {
    return this.graph<PaymentOfOrder>("payment", paymentFields, { payment_collection_id: collectionIds })
  }

  private graph<Row>(entity: string, fields: string[], filters: Record<string, unknown>): Promise<Row[]> {
    return graph<Row>(this.container, entity, fields, filters)
  }

  private get payments() {
    return this.container.resolve(Modules.PAYMENT)
  }

  private get direct(): DirectWrites {
    return this.payments as unknown as DirectWrites
  }
}

/** One of Medusa's books beside the rows that it is made of. */
interface Book {
  rows: readonly PaymentRow[]
  difference: BookDifference[]
  align: () => Promise<unknown>
  /** Takes off what the order asks for again. */
  credit?: (() => Promise<void>) | undefined
}

/** What the books of an order are made of. */
interface OrderRows {
  rows: readonly PaymentRow[]
  transactions: readonly Entered[]
  others: readonly PaymentRow[]
}

const noBook: Book = { rows: [], difference: [], align: () => Promise.resolve() }

const isOutstanding = ({ what }: BookDifference): boolean => what === "order_outstanding"

const withoutCredit = (book: Book): Book => ({
  ...book,
  difference: book.difference.filter((one) => !isOutstanding(one)),
  credit: undefined,
})

const differs = (what: BookDifference["what"], said: unknown, held: string): BookDifference[] => {
  const from = plainDecimal((said ?? 0) as Amount)
  return MathBN.eq(from, held) ? [] : [{ what, from, to: held }]
}

const isYounger = ({ captures = [], refunds = [] }: PaymentRow, before: AlignBefore): boolean =>
  captures.some((row) => new Date(row.created_at) > before.captures) ||
  refunds.some((row) => new Date(row.created_at) > before.refunds)

const toHostPayment = (row: PaymentRow): HostPayment => ({
  id: row.id,
  sessionId: row.payment_session_id,
  collectionId: row.payment_collection_id,
  captured: total(row.captures ?? []),
  refunds: (row.refunds ?? []).map((refund) => ({
    id: refund.id,
    amount: plainDecimal(refund.amount),
    createdAt: new Date(refund.created_at),
  })),
})
