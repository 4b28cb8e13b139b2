import type { Demand, OrderChange } from "../../core"

/** What settlement reads in, and asks of, Medusa. Amounts in major units as plain decimal strings, as Medusa keeps them. */
export interface Host {
  session(sessionId: string): Promise<HostSession | undefined>
  payment(sessionId: string): Promise<HostPayment | undefined>
  orderOf(collectionId: string): Promise<HostOrder | undefined>
  /**
   * The order that Medusa placed for a collection or for its cart, linked to both: it dies between the two links like
   * anywhere else. One younger than `before` is left alone: whoever placed it may still be linking. `undefined` where there
   * is none for the collection.
   */
  linkOrder(collectionId: string, before: Date): Promise<HostOrder | undefined>
  /** What Medusa still wants to be paid on a payment collection and its order. */
  demandOf(collectionId: string): Promise<Demand>
  /** As `demandOf`, for many collections at once. */
  demandsOf(collectionIds: readonly string[]): Promise<Map<string, Demand>>
  /** The payment collections of an order, and the sessions in them. */
  sessionsOfOrder(orderId: string): Promise<{ collectionIds: string[]; sessionIds: string[] }>
  /** What decides whether an order that nobody has paid may be ended. `undefined`: there is no such order. */
  unpaidOrder(orderId: string): Promise<UnpaidOrder | undefined>
  /** Tells Medusa that the session is paid, and completes the cart. `problem` where Medusa did not take it. */
  capture(sessionId: string, amount: string): Promise<{ problem?: string }>
  /** Asks Medusa to refund: it writes its row and calls the provider. Throws what the provider throws. */
  refund(payment: HostPayment, order: HostOrder | undefined, amount: string, why: RefundWhy): Promise<void>
  /** Where collection amounts and order transactions differ from the captures and refunds that Medusa holds. Changes nothing. */
  compareBooks(payment: HostPayment, order: HostOrder | undefined): Promise<BookDifference[]>
  /**
   * Puts those right, and says what it changed. Rows younger than `before` are left alone: whoever made them may still be
   * writing. So is what an order asks for again, while a change of it is open.
   */
  alignBooks(payment: HostPayment, order: HostOrder | undefined, before: AlignBefore): Promise<Alignment>
  /** The order of the payment that Medusa's refund row belongs to. */
  orderOfRefund(refundId: string): Promise<string | undefined>
  /** What stands in the way of a refund of `amount`, or of any where there is none. `undefined`: there is no such order. */
  orderStanding(orderId: string, amount?: string): Promise<OrderStanding | undefined>
  /** Which of these orders have a change open, by their ids. */
  ordersChanging(orderIds: readonly string[]): Promise<ReadonlySet<string>>
  /** Medusa's own lock on an order, which its order edits take. */
  lockOrder(orderId: string): OrderLock
  /** Has Medusa cancel the order. `problem` where it did not. */
  cancelOrder(orderId: string): Promise<{ problem?: string }>
  /** Enters as a credit line what went back since `since`, as far as the order still asks for it: the half that a cancel had not reached. */
  creditReturned(orderId: string, since: Date): Promise<void>
  /** Puts the link of a payment that was opened after its session into the session's data, where it is not there yet. */
  showLink(
    sessionId: string,
    data: { action: unknown; expires_at: string | null; state: string },
  ): Promise<void>
  /** Mirrors a state into the session and its payment (never through the provider). */
  mark(sessionId: string, mark: SessionMark): Promise<void>
}

export interface HostSession {
  id: string
  status: string
  collectionId: string
  amount: string
  currency: string
  metadata: Record<string, unknown>
  /** Medusa has not written yet what `initiatePayment` answered: that write sets the status back to `pending`. */
  beingOpened?: boolean
}

export interface HostPayment {
  id: string
  sessionId: string
  collectionId: string
  captured: string
  refunds: { id: string; amount: string; createdAt: Date }[]
}

/** Major units. `from` is what the books say, `to` what Medusa's captures and refunds add up to. */
export interface BookDifference {
  what: "collection_captured" | "collection_refunded" | "order_transactions" | "order_outstanding"
  from: string
  to: string
}

export interface Alignment {
  changes: BookDifference[]
  /** Something is left to be put right soon. */
  waits: boolean
  /** The change of the order that it waits for. */
  change: OrderChange | undefined
}

/** A capture is entered at once, a refund only after the gateway has answered. */
export interface AlignBefore {
  captures: Date
  refunds: Date
}

/** What Medusa's row says of a refund. */
export interface RefundWhy {
  note: string
  /** The admin who decided it, where one did. */
  by?: string | undefined
}

export interface HostOrder {
  id: string
  canceled: boolean
}

/** An order that may be unpaid, looked up once. */
export interface UnpaidOrder {
  id: string
  placedAt: Date
  /** Medusa's word for it: `pending`, `completed`, `draft`, `archived`, `canceled`, `requires_action`. */
  status: string
  /** Something of it is packed or sent. */
  fulfilled: boolean
  /** It has credit lines: a part of it was paid with something else. */
  credited: boolean
  change: OrderChange | undefined
  /** What it asks for and holds; absent where it has no payment collection. */
  demand: Demand | undefined
  /** Other providers' payment sessions that may be paid, or are. */
  otherSessions: number
}

export interface SessionMark {
  gatewayState: string
  refundedAmount: string
  /** Close the session for good: only where nothing was captured on it. */
  cancel: boolean
}

export interface OrderStanding {
  id: string
  canceled: boolean
  change: OrderChange | undefined
  /** Medusa has to write a credit line: the amount is more than the order owes the shopper anyway. */
  needsCreditLine: boolean
}

export interface OrderLock {
  /** Whether it was had. Asked again by the same owner, it lasts longer. */
  acquire(): Promise<boolean>
  release(): void
}
