import { moneyOf, stepsOf, type OrderMoney, type Refund } from "./money"
import type { Done, OrderName, Probe, Step } from "./steps"

/** How often one thing is asked in one run before a person is told that it is not known. With the pauses between, a minute. */
const mostQuestions = 15
/** A close that did not hold is tried again, and a refund that the gateway does not know is sent once more. */
const mostCloses = 3
const mostAttempts = 2

/** `stop`: nothing more is done about this order now, though its money is not where it should be. */
type Next = Step | "stop" | undefined

/**
 * The next step of a probe, from its plan and what was done so far; `undefined` at its end. What is in doubt is asked about under the
 * number that it has, and nothing new is sent before that is known. Pure.
 */
export function nextStep(probe: Probe): Step | undefined {
  return (
    askWrongKey(probe) ??
    ownStep(openedOnly(probe)) ??
    ownStep(payment(probe, "paid")) ??
    (probe.plan.reverses ? ownStep(payment(probe, "cancelled")) : undefined)
  )
}

const ownStep = (next: Next): Step | undefined => (next === "stop" ? undefined : next)

const isKsher = ({ plan }: Probe): boolean => plan.gateway === "ksher"

/** A question that got no answer is asked once more. */
const isSettled = ({ run }: Probe, asked: readonly Done[]): boolean =>
  asked.some(({ answer }) => answer && !answer.silent) || asked.filter((one) => one.run === run).length > 1

const wasAnswered = (probe: Probe, done: readonly Done[], what: Step["do"]): boolean =>
  isSettled(
    probe,
    done.filter(({ step }) => step.do === what),
  )

const wasAsked = (probe: Probe, done: readonly Done[], as: string): boolean =>
  isSettled(
    probe,
    done.filter(({ step }) => "as" in step && step.as === as),
  )

const inThisRun = ({ run }: Probe, done: readonly Done[], what: Step["do"]): number =>
  done.filter((one) => one.run === run && one.step.do === what).length

function askWrongKey(probe: Probe): Step | undefined {
  if (!isKsher(probe) || wasAnswered(probe, probe.done, "ask_wrong_key")) return undefined
  return { do: "ask_wrong_key", order: "unpaid" }
}

/** An order that nobody is shown: what can be asked of it moves no money. */
function openedOnly(probe: Probe): Next {
  const order = "unpaid"
  const money = moneyOf(probe, order)
  if (!money.opening) return { do: "open", order }
  if (wasRefused(money)) return undefined
  const done = stepsOf(probe, order)
  if (money.opening.answer?.kind === "succeeded" && !money.isClosed) {
    if (!wasAsked(probe, done, "unpaid")) return { do: "ask_order", order, as: "unpaid" }
    if (isKsher(probe) && !wasAnswered(probe, done, "ask_v2")) return { do: "ask_v2", order }
    if (isKsher(probe) && !wasAnswered(probe, done, "open_again")) return { do: "open_again", order }
  }
  return money.isPaid ? giveBack(probe, money) : close(probe, money)
}

/** The gateway has seen nothing of it, or has said no. */
const wasRefused = ({ opening }: OrderMoney): boolean =>
  opening?.answer?.kind === "refused" || opening?.answer?.kind === "not_sent"

/** An order that a person pays, and whose money goes back. Where it could not be given back, none is opened. */
function payment(probe: Probe, order: OrderName): Next {
  const money = moneyOf(probe, order)
  if (!money.opening) return probe.plan.refunds ? { do: "open", order } : undefined
  if (wasRefused(money)) return undefined
  const isOfThisRun = money.opening.run === probe.run
  if (!isOfThisRun && inThisRun(probe, stepsOf(probe, order), "ask_order") === 0)
    return { do: "ask_order", order, as: "found" }
  if (money.isPaid) return giveBack(probe, money)
  if (money.isClosed) return undefined
  if (isOfThisRun && money.opening.answer?.kind === "succeeded" && !money.wasShown)
    return { do: "await_payment", order }
  return close(probe, money)
}

/** The query that confirms a close may say that somebody has paid meanwhile. */
function close(probe: Probe, { order, isClosed }: OrderMoney): Next {
  if (isClosed) return undefined
  const done = stepsOf(probe, order)
  const last = done.at(-1)
  if (last?.step.do === "close" && last.answer?.reason === "already_paid")
    return { do: "ask_order", order, as: "found" }
  if (!probe.plan.closes || inThisRun(probe, done, "close") >= mostCloses) return "stop"
  return { do: "close", order }
}

/** The way back of the money, and between its steps the questions. */
function giveBack(probe: Probe, money: OrderMoney): Next {
  if (money.differs) return "stop"
  return (
    settleDoubt(probe, money) ??
    reverse(probe, money) ??
    askBeforeRefunds(probe, money) ??
    refundPart(probe, money) ??
    repeatPart(probe, money) ??
    refundRest(probe, money) ??
    lookAtEnd(probe, money)
  )
}

function settleDoubt(probe: Probe, money: OrderMoney): Next {
  const { order, refunds, again } = money
  const doubtful = refunds.find(
    ({ state }) => state === "doubt" || state === "absent" || state === "not_sent",
  )
  if (doubtful) return settleRefund(probe, money, doubtful)
  const [first] = refunds
  return again === "unclear" && first ? checkRepetition(probe, order, first) : undefined
}

/**
 * Asked about; sent again, under its number, where the gateway has nothing under that. Where it tells nothing, only what it has answered
 * with a failure, or what stays within the payment if each sending was paid.
 */
function settleRefund(probe: Probe, money: OrderMoney, refund: Refund): Next {
  const { number, amount, state, untold, failed } = refund
  const { order, again, refunds, paid } = money
  const { tells } = probe.plan
  const atWorst = refunds.reduce((sum, one) => sum + one.sent * one.amount, amount)
  const maySend = state !== "doubt" || ((!tells || untold) && (failed !== undefined || atWorst <= paid))
  // A gateway that pays for a number twice is not asked to.
  if (maySend && again !== "second" && attempts(probe, number) < mostAttempts)
    return { do: "refund", order, number, amount }
  if (!tells || questionsAbout(probe, number) >= mostQuestions) return "stop"
  return state === "doubt" ? { do: "ask_refund", order, number, amount } : "stop"
}

const attempts = ({ done, run }: Probe, number: string): number =>
  done.filter((one) => one.run === run && one.step.do === "refund" && one.step.number === number).length

const questionsAbout = ({ done, run }: Probe, number: string): number =>
  done.filter((one) => one.run === run && one.step.do === "ask_refund" && one.step.number === number).length

function checkRepetition(probe: Probe, order: OrderName, { number, amount }: Refund): Next {
  const asked = inThisRun(probe, stepsOf(probe, order), probe.plan.lists ? "list_refunds" : "ask_refund")
  if (asked >= mostQuestions) return "stop"
  return probe.plan.lists
    ? { do: "list_refunds", order, as: "between" }
    : { do: "ask_refund", order, number, amount }
}

/** Of the second payment, whole; and of the first one where its day's refund was refused. Only what nobody has touched. */
function reverse(probe: Probe, money: OrderMoney): Next {
  const { order, cancel, returned } = money
  if (!probe.plan.reverses || cancel === "reversed" || cancel === "declined") return undefined
  if (cancel === "doubt") return settleReversal(probe, money)
  const isWanted = order === "cancelled" || wasWholeDeclined(money, probe.plan.amount)
  return isWanted && returned === 0 ? { do: "cancel", order } : undefined
}

function settleReversal(probe: Probe, { order, refunds, latest }: OrderMoney): Next {
  const done = stepsOf(probe, order)
  const cancels = done.filter(({ step }) => step.do === "cancel")
  const named = cancels.at(-1)?.answer?.gatewayNo
  if (inThisRun(probe, done, named ? "ask_cancel" : "ask_order") >= mostQuestions) return "stop"
  if (named) return { do: "ask_cancel", order, gatewayNo: named }
  const isStillPaid = done.at(-1)?.step.do === "ask_order" && latest?.state === "paid"
  // The gateway reverses only what it holds as paid: sent again, it cannot count twice.
  const maySend = isStillPaid && cancels.length < 2 && !refunds.length && !wasUntaken(done)
  return maySend ? { do: "cancel", order } : { do: "ask_order", order, as: "cancelled" }
}

/** The first attempt was answered: asked twice, the order says whether it did anything. */
const wasUntaken = (done: readonly Done[]): boolean => {
  const answer = done.findLast(({ step }) => step.do === "cancel")?.answer
  return answer?.answered ?? answer?.unhandled ?? false
}

const wasWholeDeclined = ({ refunds }: OrderMoney, amount: number): boolean =>
  refunds.some((one) => one.state === "declined" && one.amount === amount)

function askBeforeRefunds(probe: Probe, { order, refunds }: OrderMoney): Next {
  if (!probe.plan.lists || refunds.length > 0 || wasAsked(probe, stepsOf(probe, order), "before"))
    return undefined
  return { do: "list_refunds", order, as: "before" }
}

function refundPart(probe: Probe, { order, refunds, returned }: OrderMoney): Next {
  const { part } = probe.plan
  if (order !== "paid" || part === null || refunds.length > 0 || returned > 0) return undefined
  return { do: "refund", order, number: refundNumber(probe, order, 1), amount: part }
}

const refundNumber = ({ plan }: Probe, order: OrderName, count: number): string =>
  `${plan.numbers[order]}R${count}`

/**
 * Twice the part is no more than the payment: whatever the gateway makes of the repetition, no more goes back than was paid. It is
 * left out where the gateway could not be asked afterwards.
 */
function repeatPart(probe: Probe, { order, refunds, again, returned }: OrderMoney): Next {
  const { part, tells, amount: whole } = probe.plan
  const [first] = refunds
  if (part === null || first?.state !== "returned" || first.amount !== part) return undefined
  if (!wasAsked(probe, stepsOf(probe, order), "part")) return { do: "ask_order", order, as: "part" }
  if (again !== "not_asked" || !tells || returned !== part || part > whole - part) return undefined
  return { do: "refund_again", order, number: first.number, amount: part }
}

/** Where the gateway lists refunds, what somebody returned in its console is counted before more is sent. */
function refundRest(probe: Probe, { order, refunds, paid, returned }: OrderMoney): Next {
  const left = paid - returned
  if (left <= 0) return undefined
  const declined = refunds.at(-1)?.state === "declined"
  const wasPart = refunds.at(-1)?.amount === probe.plan.part && refunds.length === 1
  if (declined && !wasPart && inThisRun(probe, stepsOf(probe, order), "refund") > 0) return "stop"
  return (
    listFirst(probe, order) ?? {
      do: "refund",
      order,
      number: refundNumber(probe, order, refunds.length + 1),
      amount: left,
    }
  )
}

function listFirst(probe: Probe, order: OrderName): Next {
  if (!probe.plan.lists) return undefined
  const done = stepsOf(probe, order)
  const isListed = done.at(-1)?.step.do === "list_refunds" && done.at(-1)?.run === probe.run
  const kind = done.at(-1)?.answer?.kind
  if (isListed && (kind === "succeeded" || kind === "refused")) return undefined
  if (isListed && lastInARow(done) >= mostQuestions) return "stop"
  return { do: "list_refunds", order, as: "between" }
}

const lastInARow = (done: readonly Done[]): number =>
  done.length - 1 - done.findLastIndex(({ step }) => step.do !== "list_refunds")

function lookAtEnd(probe: Probe, { order, cancel }: OrderMoney): Next {
  const done = stepsOf(probe, order)
  const as = cancel === "reversed" ? "cancelled" : "end"
  if (!wasAsked(probe, done, as)) return { do: "ask_order", order, as }
  if (probe.plan.lists && !wasAsked(probe, done, "after")) return { do: "list_refunds", order, as: "after" }
  return undefined
}
