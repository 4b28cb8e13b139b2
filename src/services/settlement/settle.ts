import { hasMoney } from "../../core"
import { returns } from "../ledger"
import type { GatewayPayment, Operation } from "../ledger"
import { settleAtGateway } from "./settling/settle-at-gateway"
import { clear, raise, staleCodes } from "./attention"
import { alignBooks, bookReturns } from "./settling/book-returns"
import {
  captureInMedusa,
  lookUpCapture,
  mayBePlaced,
  findOrder,
  reportWithoutOrder,
} from "./settling/capture"
import type { Booked } from "./settling/capture"
import { isCaptured } from "./settling/decide-capture"
import type { SettleDeps } from "./deps"
import { codeOf, refundOwed } from "./settling/owed-refunds"
import type { HostOrder } from "./host"
import { reload } from "./required"
import { withLease } from "./lease"
import { withOrderLease } from "./orders/order-lease"
import { owesFailedRefund } from "./returns/unmatched-rows"
import { publish } from "./settling/publish"
import { after, minute } from "./schedule"
import { nextCheck } from "./settling/next-check"

/**
 * Drives a gateway payment to where it should be, one idempotent step after the other: what is in doubt is asked, what is
 * unwanted is closed, what is paid is captured or given back, what happened at the gateway is booked in Medusa, and what
 * is left is scheduled. The job, a notification, a cancelled order and the admin's "ask now" all do this and nothing else.
 * `lookAgainBy`: the next look comes no later.
 */
export async function settle(
  paymentId: string,
  deps: SettleDeps,
  lookAgainBy: Date | null = null,
): Promise<GatewayPayment> {
  const { asked, found, known, wakes } = await withLease(
    paymentId,
    deps,
    async (leased, held, operations) => {
      const { payment: asked, found } = await settleAtGateway(leased, operations, held)
      return { asked, found, known: operations, wakes: leased.wakes }
    },
  )
  const bySoonest = (due: Date | null) => (lookAgainBy ? earlier(due, lookAgainBy) : due)
  const { seen, left, isCalm } = await settleInMedusa(asked, known, deps)
  if (isCalm) {
    const told = await publish(await clearStaleAttention(seen, deps), deps)
    const next = bySoonest(nextCheck(told, known, deps, found))
    const done = await deps.ledger.payments.scheduleUnchanged(told, wakes, next)
    if (done) return done
  }
  let payment = await publish(await clearStaleAttention(await reload(seen, deps), deps), deps)
  // Read before its operations: whoever adds one after that has had a turn.
  payment = await reload(payment, deps)
  const operations = await deps.ledger.operations.ofPayment(payment.id)
  const owed = left !== "nothing" || (await owesFailedRefund(payment, operations, deps))
  const next = bySoonest(nextCheck(payment, operations, deps, { ...found, owedInMedusa: owed }))
  const soon = left === "young rows" ? earlier(next, after(deps, 2 * minute)) : next
  return deps.ledger.payments.schedule(payment, wakes, soon)
}

/** What is left to do in Medusa. `young rows`: whoever made them may still be writing what belongs to them. */
type Left = "nothing" | "something" | "young rows"

const earlier = (next: Date | null, by: Date): Date => (next && next < by ? next : by)

/** Takes away what no longer holds of what is known now. */
export const clearStaleAttention = async (
  payment: GatewayPayment,
  deps: SettleDeps,
): Promise<GatewayPayment> => {
  const found = await raiseUnsaid(payment, deps)
  return clear(found, staleCodes(found), deps)
}

/** What stood before "returned, amount unknown" is gone: until somebody says how much it was, no money moves, and that is told again. */
const raiseUnsaid = async (payment: GatewayPayment, deps: SettleDeps): Promise<GatewayPayment> =>
  payment.returnedUnsaid && payment.attentionCode === null && payment.state !== "refunded"
    ? raise(payment, "outside_unclear", { why: "amount_unsaid", order: payment.number }, deps)
    : payment

/** What a look at Medusa has come to. */
interface InMedusa {
  /** The payment as it was last read. */
  seen: GatewayPayment
  left: Left
  /** Nothing has gone back or is to, and Medusa's books are complete: with that, `seen` is all that counts. */
  isCalm: boolean
}

/** The half that puts Medusa right; what is left to do there soon. Outside the lease, since Medusa calls the provider back. */
async function settleInMedusa(
  payment: GatewayPayment,
  operations: readonly Operation[],
  deps: SettleDeps,
): Promise<InMedusa> {
  const isCalm = returns(operations).length === 0
  if (!hasMoney(payment.state)) return { seen: payment, left: "nothing", isCalm }
  // How much of it is still there, only a person can find out: nothing is captured, and nothing sent back.
  const unsure = payment.returnedUnsaid
  const known = unsure ? { payment, booked: undefined } : await lookUpCapture(payment, deps)
  const seen = known.payment
  try {
    return await withOrderLease(orderToPay(seen), deps, async () => {
      const captured = unsure ? known : await captureInMedusa(known, deps)
      const order = await findOrder(captured.payment, deps)
      if (isCalm && (await isComplete(captured, order, deps)))
        return { seen: captured.payment, left: "nothing", isCalm }
      const left = await withOrderLease(order?.id, deps, () => settleInOrder(captured.payment, order, deps))
      return { seen: captured.payment, left, isCalm: false }
    })
  } catch (error) {
    // Somebody else is at the order: looked at again soon.
    if (codeOf(error) === "order_busy") return { seen, left: "something", isCalm: false }
    throw error
  }
}

/**
 * Whether Medusa has all of a payment from which nothing has gone back. Nothing is written for such a one, so that nobody has to be
 * kept from the order for it: whoever changes the order meanwhile has its payments looked at again.
 */
async function isComplete(
  { payment, booked }: Booked,
  order: HostOrder | undefined,
  deps: SettleDeps,
): Promise<boolean> {
  const { state, capturedAt, unwanted, attentionCode, returnedUnsaid } = payment
  if (state !== "paid" || capturedAt === null || unwanted || attentionCode || returnedUnsaid) return false
  if (!isCaptured(booked) || booked.refunds.length > 0 || !order || order.canceled) return false
  return (await deps.host.compareBooks(booked, order)).length === 0
}

/**
 * The order that money comes in for. It is held from before the capture: Medusa enters the money under the version that the order
 * had a moment ago, and a change that is confirmed in between would begin a new one without it.
 */
const orderToPay = ({ capturedAt, orderId }: GatewayPayment): string | undefined =>
  capturedAt === null ? (orderId ?? undefined) : undefined

/** Refunds go out, and are entered, one after the other, and not beside anything else that is done at the order. */
async function settleInOrder(
  payment: GatewayPayment,
  found: HostOrder | undefined,
  deps: SettleDeps,
): Promise<Left> {
  // Whoever held the order until now may have cancelled it.
  const order = found && payment.collectionId ? await deps.host.orderOf(payment.collectionId) : found
  const booked = await deps.host.payment(payment.sessionId)
  const returned = await refundOwed(payment, booked, order, deps)
  if (!isCaptured(booked)) return "nothing"
  const entered = await bookReturns(returned, order, deps)
  const { waits, change } = await alignBooks(payment, order, deps)
  const now = await reload(payment, deps)
  const last = await reportWithoutOrder(
    entered && !change ? await clear(now, ["order_changing"], deps) : now,
    order,
    deps,
  )
  if (waits && !change) return "young rows"
  return !entered || waits || (!order && (await mayBePlaced(last, deps))) ? "something" : "nothing"
}
