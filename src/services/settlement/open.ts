import {
  PaymentProblem,
  answerOf,
  formatMoney,
  merchantNumber,
  money,
  roundToMinor,
  stillToPay,
  titleOf,
  unowed,
} from "../../core"
import type { Outcome, PaymentLink, Unwanted } from "../../core"
import type { GatewayPayment, NewPayment, Prepared } from "../ledger"
import { count } from "../observability"
import { noteNotOpened, requireOwnAccount } from "./accounts/account"
import { raise } from "./attention"
import { requireChannels } from "./accounts/account-info"
import type { Deps } from "./deps"
import { problemOf } from "./order-ref"
import { after, minute, second } from "./schedule"

export interface OpenRequest {
  sessionId: string
  collectionId: string | null
  /** Major units, plain decimal: Medusa's own number, whose fractions of a cent no gateway takes. */
  amount: string
  currency: string
  /** What the storefront asked for; the only thing it may decide (guarantee 8). */
  channel: unknown
  /** The customer who is logged in; of a guest, nothing. */
  customerId?: string | undefined
}

/** What is to be opened: checked, and rounded to what the gateway counts in. */
export type CheckedOrder = ReturnType<typeof checkOrder>

/** Opens a payment at the gateway for a Medusa session. Throws `PaymentProblem`; then nothing is left open unnoticed. */
export async function open(request: OpenRequest, deps: Deps): Promise<GatewayPayment> {
  await requireChannels(deps)
  const order = checkOrder(request, deps)
  const owed = await lookUpOwner(request, order, deps)
  const { payment, operationId } = await deps.ledger.payments.open(
    newPayment(request, order, owed, deps),
    after(deps, minute),
  )
  if (operationId === undefined) return openedBefore(payment, deps)
  return openAtGateway(payment, operationId, { ...order, memberId: memberOf(request, deps) }, deps)
}

/** A payment as it is written down before anything is sent. */
export const newPayment = (
  { sessionId, collectionId, amount }: OpenRequest,
  order: Pick<CheckedOrder, "number" | "amount" | "digits" | "channel">,
  owed: Awaited<ReturnType<typeof lookUpOwner>>,
  deps: Deps,
): NewPayment => ({
  sessionId,
  collectionId,
  ...owed,
  providerId: deps.providerId,
  gateway: deps.gateway.name,
  ...preparedOf(order, deps),
  channel: order.channel ?? null,
  number: order.number,
  medusaAmount: amount,
})

/** By which account it is opened, how, and for what. */
export const preparedOf = (
  { amount, digits }: Pick<CheckedOrder, "amount" | "digits">,
  { gateway }: Deps,
): Pick<Prepared, "account" | "mode" | "currency" | "digits" | "amount"> => ({
  account: gateway.account,
  mode: gateway.offer.mode,
  currency: amount.currency,
  digits,
  amount: amount.minor,
})

/** What the gateway is told of the customer: a name that says nothing of the person, and only where the shop wants cards to be kept. */
export const memberOf = (
  { customerId }: Pick<OpenRequest, "customerId">,
  { gateway }: Deps,
): string | undefined => (customerId === undefined ? undefined : gateway.memberOf?.(customerId))

/**
 * Has the gateway make the order of a payment that is written down with the operation that opens it. `whyNot` is asked once the order is there: where Medusa does not
 * want it any more, its link is shown to nobody, and it is for the caller to close.
 */
export async function openAtGateway(
  payment: GatewayPayment,
  operationId: string,
  {
    number,
    amount,
    channel,
    memberId,
  }: Pick<CheckedOrder, "number" | "amount" | "channel"> & {
    memberId?: string | undefined
  },
  deps: Deps,
  whyNot: () => Promise<Unwanted | null> = () => Promise.resolve(null),
): Promise<GatewayPayment> {
  const outcome = await deps.gateway.open({
    number,
    amount,
    ...(channel === undefined ? {} : { channel }),
    sessionId: payment.sessionId,
    notifyUrl: deps.notifyUrl,
    ...(memberId === undefined ? {} : { memberId }),
  })
  if (outcome.kind === "succeeded")
    return recordOpened(payment, operationId, outcome.value, await whyNot(), deps)
  await deps.ledger.operations.conclude(operationId, { state: outcome.kind, ...problemOf(outcome) })
  return recordFailed(payment, outcome, deps)
}

/**
 * Refuses what is not to be paid any more, and notes what the payment is for: the order is known from the start, and what
 * its collection asks for may change later.
 */
export async function lookUpOwner(
  { sessionId, collectionId }: Pick<OpenRequest, "sessionId" | "collectionId">,
  { amount, digits }: Pick<CheckedOrder, "amount" | "digits">,
  deps: Deps,
): Promise<{ orderId: string | null; askedAmount: number | null }> {
  if (!collectionId) return { orderId: null, askedAmount: null }
  const demand = await deps.medusa.demandOf(collectionId)
  const orderId = demand.order?.id ?? null
  const asking = { sessionId, collectionId, orderId, amount: amount.minor, askedAmount: null }
  const why = unowed(asking, demand, [], digits)
  if (why === null)
    return {
      orderId,
      askedAmount: demand.collection ? roundToMinor(demand.collection.amount, digits) : null,
    }
  const left = money(Math.max(stillToPay(asking, demand, [], digits).left, 0), amount.currency)
  throw new PaymentProblem(
    "not_allowed",
    "nothing_owed",
    why === "not_owed"
      ? `${formatMoney(left, digits)} is still to be paid, and this payment would be ${formatMoney(amount, digits)}. Nothing was opened; reload the page.`
      : "This order was cancelled or changed, and does not ask for this payment any more. Nothing was opened; reload the page.",
  )
}

/** A merchant number is used once: the link of a session that has one is given out again, a lost one is not made twice. */
export function openedBefore(payment: GatewayPayment, deps: Deps): GatewayPayment {
  requireOwnAccount(payment, deps)
  if (payment.action) return payment
  throw new PaymentProblem(
    "not_allowed",
    "open_unknown",
    "This payment session was opened before and its link was lost. Nothing has been paid; open a new payment session.",
  )
}

/** Everything that can be refused before anything is written or sent. */
export function checkOrder(request: OpenRequest, deps: Deps) {
  const order = priceOrder(request, deps)
  const channel = chosen(request.channel, order, deps)
  return { ...order, ...(channel === undefined ? {} : { channel }) }
}

/** The amount as the gateway counts it, whatever the shopper chooses. */
export function priceOrder(request: Omit<OpenRequest, "channel">, { gateway }: Deps) {
  const currency = request.currency.toLowerCase()
  const decimals = gateway.digits(currency)
  if ("problem" in decimals)
    throw new PaymentProblem("invalid_data", "currency_unsupported", decimals.problem)
  let minor: number
  try {
    minor = roundToMinor(request.amount, decimals.digits)
  } catch (error) {
    throw new PaymentProblem("invalid_data", "amount_invalid", (error as Error).message)
  }
  const amount = money(minor, currency)
  if (minor <= 0)
    throw new PaymentProblem(
      "invalid_data",
      "amount_invalid",
      `A payment of ${request.amount} ${currency.toUpperCase()} cannot be opened: at ${titleOf(gateway.name)} that is ${formatMoney(amount, decimals.digits)}. Nothing was sent.`,
    )
  return { number: numberOf(request.sessionId), amount, digits: decimals.digits }
}

/** The channel that is meant, among those of the entry, and large enough for it. */
function chosen(
  asked: unknown,
  { amount, digits }: ReturnType<typeof priceOrder>,
  { gateway }: Deps,
): string | undefined {
  const choice = gateway.chooseChannel(asked)
  if ("problem" in choice) throw new PaymentProblem("invalid_data", "channel_unknown", choice.problem)
  const { minimum } = gateway.channelFacts(choice.channel, amount.currency)
  if (amount.minor < minimum)
    throw new PaymentProblem(
      "invalid_data",
      "amount_too_small",
      `${choice.channel ?? titleOf(gateway.name)} takes payments from ${formatMoney(money(minimum, amount.currency), digits)}; this one is ${formatMoney(amount, digits)}.`,
    )
  return choice.channel
}

/** Gnete's limit is the shorter one; one format serves both. */
const longestNumber = 30

function numberOf(sessionId: string): string {
  try {
    return merchantNumber(sessionId, longestNumber)
  } catch {
    throw new PaymentProblem("invalid_data", "session_unknown", "This is not a payment session id of Medusa.")
  }
}

async function recordOpened(
  payment: GatewayPayment,
  operationId: string,
  link: PaymentLink,
  unwanted: Unwanted | null,
  deps: Deps,
): Promise<GatewayPayment> {
  const patch = {
    ...(unwanted === null ? {} : { unwanted }),
    action: link.action,
    mode: link.mode,
    expiresAt: link.expiresAt,
    ...(link.channel ? { channel: link.channel } : {}),
    ...(link.gatewayNo ? { gatewayNo: link.gatewayNo } : {}),
  }
  // A notification may have been faster than the create answer: then the payment is past `pending` and stays there.
  const operation = { id: operationId, gatewayNo: link.gatewayNo }
  const moved = await deps.ledger.payments.opened(payment, operation, {
    ...patch,
    nextCheckAt: after(deps, unwanted === null ? 2 * minute : 5 * second),
  })
  if (link.unread)
    count("gateway_payments.qr_unread", { gateway: deps.gateway.name, provider: deps.providerId })
  return moved ?? deps.ledger.payments.update(payment.id, patch)
}

/** The code would have had the shopper pay something else: it is shown to nobody, and a person is called. */
const wrongCode = "qr_mismatch"

/**
 * A lost answer cannot be recovered, since no query returns the link: the number is given up for ever and the job
 * closes what may be open under it. A refusal, or a request that never left, has opened nothing.
 */
async function recordFailed(
  payment: GatewayPayment,
  outcome: Exclude<Outcome<PaymentLink>, { kind: "succeeded" }>,
  deps: Deps,
): Promise<never> {
  // An order that no browser can pay (`not_supported`) was opened all the same: it is closed like one whose answer was lost.
  const opened = outcome.kind === "refused" && outcome.reason === "not_supported"
  const lost = outcome.kind === "unknown" || outcome.kind === "pending" || opened
  const given = await deps.ledger.payments.move(payment.id, "failed", {
    nextCheckAt: lost ? after(deps, 5 * second) : null,
    ...(lost ? { unwanted: "open_lost" as const } : {}),
  })
  if (outcome.kind === "unknown" && outcome.code === wrongCode)
    await raise(
      given ?? payment,
      "qr_mismatch",
      { order: payment.number, gateway: deps.gateway.name, message: outcome.message },
      deps,
    )
  const answer = answerOf(outcome)
  if (answer !== undefined) await noteNotOpened(answer, deps)
  const code = outcome.kind === "refused" ? "open_refused" : lost ? "open_unknown" : "open_not_sent"
  throw new PaymentProblem(
    "not_allowed",
    code,
    `The payment could not be opened at ${titleOf(deps.gateway.name)}: ${outcome.message} Nothing has been paid; try again or choose another way to pay.`,
  )
}
