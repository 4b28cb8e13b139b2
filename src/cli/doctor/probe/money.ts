import type { Answer, Done, OrderName, Probe } from "./steps"

/** What is known of one refund number. `absent`: the gateway says that it has nothing under it. */
export interface Refund {
  number: string
  amount: number
  state: "returned" | "declined" | "doubt" | "absent" | "not_sent"
  gatewayNo?: string | undefined
  /** How often it was sent. */
  sent: number
  /** The code of a refusal, or of a failure that the gateway does not document: with nothing under the number, or said twice, that is a refusal. */
  failed?: string | undefined
  /** Asked about it, the gateway says that it does not tell. */
  untold?: true
}

/** What is known of one order and its money, in minor units. */
export interface OrderMoney {
  order: OrderName
  opening?: Done | undefined
  /** What the gateway last said that it is. */
  latest?: Answer | undefined
  isPaid: boolean
  /** The gateway names another amount than was asked for: nothing is sent about it. */
  differs: boolean
  /** It is closed, and nobody can pay it any more. */
  isClosed: boolean
  /** A person was shown how to pay it. */
  wasShown: boolean
  paid: number
  returned: number
  /** What a refund without a known end may have returned. */
  inDoubt: number
  refunds: readonly Refund[]
  again: "not_asked" | "same" | "second" | "unclear"
  cancel: "not_asked" | "reversed" | "declined" | "doubt"
}

const paidStates: ReadonlySet<string> = new Set(["paid", "reversed", "refunded"])

export const stepsOf = (probe: Probe, order: OrderName): Done[] =>
  probe.done.filter(({ step }) => step.order === order)

/** Reads from the steps alone what became of the money of an order. Pure. */
export function moneyOf(probe: Probe, order: OrderName): OrderMoney {
  const done = stepsOf(probe, order)
  const opening = done.find(({ step }) => step.do === "open")
  const latest = done.findLast(({ answer }) => answer?.state !== undefined)?.answer
  const isPaid = done.some(({ answer }) => paidStates.has(answer?.state ?? ""))
  const refunds = refundsOf(done)
  const cancel = cancelOf(done)
  const again = againOf(done, refunds)
  const wasShown = done.some(({ step }) => step.do === "await_payment")
  const paid = isPaid ? probe.plan.amount : 0
  const isWhole = cancel === "reversed" || latest?.state === "reversed" || latest?.returned === "all"
  return {
    order,
    opening,
    latest,
    isPaid,
    differs: done.some(({ answer }) => answer?.differs),
    isClosed: done.some(({ step, answer }) => isEndOfOrder(step.do, answer, wasShown)),
    wasShown,
    paid,
    returned: isWhole ? paid : Math.min(paid, returnedOf(done, refunds, again)),
    inDoubt: isWhole ? 0 : inDoubtOf(refunds, again, cancel, paid),
    refunds,
    again,
    cancel,
  }
}

/** Of what somebody was shown, "there is no such order" proves nothing: its link may be payable all the same. */
const isEndOfOrder = (what: Done["step"]["do"], answer: Answer | undefined, wasShown: boolean): boolean =>
  answer?.state === "closed" ||
  (what === "close" &&
    (answer?.kind === "succeeded" ||
      answer?.reason === "already_closed" ||
      (answer?.reason === "absent" && !wasShown)))

function refundsOf(done: readonly Done[]): Refund[] {
  const refunds = new Map<string, Refund>()
  for (const { step, answer } of done) {
    if (step.do !== "refund" && step.do !== "ask_refund") continue
    const { number, amount } = step
    const before = refunds.get(number) ?? { number, amount, state: "not_sent", sent: 0 }
    refunds.set(number, step.do === "refund" ? afterSending(before, answer) : afterAsking(before, answer))
  }
  return [...refunds.values()]
}

/** A refusal ends a first attempt. Of one that may have gone through before, it says nothing. */
function afterSending(before: Refund, answer: Answer | undefined): Refund {
  const sent = before.sent + 1
  switch (answer?.kind) {
    case "succeeded":
      return { ...before, sent, state: "returned", gatewayNo: answer.gatewayNo }
    case "not_sent":
      return before
    case "refused":
      return before.sent === 0
        ? { ...before, sent, state: "declined", failed: answer.code }
        : { ...before, sent, state: "doubt" }
    case "pending":
    case "unknown":
    case undefined:
      return afterDoubt(before, answer?.answered ? answer.code : undefined)
  }
}

const afterDoubt = (before: Refund, failed: string | undefined): Refund => ({
  ...before,
  sent: before.sent + 1,
  state: failed !== undefined && failed === before.failed ? "declined" : "doubt",
  failed,
})

function afterAsking(before: Refund, answer: Answer | undefined): Refund {
  if (before.state === "returned") return before
  if (answer?.kind === "succeeded") return { ...before, state: "returned", gatewayNo: answer.gatewayNo }
  if (answer?.reason === "declined") return { ...before, state: "declined", failed: answer.code }
  if (answer?.reason === "not_supported") return { ...before, untold: true }
  if (answer?.reason !== "absent") return before
  return { ...before, state: before.failed === undefined ? "absent" : "declined" }
}

/** Whether the repeated number was the same refund or a second one. What was answered in doubt, a later question tells. */
function againOf(done: readonly Done[], refunds: readonly Refund[]): OrderMoney["again"] {
  const at = done.findLastIndex(({ step }) => step.do === "refund_again")
  const repeated = done[at]
  if (repeated?.step.do !== "refund_again") return "not_asked"
  const { number } = repeated.step
  const first = refunds.find((one) => one.number === number)?.gatewayNo
  const said = judgedAgain(repeated.answer, first)
  if (said !== "unclear") return said
  const told = done.slice(at + 1).map(({ step, answer }) => checkedAgain(step, answer, number, first))
  return told.findLast((one) => one !== "unclear") ?? "unclear"
}

function judgedAgain(answer: Answer | undefined, first: string | undefined): "same" | "second" | "unclear" {
  if (answer?.kind === "refused" || answer?.kind === "not_sent") return "same"
  if (answer?.kind !== "succeeded" || first === undefined || answer.gatewayNo === undefined) return "unclear"
  return answer.gatewayNo === first ? "same" : "second"
}

function checkedAgain(
  step: Done["step"],
  answer: Answer | undefined,
  number: string,
  first: string | undefined,
): "same" | "second" | "unclear" {
  if (answer?.kind !== "succeeded") return "unclear"
  if (step.do === "ask_refund" && step.number === number) return judgedAgain(answer, first)
  if (step.do !== "list_refunds") return "unclear"
  const listed = answer.refunds?.filter((one) => one.number === number).length ?? 0
  if (listed === 0) return "unclear"
  return listed === 1 ? "same" : "second"
}

function cancelOf(done: readonly Done[]): OrderMoney["cancel"] {
  const at = done.findLastIndex(({ step }) => step.do === "cancel")
  const cancel = done[at]
  if (!cancel) return "not_asked"
  const after = done.slice(at).map(({ answer }) => answer)
  const asked = done.slice(at + 1).filter(({ step }) => step.do === "ask_cancel")
  if (cancel.answer?.kind === "succeeded" || after.some((answer) => answer?.state === "reversed"))
    return "reversed"
  if (asked.some(({ answer }) => answer?.kind === "succeeded")) return "reversed"
  if (asked.some(({ answer }) => answer?.reason === "declined")) return "declined"
  if (cancel.answer?.kind === "not_sent") return "declined"
  const isFirst = done.findIndex(({ step }) => step.do === "cancel") === at
  if (cancel.answer?.kind === "refused" && isFirst) return "declined"
  return isUntaken(cancel.answer, after) ? "declined" : "doubt"
}

/** No such call, or a failure that is not documented: with an order that is paid twice over after it, that is a refusal. */
const isUntaken = (cancel: Answer | undefined, after: readonly (Answer | undefined)[]): boolean =>
  (cancel?.unhandled ?? cancel?.answered ?? false) &&
  after.filter((answer) => answer?.state === "paid").length > 1

/** By our own refunds, or by the gateway's list where that has more. What is listed in doubt counts: it is not sent again. */
function returnedOf(done: readonly Done[], refunds: readonly Refund[], again: OrderMoney["again"]): number {
  const ours = refunds.filter(({ state }) => state === "returned")
  const second = again === "second" ? (ours[0]?.amount ?? 0) : 0
  const listed = done.findLast(({ step, answer }) => step.do === "list_refunds" && answer?.refunds)?.answer
  return Math.max(sum(ours) + second, sum(listed?.refunds?.filter(({ state }) => state !== "failed") ?? []))
}

function inDoubtOf(
  refunds: readonly Refund[],
  again: OrderMoney["again"],
  cancel: OrderMoney["cancel"],
  paid: number,
): number {
  if (cancel === "doubt") return paid
  const doubtful = refunds.filter(({ state }) => state === "doubt")
  return sum(doubtful) + (again === "unclear" ? (refunds[0]?.amount ?? 0) : 0)
}

const sum = (all: readonly { amount: number }[]): number =>
  all.reduce((total, { amount }) => total + amount, 0)
