import { PaymentProblem, hasMoney, money, roundToMinor, sameMoney, titleOf } from "../../core"
import type { Unwanted } from "../../core"
import type { GatewayPayment, Prepared } from "../ledger"
import { requireOwnAccount } from "./accounts/account"
import { requireChannels } from "./accounts/account-info"
import type { Deps, SettleDeps } from "./deps"
import { required } from "./required"
import { withLease } from "./lease"
import {
  checkOrder,
  memberOf,
  newPayment,
  open,
  openAtGateway,
  openedBefore,
  lookUpOwner,
  preparedOf,
  priceOrder,
} from "./open"
import type { OpenRequest } from "./open"
import { after, hour, minute } from "./schedule"
import { emitState } from "./settling/publish"
import { closeAtGateway } from "./settling/close"
import { lookUpDemand } from "./settling/abandonment"
import { reasonToAbandon } from "./settling/decide-abandonment"

/** What Medusa's `initiatePayment` comes to: an order at the gateway, or a payment that waits for the shopper's choice. */
export const initiate = (request: OpenRequest, deps: Deps): Promise<GatewayPayment> =>
  deps.policy.open === "on_demand" ? waitForChoice(request, deps) : open(request, deps)

/** Writes down that a payment is wanted. The gateway hears of it when the shopper has chosen. */
async function waitForChoice(request: OpenRequest, deps: Deps): Promise<GatewayPayment> {
  if (hasChoice(request)) await requireChannels(deps)
  const order = hasChoice(request) ? checkOrder(request, deps) : priceOrder(request, deps)
  const owed = await lookUpOwner(request, order, deps)
  const { payment, fresh } = await deps.ledger.payments.create(
    { ...newPayment(request, order, owed, deps), waits: true, memberId: memberOf(request, deps) ?? null },
    after(deps, hour),
  )
  return fresh || payment.state === "unopened" ? payment : openedBefore(payment, deps)
}

const hasChoice = ({ channel }: Pick<OpenRequest, "channel">): boolean =>
  channel !== undefined && channel !== null

/**
 * Medusa asks for another amount of a payment that waits to be opened. `undefined`: it does not wait any more, and nothing was
 * changed.
 */
export async function changeWaiting(
  payment: GatewayPayment,
  { amount, currency }: Pick<OpenRequest, "amount" | "currency">,
  deps: Deps,
): Promise<GatewayPayment | undefined> {
  return withLease(payment.id, deps, async (leased, held) => {
    if (leased.state !== "unopened") return undefined
    const { sessionId, collectionId, channel } = leased
    const order = priceOrder({ sessionId, collectionId, amount, currency }, held)
    const now = { orderId: null, askedAmount: null, channel, askedChannel: null, medusaAmount: amount }
    return held.ledger.payments.changeWaiting(leased.id, { ...now, ...preparedOf(order, held) })
  })
}

/** What a shopper chose. */
export interface Choice {
  sessionId: string
  /** `undefined` or null: what was chosen with the session, or the entry's default. */
  channel: unknown
}

/**
 * Opens a payment that waits for it: one order at the gateway, for what Medusa's session asks for now. The same choice gets the same
 * link, however often and wherever it is made. Another one closes the order that is open, where it can be closed, and is refused: a
 * merchant number is used once. Throws `PaymentProblem`.
 */
export async function openOnDemand(choice: Choice, deps: SettleDeps): Promise<GatewayPayment> {
  await requireChannels(deps)
  const found = required(await deps.ledger.payments.ofSession(choice.sessionId))
  if (isPayable(found, deps) && isSameChoice(found, choice, deps)) {
    requireOwnAccount(found, deps)
    return found
  }
  const now = await withLease({ sessionId: choice.sessionId }, deps, (leased, held) =>
    leased.state === "unopened" ? openWaiting(leased, choice, held) : chooseAgain(leased, choice, held),
  )
  if ("payment" in now) return now.payment
  await emitState(now.left, deps)
  throw now.problem
}

/** What became of a choice. `left`: what the payment is by now, where it was refused. */
type Chosen = { payment: GatewayPayment } | { left: GatewayPayment; problem: PaymentProblem }

async function openWaiting(payment: GatewayPayment, choice: Choice, deps: SettleDeps): Promise<Chosen> {
  const session = await deps.host.session(payment.sessionId)
  if (payment.unwanted || !session) return endWaiting(payment, payment.unwanted ?? "session_deleted", deps)
  const request: OpenRequest = {
    sessionId: payment.sessionId,
    collectionId: payment.collectionId,
    amount: session.amount,
    currency: session.currency,
    channel: hasChoice(choice) ? choice.channel : (payment.channel ?? undefined),
  }
  const order = checkOrder(request, deps)
  // What its collection asked for is compared as well: an order that was edited leaves its sessions at the old amount.
  const { why, ...owed } = await lookUpOwed({ ...payment, amount: order.amount.minor }, deps)
  if (why) return endWaiting(payment, why, deps)
  const channel = order.channel ?? null
  const begun = await deps.ledger.payments.beginOpening(
    payment.id,
    {
      ...preparedOf(order, deps),
      ...owed,
      channel,
      askedChannel: channel,
      medusaAmount: request.amount,
    },
    after(deps, minute),
  )
  if (!begun) return { left: payment, problem: over() }
  const member = { memberId: begun.memberId ?? undefined }
  const sent = await deps.ledger.operations.intend(begun.id, { kind: "open", number: begun.number })
  const opened = await openAtGateway(begun, sent.id, { ...order, ...member }, deps, () =>
    whyUnwanted(begun, deps),
  )
  if (!opened.unwanted) return { payment: opened }
  return { left: await closeAtGateway(opened, deps), problem: changedMeanwhile() }
}

/** Nobody asks for it any more, and nothing was opened. */
async function endWaiting(payment: GatewayPayment, unwanted: Unwanted, deps: SettleDeps): Promise<Chosen> {
  const noted = await deps.ledger.payments.update(payment.id, { unwanted })
  const isPaid = unwanted === "not_owed" || unwanted === "order_canceled"
  return { left: await closeAtGateway(noted, deps), problem: isPaid ? nothingOwed() : over() }
}

async function lookUpOwed(
  payment: GatewayPayment,
  deps: SettleDeps,
): Promise<{ why: Unwanted | null } & Pick<Prepared, "orderId" | "askedAmount">> {
  if (!payment.collectionId) return { why: null, orderId: null, askedAmount: null }
  const { demand, reserved } = await lookUpDemand(payment.collectionId, deps)
  const { order, collection } = demand
  return {
    why: reasonToAbandon(payment, demand, reserved),
    orderId: order?.id ?? null,
    askedAmount: collection ? roundToMinor(collection.amount, payment.digits) : null,
  }
}

/** While the gateway made the order, the cart may have changed: an order for the old amount is shown to nobody. */
async function whyUnwanted(begun: GatewayPayment, deps: SettleDeps): Promise<Unwanted | null> {
  const session = await deps.host.session(begun.sessionId)
  if (!session) return "session_deleted"
  const asked = money(roundToMinor(session.amount, begun.digits), session.currency)
  if (!sameMoney(asked, money(begun.amount, begun.currency))) return "amount_changed"
  return (await lookUpOwed(begun, deps)).why
}

async function chooseAgain(payment: GatewayPayment, choice: Choice, deps: SettleDeps): Promise<Chosen> {
  if (hasMoney(payment.state)) return { payment }
  if (payment.state === "created" && !payment.unwanted) return { payment: openedBefore(payment, deps) }
  if (!isPayable(payment, deps)) return { left: payment, problem: over() }
  if (isSameChoice(payment, choice, deps)) return { payment }
  // What Medusa opened with its session is Medusa's to give up.
  const closed = payment.onDemand ? await closeAtGateway(payment, deps) : payment
  if (hasMoney(closed.state)) return { payment: closed }
  return { left: closed, problem: choiceMade(closed, deps) }
}

/** There is a link, and nothing speaks against paying by it. */
const isPayable = ({ state, action, unwanted, expiresAt }: GatewayPayment, deps: Deps): boolean =>
  state === "pending" && action !== null && !unwanted && (!expiresAt || expiresAt > deps.clock.now())

/** Whether that is what the payment was opened for. A channel that is none of the entry's is refused. */
function isSameChoice(payment: GatewayPayment, choice: Choice, { gateway }: Deps): boolean {
  if (!hasChoice(choice)) return true
  const asked = gateway.chooseChannel(choice.channel)
  if ("problem" in asked) throw new PaymentProblem("invalid_data", "channel_unknown", asked.problem)
  return (asked.channel ?? null) === (payment.onDemand ? payment.askedChannel : payment.channel)
}

const over = () =>
  new PaymentProblem(
    "conflict",
    "session_over",
    "This payment is closed, has run out or is not asked for any more. Nothing was opened; open a new payment session.",
  )

const nothingOwed = () =>
  new PaymentProblem(
    "not_allowed",
    "nothing_owed",
    "This order is paid or cancelled, and does not ask for this payment any more. Nothing was opened; reload the page.",
  )

const changedMeanwhile = () =>
  new PaymentProblem(
    "conflict",
    "amount_changed",
    "The amount to be paid has changed while the payment was opened. It is being closed, and nothing has been paid; open a new payment session.",
  )

const choiceMade = (payment: GatewayPayment, { gateway }: Deps) =>
  new PaymentProblem(
    "conflict",
    "choice_made",
    payment.state === "void"
      ? "Another way to pay had been chosen for this payment, and is closed now: nothing was paid by it. Open a new payment session for the new choice."
      : `Another way to pay was chosen for this payment, and ${titleOf(gateway.name)} has not closed it: it can still be paid. Do not pay it; open a new payment session for the new choice.`,
  )
