import { doubts, hasMoney, isOpen } from "../../../../src/core"
import { committedAmount, returnedAtGateway } from "../../../../src/services/ledger"
import type { GatewayPayment } from "../../../../src/services/ledger"
import { mostTries } from "../../../../src/services/settlement/schedule"
import { day, minute } from "../../../../src/services/settlement/schedule"
import { dismissedAmount } from "../../../../src/services/settlement/returns/dismissed"
import { beginLook, look } from "./look"
import { owesReturn } from "./medusa"
import type { LifeRules } from "./rules"
import {
  amount,
  begun,
  isClosable,
  isExpired,
  isPayable,
  isToTry,
  isWantedIn,
  keyOfLife,
  mostSteps,
  timeOf,
} from "./world"
import type { Life, Step, There } from "./world"

/* What must hold, in the words of the walk. */

/** What is wrong with a step, in words; `undefined` where nothing is. `before`: what was so. */
export function faultOfLife(before: Life, step: Step): string | undefined {
  const { life } = step
  if (life.steps > mostSteps) return `no rest within ${mostSteps} steps`
  if (step.dismissed) return faultOfDismissal(step)
  if (isUntold(before, step)) return "nobody is told of a message that says paid"
  if (isToldOver(before, step)) return "money of another amount is told over as not confirmed"
  return faultOfDecision(before, step) ?? (step.rest && faultOfRest(life, step.rest.next))
}

/** Whether the shop waits for it, in the walk's own words: an order that stands has it, or may still have it. */
const isWaitedFor = ({ shop, payment, passed }: Life): boolean => {
  if (shop.order === "canceled") return false
  if (shop.captured) return true
  // What was asked for by another payment a moment ago is given up for good: the shopper begins anew.
  const isGivenUp = payment.unwanted === "open_lost" || payment.unwanted === "not_owed"
  const isLost = isGivenUp || (payment.state === "created" && passed > 10 * minute)
  return shop.session !== "gone" && !shop.changed && shop.other === "none" && !isLost
}

function faultOfDecision(before: Life, { decided, life, wants }: Step): string | undefined {
  const { payment } = before
  if (before.onlyAsks && (decided === "close" || decided === "close_again" || before.look?.at === "return"))
    return "who only asks has it closed, or returned"
  if (life.look?.at === "return" && payment.returnedUnsaid)
    return "money goes back, and nobody knows how much is left"
  if (wants !== undefined && wants > amount - committedAmount(before.operations))
    return "more is asked back than is left"
  if (wants !== undefined && before.kind === "hold" && !before.shop.captured)
    return "late money that is held for a person goes back"
  const isClosing = decided === "close" || (life.payment.state === "void" && payment.state !== "void")
  const mayStillPay = isPayable(before) || before.there === "none"
  if (isClosing && mayStillPay && isWaitedFor(before) && !isExpired(before))
    return "what the shop waits for is closed"
  if (decided === "call_void" && isPayable(before) && !hasLapsed(before))
    return "what somebody may pay is called void"
  if (decided === "tell" && (payment.state !== "paid" || payment.unwanted))
    return "Medusa is told of what is not paid, or not wanted"
  const isTaken = life.shop.captured && !before.shop.captured
  if (isTaken && !wasPaid.has(before.there)) return "what is not paid is captured"
  if (isTaken && !isWaitedFor(before)) return "what the shop does not want is captured"
  const isCalledLate = life.payment.state === "paid_late" && payment.state !== "paid_late"
  if (isCalledLate && payment.state !== "void" && isWaitedFor(before)) return "wanted money is called late"
  if (life.payment.state === "void" && payment.state !== "void" && knowsPaid(before))
    return "what the gateway calls paid is called void"
  return undefined
}

const wasPaid: ReadonlySet<There> = new Set(["paid", "part", "refunded"])

const hasLapsed = (life: Life): boolean =>
  timeOf(life).getTime() - (life.payment.expiresAt ?? begun).getTime() > 3 * day

const knowsPaid = ({ look: begun }: Life): boolean => {
  const standing = begun?.at === "gateway" ? begun.facts.standing : undefined
  return standing !== undefined && "state" in standing && standing.state === "paid"
}

/** What a person dismissed is left to that person; everything else is still looked at. */
function faultOfDismissal({ life, dismissed: code }: Step): string | undefined {
  if (code === "amount_mismatch" || life.payment.state === "void") return undefined
  if (life.due || isToTry(life.message)) return undefined
  const fault = faultOfEnd(life)
  return fault && `dismissed (${code ?? ""}): ${fault}`
}

/** At rest something comes next, a person is told, or nothing can happen any more. */
function faultOfRest(life: Life, next: Date | null): string | undefined {
  const { payment, shop } = life
  const isShown = payment.action !== null && isOpen(payment.state) && !isClosable(payment)
  if (isShown && payment.unwanted === "order_canceled" && isPayable(life) && !payment.attentionCode)
    return `nobody knows that a code of a cancelled order stays payable (${shop.order})`
  return next || payment.attentionCode ? undefined : faultOfEnd(life)
}

/** Nobody looks at it any more, and nobody is told. */
function faultOfEnd(life: Life): string | undefined {
  const { payment, there } = life
  // After a month, the gateway's own end is trusted.
  const isOld = life.passed > 30 * day
  if ((isPayable(life) || life.late) && !isOld)
    return `it rests for good while somebody may pay it (${payment.state})`
  if (there === "paid" && !hasMoney(payment.state) && !isOld)
    return "it rests for good, and money is at the gateway"
  const isLeft =
    payment.paidAmount - committedAmount(life.operations) > dismissedAmount(payment, life.operations)
  if (hasMoney(payment.state) && payment.state !== "refunded" && payment.capturedAt === null && isLeft)
    return "money rests for good, and Medusa has not taken it"
  if (owesReturn(life)) return "money that is owed rests for good"
  return undefined
}

/** Whether a message that says paid has ended, and neither the ledger nor a person knows of its money. */
const isUntold = ({ message }: Life, { life, rest }: Step): boolean =>
  rest !== undefined &&
  message?.says === "paid" &&
  life.message === null &&
  !hasMoney(life.payment.state) &&
  !isDoubted(life.payment)

const isDoubted = ({ attentionCode }: GatewayPayment): boolean =>
  attentionCode !== null && doubts.has(attentionCode)

/** Whether a person is called about a message, of whose money that person was told already. */
const isToldOver = (before: Life, { life, rest }: Step): boolean =>
  rest !== undefined &&
  before.payment.attentionCode === "amount_mismatch" &&
  life.payment.attentionCode === "contradiction"

/** So many looks, each answered and disturbed by nobody, have to be enough: one more changes nothing. */
const calmLooks = 3

/** What calm looks come to: how many they are, and what they leave. */
interface Calm {
  looks: number
  end: Life
}

/** Of one walk, by what is so before the looks: they meet each other soon. */
export type CalmSeen = Map<string, Calm | string>

/** From any rest: what calm looks do not bring in order. `undefined`: everything is where it should be. */
export function faultAfterCalm(life: Life, rules: LifeRules, seen: CalmSeen = new Map()): string | undefined {
  const calm = calmOf(life, rules, seen)
  if (typeof calm === "string") return calm
  return calm.looks > calmLooks ? "calm looks do not come to an end" : disorderOf(calm.end)
}

function calmOf(life: Life, rules: LifeRules, seen: CalmSeen, looks = 0): Calm | string {
  const key = keyOfLife(life)
  const known = seen.get(key)
  if (known) return known
  if (looks > calmLooks) return "calm looks do not come to an end"
  let step = beginCalmLook(life)
  while (step.life.look) {
    const [first] = look(step.life, rules)
    if (!first || first.life.steps > mostSteps) return "a calm look comes to no rest"
    step = first
  }
  const isOver = keyOfLife(step.life) === key
  const rest = isOver ? { looks: -1, end: life } : calmOf(step.life, rules, seen, looks + 1)
  const calm = typeof rest === "string" ? rest : { ...rest, looks: rest.looks + 1 }
  seen.set(key, calm)
  return calm
}

/** For a message that waits, and else for the payment. */
function beginCalmLook(life: Life): Step {
  const { message } = life
  if (!message || message.tries >= mostTries) return beginLook(life)
  const tries = message.tries === 0 ? 0 : mostTries - 1
  return beginLook({ ...life, message: { ...message, tries, isActing: true } })
}

function disorderOf(life: Life): string | undefined {
  const { payment, there, shop } = life
  const isGivenUp = !isWantedIn(life) || isExpired(life)
  if (there === "unpaid" && isGivenUp && isClosable(payment) && payment.openedAt)
    return "calm looks leave open what nobody wants"
  if (there === "closed" && payment.state !== "void") return "calm looks do not notice that it is closed"
  if (there === "unpaid" && payment.state === "void" && isClosable(payment))
    return "calm looks leave open what is called void"
  // That the rest went back as well, such a gateway does not say.
  const isSaid = life.kind !== "unsaid" || payment.state === "refunded"
  const isOver = (there === "refunded" && isSaid) || (there === "closed" && !payment.capturedAt)
  const isContradicted = payment.attentionCode === "contradiction" && there === "closed"
  if (life.message?.says === "paid" && !hasMoney(payment.state) && !isDoubted(payment))
    return "nobody is told of a message that says paid"
  if (isOver && payment.attentionCode && !isContradicted)
    return `calm looks leave ${payment.attentionCode} where all is over`
  if (there === "paid_less" && payment.attentionCode !== "amount_mismatch")
    return "nobody is told that less was paid"
  if (isReturnUnsaid(life) && payment.attentionCode !== "outside_unclear")
    return "nobody is told that something was returned"
  if (there !== "paid") return undefined
  const isTaken = shop.captured && payment.capturedAt !== null
  const isWaiting = shop.session === "opening" && life.passed < 3 * minute
  const isHeld = payment.attentionCode === "late_held" || dismissedAmount(payment, life.operations) > 0
  return isTaken || isWaiting || isHeld ? undefined : "calm looks neither capture the money nor return it"
}

/** Something went back in the console, the gateway does not say how much, and nobody has recorded it. */
const isReturnUnsaid = ({ kind, console, payment, operations }: Life): boolean =>
  kind === "unsaid" &&
  console.length > 0 &&
  payment.state !== "refunded" &&
  returnedAtGateway(operations) === 0
