import { waitingPayouts } from "./attention"
import type { Attention, AttentionCode, AttentionValues, PayoutWait, Sum, WaitingPayout } from "./attention"
import { titleOf, type GatewayName } from "./gateways"
import { formatMajor } from "./money"
import { changeInWords } from "./order-changes"

/*
 * Every sentence that tells an operator why a payment stands under attention, in English: for the API's answers, the log and the
 * alarms. No program reads one back. The admin has its own words for the same values.
 */

export const sentenceOf = <Code extends AttentionCode>({ code, values }: Attention<Code>): string =>
  sentences[code](values)

const sentences: { readonly [Code in AttentionCode]: (values: AttentionValues[Code]) => string } = {
  amount_mismatch: ({ order, asked, said, state }) =>
    `The gateway says ${said ? show(said) : `"${state}", and no amount,`} where ${show(asked)} was asked for. Nothing was captured: compare order ${order} in the gateway's console.`,

  qr_mismatch: ({ gateway, order, message }) =>
    `${message} No shopper has seen it, and order ${order} is being closed: ask ${titleOf(gateway)} what the code is for.`,

  contradiction: (values) =>
    values.why === "not_paid_now"
      ? `The gateway called order ${values.order} paid before and says now that it is ${values.state}. Nothing was changed: look it up in the gateway's console.`
      : `A verified notification says that order ${values.order} was paid, and the gateway's query does not. Nothing was booked: look it up in the gateway's console, and resolve it here.`,

  not_captured: (values) =>
    `The shopper has paid ${show(values.paid)}, and Medusa has not completed the cart${cause(values)}. It is tried again; complete the cart, or refund the payment here.`,

  close_failed: (values) =>
    values.why === "still_open"
      ? `${titleOf(values.gateway)} was asked to close the payment, and calls it open. It is tried again; nothing has been paid so far. Close it in the gateway's console: ${ifPaid}`
      : `The payment could not be closed: ${values.refusal.message} It is tried again; nothing has been paid so far.`,

  qr_stays_open: (values) =>
    values.why === "order_canceled"
      ? `The order was cancelled, and ${titleOf(values.gateway)} cannot close an open QR code of ${values.channel ?? "this channel"}: it stays payable until it lapses. ${capital(ifPaid)}`
      : `${values.refusal.message} ${capital(ifPaid)}`,

  refund_unknown: ({ gateway, kind, number, amount, ...said }) =>
    `${titleOf(gateway)} has not said whether ${kind} ${number} of ${show(amount)} went through (${whatWasSaid(said)}). It is being asked about; look it up in the gateway's console if it is urgent, and do not repeat it there.`,

  refund_refused: (values) =>
    `${values.why === "tried" ? values.problem.message : `${titleOf(values.gateway)} has refused to return the money ${values.most} times.`} ${values.again ? triedAgain : triedNoMore}`,

  refund_unsupported: (values) =>
    values.why === "whole_only"
      ? `${values.channel} refunds whole payments only. Nothing was sent.`
      : `${values.channel} payments cannot be refunded through ${titleOf(values.gateway)}. Nothing was sent: return ${show(values.amount)} by hand (a bank transfer, say) and record it on the order.`,

  late_held: ({ paid, unwanted }) =>
    `${show(paid)} came in after Medusa had given the payment up (${unwanted.replaceAll("_", " ")}), and is held as configured. Refund it here, or dismiss.`,

  outside_unclear: (values) => {
    switch (values.why) {
      case "amount_unsaid":
        return `The gateway says order ${values.order} was refunded, and neither Medusa nor this plugin did it; for this channel it does not say how much. Look it up in the gateway's console and record the refund here.`
      case "not_confirmed":
        return `A verified notification speaks of ${unmade(values)} that this shop did not make, and the gateway's query does not confirm it (${values.answer.message}). Nothing was booked: look it up in the gateway's console.`
      case "reversed_too":
        return `The gateway confirms that reversal ${values.number} returned the whole of order ${values.order}, which was refunded before. Nothing was booked: see in the gateway's console whether it went back twice.`
    }
  },

  books_differ: (values) => {
    switch (values.why) {
      case "returned_beyond":
        return `${show(values.returned)} went back for ${show(values.paid)} paid on order ${values.order}. Look it up in the gateway's console.`
      case "made_once":
        return `Medusa holds two refunds of ${show(values.amount)}, and ${titleOf(values.gateway)} made one: whoever asked the second time may not have known that the first had gone through. Nothing was sent for the second: refund it here if it is wanted as well, or return it by hand and record it.`
      case "returned_twice":
        return `Refund ${values.number} of ${show(values.amount)} had counted as not made, and went through at ${titleOf(values.gateway)} beside the one that was made in its place. The shopper may have the money twice: compare the payment's refunds, and ask for one of them back, or dismiss.`
      case "not_entered":
        return `Refund ${values.number} of ${show(values.amount)} went through at the gateway and could not be entered in Medusa: ${values.problem}`
    }
  },

  unanswered: ({ order, message }) =>
    `The gateway has given no usable answer about order ${order} for a day (${message}). It is asked again; look it up in its console.`,

  no_order: ({ paid }) =>
    `The shopper has paid ${show(paid)}, Medusa captured it, and there is no order. Complete the cart, or refund the payment here.`,

  account_changed: ({ provider, gateway, account, now }) =>
    `The payment was opened with account ${account} of ${titleOf(gateway)}, and ${provider} has account ${now} now. Nothing is asked about it, sent or believed until the old account is configured again. Give the new account an entry of its own.`,

  entry_removed: ({ provider, gateway, account }) =>
    `${provider} is not configured any more: nothing is asked of ${titleOf(gateway)} about this payment, and nothing can be returned through it. Configure the entry again, with account ${account}.`,

  order_changing: ({ change, number, amount }) => {
    const { name, end } = changeInWords(change)
    const what = number && amount ? `Refund ${number} of ${show(amount)}` : "A refund of this payment"
    return `${what} went through at the gateway. Medusa cannot enter it while the order has ${name} open: ${end}. It is then entered automatically.`
  },

  cancel_unfinished: (values) =>
    `A cancel of the order returned its money, and Medusa has not cancelled the order: its goods could still be sent. ${uncancelled(values)}`,

  payout_waits: (values) =>
    [...waitingPayouts(values).map((one) => waiting(one, values.gateway)), "No money moved."].join(" "),

  notification_failed: ({ order, number, tries, problem }) =>
    `A verified notification about ${number ? `return ${number}` : "the payment"} of order ${order} could not be acted on ${tries} times (${unstopped(problem)}). Look the order up in the gateway's console, and have the notification sent again from there: it is acted on then.`,
}

const show = ({ amount, currency }: Sum): string => formatMajor(amount, currency)

const ifPaid = "if it is paid, the money is treated as late."
const triedAgain = "The money is still owed to the shopper; it is tried again by itself."
const triedNoMore =
  "The money is still owed to the shopper. It is not tried again by itself: refund it here once the reason is gone, or return it by hand and record it."

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** In the middle of a sentence, what somebody else said has no full stop of its own. */
const unstopped = (text: string): string => text.replace(/\.$/, "")

function cause(values: AttentionValues["not_captured"]): string {
  if (values.why === "part_returned") return " (part of it was returned in the gateway's console)"
  return values.problem ? ` (${values.problem})` : ""
}

/** What became of sending it, and what became of asking about it. */
function whatWasSaid({ sent, asked }: Pick<AttentionValues["refund_unknown"], "sent" | "asked">): string {
  const first = `sent: ${sent ? unstopped(sent.message) : "no answer"}`
  return asked ? `${first}; asked since: ${unstopped(asked.message ?? asked.outcome)}` : first
}

function unmade({
  kind,
  number,
  amount,
}: Extract<AttentionValues["outside_unclear"], { why: "not_confirmed" }>): string {
  return `${kind === "cancel" ? "reversal" : "refund"} ${number}${amount ? ` of ${show(amount)}` : ""}`
}

const waiting = ({ why, number, amount }: WaitingPayout, gateway: GatewayName): string =>
  `Refund ${number} of ${show(amount)} has not been paid out: ${payoutTodo[why].replace("{gateway}", titleOf(gateway))}`

/** Why Medusa has not cancelled an order. */
export function uncancelled(values: AttentionValues["cancel_unfinished"]): string {
  if (values.why === "medusa") return `Medusa says: ${values.problem} It is tried again every minute.`
  const { name, end } = changeInWords(values.change)
  return `The order has ${name} open: ${end}. The cancel is then finished automatically.`
}

const payoutTodo: Readonly<Record<PayoutWait, string>> = {
  no_link: "the shopper has not been asked for an account. Make a link on the payment and send it.",
  link_expired:
    "the link expired before the shopper named an account. The money is still owed: make a new link.",
  link_locked: "the link was locked after ten wrong answers. Ask the shopper, and make a new link.",
  release: "the shopper has named an account, and an admin has to release the payout.",
  balance:
    "{gateway}'s balance for payouts does not cover it and its fee. Top it up; it is sent by itself then.",
  unsent:
    "{gateway} has not said for certain that nothing went back already, or the request did not leave. Nothing was sent; it is tried again automatically.",
  unreadable:
    "the key that the account was kept with is not configured. Configure it again, or make a new link and ask the shopper once more.",
  switched_off:
    "as things are, it is not paid out to an account: the option payouts is off or not configured, or the payment's channel is one that is not paid out. Configure the option again, or return the money another way and say on the payment that it went through.",
  beyond: "more would go back than was paid. Look at the payment's refunds.",
}
