import type { Demand } from "../../core"

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
  /** The payment collections of an order, and the sessions in them. */
  sessionsOfOrder(orderId: string): Promise<{ collectionIds: string[]; sessionIds: string[] }>
  /** Tells Medusa that the session is paid, and completes the cart. `problem` where Medusa did not take it. */
  capture(sessionId: string, amount: string): Promise<{ problem?: string }>
  /** Asks Medusa to refund: it writes its row and calls the provider. Throws what the provider throws. */
  refund(payment: HostPayment, order: HostOrder | undefined, amount: string, note: string): Promise<void>
  /** Where collection amounts and order transactions differ from the captures and refunds that Medusa holds. Changes nothing. */
  compareBooks(payment: HostPayment, order: HostOrder | undefined): Promise<BookDifference[]>
  /**
   * Puts those right, and says what it changed. Rows younger than `before` are left alone: whoever made them may still be
   * writing.
   */
  alignBooks(
    payment: HostPayment,
    order: HostOrder | undefined,
    before: AlignBefore,
  ): Promise<{ changes: BookDifference[]; waits: boolean }>
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
  what: "collection_captured" | "collection_refunded" | "order_transactions"
  from: string
  to: string
}

/** A capture is entered at once, a refund only after the gateway has answered. */
export interface AlignBefore {
  captures: Date
  refunds: Date
}

export interface HostOrder {
  id: string
  canceled: boolean
}

export interface SessionMark {
  gatewayState: string
  refundedAmount: string
  /** Close the session for good: only where nothing was captured on it. */
  cancel: boolean
}
