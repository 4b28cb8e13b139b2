import { addMajor, lessMajor, roundToMinor, toMajor } from "./money"

/**
 * What Medusa asks for on a payment collection and its order, and what it holds of that. Amounts in major units, as Medusa
 * keeps them. Looked up in this order: what is held is read last, so that a capture is never missing from it.
 */
export interface Demand {
  /** Absent where the collection is gone. */
  collection: { id: string; amount: string } | undefined
  /** Neither a cart nor an order has the collection any more. */
  detached: boolean
  order: { id: string; canceled: boolean; wanted: string; total: string } | undefined
  /** The collections of the order, or this one alone. */
  collectionIds: readonly string[]
  /** The payment sessions that are in them. */
  sessionIds: readonly string[]
  /** Each payment that Medusa has captured in them: captured less refunded. */
  held: readonly { sessionId: string; collectionId: string; amount: string }[]
  /** What the order's transactions hold that belongs to none of its payments: a gift card, money handed over the counter. */
  elsewhere: string
}

/** Why Medusa does not want a payment any more. */
export type Unowed = "order_canceled" | "collection_deleted" | "amount_changed" | "not_owed"

/** A payment that asks to be wanted, in minor units. */
export interface Asking {
  sessionId: string
  collectionId: string
  /** Known since it was opened, or placed. */
  orderId: string | null
  amount: number
  /** What the collection asked for when it was opened. */
  askedAmount: number | null
}

/** A payment that Medusa is being told of, and may not have captured yet. */
export interface Reserved {
  sessionId: string
  collectionId: string
  /** Minor units, with so many digits as its entry counts them. */
  amount: number
  digits: number
}

/**
 * Whether that much is still to be paid, on this collection and on this order; or why not. The one place where it is decided,
 * for a payment that is to be opened, is open, or is paid and not captured.
 */
export function unowed(
  asking: Asking,
  demand: Demand,
  reserved: readonly Reserved[],
  digits: number,
): Unowed | null {
  const { collection, order } = demand
  if (order?.canceled) return "order_canceled"
  // Medusa has captured it: what becomes of it is a matter of refunds.
  if (demand.held.some(({ sessionId }) => sessionId === asking.sessionId)) return null
  if (!collection || (demand.detached && asking.orderId !== null)) return "collection_deleted"
  const asked = asking.askedAmount ?? roundToMinor(collection.amount, digits)
  if (roundToMinor(collection.amount, digits) !== asked) return "amount_changed"
  const { left, spared } = stillToPay(asking, demand, reserved, digits)
  return asking.amount > left + spared ? "not_owed" : null
}

/** What is still to be paid, in minor units, and how far rounding may have moved it. */
export interface Left {
  left: number
  spared: number
}

/** Two entries may count the same currency in other minor units. */
const inDigits = ({ amount, digits }: Reserved, wanted: number): number =>
  digits === wanted ? amount : roundToMinor(toMajor(amount, digits), wanted)

/** What of the collection and of its order is still to be paid: the smaller of the two. */
export function stillToPay(
  asking: Pick<Asking, "sessionId" | "collectionId">,
  { collection, order, held, elsewhere }: Demand,
  reserved: readonly Reserved[],
  digits: number,
): Left {
  const others = held.filter(({ sessionId }) => sessionId !== asking.sessionId)
  const captured = new Set(held.map(({ sessionId }) => sessionId))
  const coming = reserved.filter((one) => one.sessionId !== asking.sessionId && !captured.has(one.sessionId))
  const of = (wanted: string, isIn: (one: { collectionId: string }) => boolean): Left => {
    const theirs = others.filter(isIn)
    const soon = coming.filter(isIn)
    const room = roundToMinor(lessMajor(wanted, ...theirs.map(({ amount }) => amount)), digits)
    // Medusa keeps fractions of a minor unit, and every payment was rounded.
    return {
      left: soon.reduce((rest, one) => rest - inDigits(one, digits), room),
      spared: theirs.length + soon.length,
    }
  }
  const inCollection = of(
    collection?.amount ?? "0",
    ({ collectionId }) => collectionId === asking.collectionId,
  )
  if (!order) return inCollection
  const inOrder = of(lessMajor(order.wanted, elsewhere), () => true)
  return inOrder.left < inCollection.left ? inOrder : inCollection
}

/** What Medusa holds of an order, or of a collection without one, beyond what was wanted, in minor units; 0 where nothing is. */
export function heldBeyond({ order, collection, held, elsewhere }: Demand, digits: number): number {
  // What is on its way back by a return is owed once the goods are there.
  const wanted = order ? lessMajor(order.total, elsewhere) : (collection?.amount ?? "0")
  const beyond = roundToMinor(lessMajor(addMajor("0", ...held.map(({ amount }) => amount)), wanted), digits)
  return beyond > held.length ? beyond : 0
}
