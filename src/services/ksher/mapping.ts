import {
  answeredUnknown,
  namesBalance,
  refused,
  unknown,
  type Refused,
  type RefusalReason,
  type Standing,
  type Unknown,
} from "../../core"
import { plainCode } from "../transport"

/**
 * What Ksher's documented words mean. Pure tables; a word that is in none of them is `unknown`, since the full list of
 * codes is not published. Sources: order_cancel, order_close, order_refund, gateway_order_query pages.
 */
type Meaning = { reason: RefusalReason; message: string } | { unknown: string }

const says = (reason: RefusalReason, message: string): Meaning => ({ reason, message })
const open = (message: string): Meaning => ({ unknown: message })

type Table = Readonly<Record<string, Meaning>>

/** Envelope codes of gateway_pay other than 0. */
export const gatewayPayCodes: Table = {
  1: says("already_paid", "Ksher says that an order with this number has been paid already."),
}

/** Envelope codes of cancel_order other than 0. */
export const cancelOrderCodes: Table = {
  [-1]: says("credentials", "Ksher does not know this merchant: check the option appid."),
  [-2]: says("credentials", "Ksher does not accept the signature: check that privateKey belongs to appid."),
  [-3]: says("absent", "Ksher knows no order with this number."),
  [-4]: says("already_paid", "The shopper has paid: refund instead."),
  [-5]: says("already_closed", "The link was closed before."),
  [-6]: says("in_progress", "A card payment is in progress at the bank, so Ksher cannot close the link now."),
}

/** The api.mch host documents no envelope code but 0. */
export const apiCodes: Table = {}

const invalidOrderNo = (message: string): Table => ({ KSHER_INVALID_ORDER_NO: says("absent", message) })
const systemError = (message: string): Table => ({
  KSHER_SYSTEMERROR: open(message),
  SYSTEMERROR: open(message),
})

const askAgain = systemError("Ksher had a system error: it is asked again.")
const nothingKnown = invalidOrderNo("Ksher knows no order with this number.")

/** `err_code` of a signed FAIL, by call. */
export const nativePayErrors: Table = {
  ...askAgain,
  KSHER_ORDER_PAID: says("already_paid", "Ksher says that an order with this number has been paid already."),
}
export const queryErrors: Table = { ...nothingKnown, ...askAgain }
export const orderCloseErrors: Table = {
  ...nothingKnown,
  ...askAgain,
  KSHER_ORDER_PAID: says("already_paid", "The shopper has paid: refund instead."),
}
export const orderRefundErrors: Table = {
  ...invalidOrderNo("Ksher finds no paid order under the number this refund names; nothing was refunded."),
  ...systemError(
    "Ksher had a system error and has not said whether it refunded. It is safe to try again: the refund keeps its number.",
  ),
}
export const refundQueryErrors: Table = {
  ...invalidOrderNo("Ksher finds no order to look for refunds of."),
  ...askAgain,
}
/** None is published: that of a payout that cannot be made neither. */
export const payoutErrors: Table = { ...askAgain }
/** What Ksher answers where it has nothing to list is not published: of a failure in no table, no more can be said. */
export const refundsUntold = (code: string): Refused =>
  refused("not_supported", code, `Ksher does not say what it has refunded of the order (${code}).`)

/** The documented values of `result` on a query, except FAIL: that one is about the query and not about the order. */
export const standings: Readonly<Record<string, Pick<Standing, "state" | "returned">>> = {
  SUCCESS: { state: "paid" },
  // Part or all of it: Ksher's own demo says to expect REFUND for both.
  REFUND: { state: "refunded", returned: "unsaid" },
  CLOSED: { state: "closed" },
  NOTPAY: { state: "unpaid" },
  // What an order nobody has begun to pay answers, on the gateway host at least.
  NOTSURE: { state: "unpaid" },
  USERPAYING: { state: "in_progress" },
  PENDING: { state: "in_progress" },
  PAYERROR: { state: "failed" },
}

/** `err_code` beside a NOTSURE on a query: a payment that runs, or else nothing known. */
export const unsureStandings: Readonly<Record<string, Pick<Standing, "state">>> = {
  PAYMENT_IN_PROCESS: { state: "in_progress" },
}

/** `refund_state`: the one value seen. Any other leaves the refund unclear. */
export const refundStates: Readonly<Record<string, "succeeded">> = { REFUNDSUCCESS: "succeeded" }

const unlisted = (code: string): string =>
  namesBalance(code)
    ? `The balance of this Ksher account does not cover it (${code}): top the balance up, then try again.`
    : `Ksher answered with a code that its documents do not list (${code}).`

/** Reads a code in its table: refused as listed, or unknown. */
export function meaning(table: Table, code: string | number | undefined): Refused | Unknown {
  const written = plainCode(code?.toString())
  const listed = Object.hasOwn(table, written) ? table[written] : undefined
  if (listed === undefined) return answeredUnknown(written, unlisted(written))
  return "unknown" in listed
    ? unknown(written, listed.unknown)
    : refused(listed.reason, written, listed.message)
}
