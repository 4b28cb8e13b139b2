/** States of a gateway payment. */
export const states = [
  "unopened",
  "created",
  "pending",
  "paid",
  "partially_refunded",
  "refunded",
  "void",
  "failed",
  "paid_late",
] as const
export type State = (typeof states)[number]

/** Which verb ended a gateway payment; `outside`: the gateway ended it, or somebody in its console. */
export type SettledBy = "close" | "cancel" | "refund" | "outside"

/**
 * The one table of allowed moves; every write to a state is a compare-and-set on it.
 *
 * - `unopened`: waits for the shopper's choice; the gateway knows nothing of it, and is asked nothing about it.
 * - `created → paid`: the notification may come before the create answer has returned.
 * - `failed → void`: a failed order is still closed at the gateway when its order is cancelled, so that nothing stays payable.
 * - `paid → paid_late`: Medusa gave the session up between the gateway's answer and the capture.
 */
export const moves: Readonly<Record<State, readonly State[]>> = {
  unopened: ["created", "void"],
  created: ["pending", "paid", "paid_late", "void", "failed"],
  pending: ["paid", "paid_late", "void", "failed"],
  failed: ["paid", "paid_late", "void"],
  void: ["paid_late"],
  paid: ["paid_late", "partially_refunded", "refunded"],
  paid_late: ["partially_refunded", "refunded"],
  partially_refunded: ["refunded"],
  refunded: [],
}

export const mayMove = (from: State, to: State): boolean => moves[from].includes(to)

/** States from which `to` can be reached in one move: the set a compare-and-set names. */
export const statesBefore = (to: State): State[] => states.filter((from) => mayMove(from, to))

/** Money is at the gateway, or was. */
export const hasMoney = (state: State): boolean =>
  state === "paid" || state === "paid_late" || state === "partially_refunded" || state === "refunded"

/** A shopper may still pay it at the gateway. One that waits to be opened has nothing there yet. */
export const isOpen = (state: State): boolean =>
  state === "created" || state === "pending" || state === "failed"

/** No money, and no end yet: what nobody asks for any more is ended. */
export const isUnended = (state: State): boolean => isOpen(state) || state === "unopened"

/**
 * Paid, wanted and whole: what Medusa is told of, and what a shopper is thanked for. The gateway may say "refunded" and not how much:
 * nobody ships on that.
 */
export const isToCapture = (payment: {
  state: State
  unwanted: string | null
  returnedUnsaid: boolean
}): boolean => payment.state === "paid" && !payment.unwanted && !payment.returnedUnsaid
