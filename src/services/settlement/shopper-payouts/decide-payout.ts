import { isQuiet, isUnclear, namesBalance } from "../../../core"
import type { Outcome, PayoutRecord, PayoutWait } from "../../../core"
import { sentSince, wasReturnedAnotherWay } from "../../ledger"
import type { Operation, ShopperPayout } from "../../ledger"
import { answeredReason } from "../order-ref"
import { day, earliest, hour, leaseMs, nextOf } from "../schedule"

/** What the shop allows. Amounts in minor units. */
export interface PayoutPolicy {
  keys: readonly { version: string; key: Buffer }[]
  maxAmount: number
  release: "automatic" | "by_admin"
  sendAgain: boolean
  linkHours: number
}

/** What was read since the look began. What is absent was not. */
export interface PayoutFacts {
  /** Of payouts that had counted as refused, none has gone through; `unsure`: that was not to be found out. */
  earlierAsked?: "none" | "unsure"
  /** What was returned in the gateway's console has been looked for, and is in the picture; `unsure`: the gateway did not say. */
  returnsLookedFor?: "sure" | "unsure"
  balance?: Outcome<number>
  asked?: Outcome<PayoutRecord>
  sent?: Outcome<PayoutRecord>
}

export interface PayoutPicture {
  operation: Pick<Operation, "state" | "amount" | "attempts" | "reason" | "code" | "message" | "updatedAt">
  row: Pick<ShopperPayout, "givenAt" | "link" | "releasedAt">
  /** The shop has the option, and it is on. */
  isOn: boolean
  /** As far as its channel is known, the payment is paid out to an account: not where it may have been paid in instalments. */
  paysOut: boolean
  /** Payouts of the payment were sent and have counted as refused. */
  hasEarlier: boolean
  /** Since when Ksher has said, whenever it was asked, that it knows no such payout. */
  absentSince: Date | null
  /** Medusa has no row for it yet, and books it before anything is sent. */
  toBeBooked: boolean
  /** The account can be read with a key that is configured. */
  readable: boolean
  /** Minor units of the payment that nothing returns, this payout counted; below zero: more would go back than was paid. */
  left: number
  /** Another return of the payment is in doubt: nothing is sent beside it. */
  doubtBeside: boolean
  /** The payout in whose place it was made, for the same refund of Medusa's, has gone through after all. */
  isMet: boolean
  policy: Pick<PayoutPolicy, "maxAmount" | "release" | "sendAgain">
  now: Date
  facts: PayoutFacts
  /** Whoever looks wants to know, and nothing is to be sent. */
  onlyAsks: boolean
}

/**
 * Why nothing is done now. `for`: what a person is told; absent: time, the shopper or the gateway does it. `stays`: nothing was looked into,
 * and whatever was told before is not taken back.
 */
export type PayoutRest = { do: "rest"; for?: PayoutWait; stays?: true }

/** What only another try can do away with; for everything else a person does something. */
export const triedAgain: ReadonlySet<PayoutWait> = new Set(["balance", "unsent"])

/** The one next thing to do about a payout. Only `send` moves money, and always under the number that it has. */
export type PayoutStep =
  | PayoutRest
  | { do: "ask" }
  | { do: "ask_earlier" }
  | { do: "look_for_returns" }
  | { do: "read_balance" }
  | { do: "send" }
  | { do: "book"; record: PayoutRecord; by: "asking" | "sending" }
  | { do: "refuse"; reason: string; code: string; message: string }
  /** It is wanted no more, and is not sent. */
  | { do: "end" }
  | { do: "wait_for_balance"; code: string; message: string }

/** Pure and total. What was sent comes before everything else: it is only asked about until a signed answer says what became of it. */
export function decidePayout(picture: PayoutPicture): PayoutStep {
  const { operation, facts } = picture
  if (operation.state === "pending" && facts.asked?.kind === "succeeded")
    return { do: "book", record: facts.asked.value, by: "asking" }
  if (facts.sent?.kind === "succeeded") return { do: "book", record: facts.sent.value, by: "sending" }
  if (facts.sent?.kind === "refused") return { do: "refuse", ...facts.sent }
  // What did not leave this machine is tried again by the next look; of a repeated attempt the first stays in doubt.
  if (facts.sent?.kind === "not_sent")
    return operation.attempts === 1 ? { do: "rest", for: "unsent" } : { do: "rest" }
  if (isUnclear(operation.state)) return decideDoubtful(picture)
  if (operation.state !== "pending" || facts.sent) return { do: "rest" }
  return picture.isMet ? { do: "end" } : decideWaiting(picture)
}

function decideDoubtful(picture: PayoutPicture): PayoutStep {
  const { operation, facts } = picture
  const { asked } = facts
  if (!asked) return { do: "ask" }
  if (asked.kind === "succeeded") return { do: "book", record: asked.value, by: "asking" }
  // Of a repeated attempt Ksher may say that it failed because of the first.
  const hasFailed = operation.reason === answeredReason && operation.attempts === 1
  const isAbsent = asked.kind === "refused" && asked.reason === "absent"
  if (hasFailed) return isAbsent ? decideFailed(picture) : restOfFailed(picture)
  return isAbsent && maySendAgain(picture) ? decideAgain(picture) : { do: "rest" }
}

/** The money may have gone with a payout that counts as refused, or in the console, whatever is known of this one. */
function decideAgain({ hasEarlier, facts: { earlierAsked, returnsLookedFor } }: PayoutPicture): PayoutStep {
  if (hasEarlier && !earlierAsked) return { do: "ask_earlier" }
  if (earlierAsked === "unsure") return { do: "rest" }
  if (!returnsLookedFor) return { do: "look_for_returns" }
  return returnsLookedFor === "unsure" ? { do: "rest" } : { do: "send" }
}

/**
 * Ksher said in a signed answer that it failed, and in another that it knows no such payout. What it does not know yet it may know in a
 * moment: it has to say so twice, with more time in between than a request can take.
 */
function decideFailed(picture: PayoutPicture): PayoutStep {
  const { operation, absentSince, now } = picture
  if (absentSince === null || now.getTime() - absentSince.getTime() < leaseMs) return restOfFailed(picture)
  const said = {
    code: operation.code ?? "",
    message: operation.message ?? "The gateway answered with a failure it does not document.",
  }
  // The account is right: it is kept, and paid once there is money for it.
  if (namesBalance(said.code)) return { do: "wait_for_balance", ...said }
  return { do: "refuse", reason: "undocumented", ...said }
}

const restOfFailed = ({ operation: { code } }: PayoutPicture): PayoutRest =>
  namesBalance(code ?? "") ? { do: "rest", for: "balance" } : { do: "rest" }

/** More often a person would have to look anyway. */
const mostAttempts = 3

/** Where the shop has switched it on, and once the attempt before cannot be on its way any more. */
function maySendAgain(picture: PayoutPicture): boolean {
  const { operation, policy, facts, readable, now, onlyAsks, left, doubtBeside, isMet } = picture
  if (!policy.sendAgain || onlyAsks || facts.sent || !readable || isQuiet(now)) return false
  if (left < 0 || doubtBeside || isMet) return false
  const hasArrived = now.getTime() - operation.updatedAt.getTime() > leaseMs
  return hasArrived && operation.attempts < mostAttempts
}

/** What a person can do where either is missing is the same: return the money another way, and say so. */
const isOffered = ({ isOn, paysOut }: PayoutPicture): boolean => isOn && paysOut

function decideWaiting(picture: PayoutPicture): PayoutStep {
  const { operation, row, readable, left, doubtBeside, policy, now, facts, onlyAsks } = picture
  const amount = operation.amount ?? 0
  if (!isOffered(picture)) return { do: "rest", for: "switched_off" }
  if (left < 0 || amount <= 0) return { do: "rest", for: "beyond" }
  if (row.givenAt === null) return decideLink(picture)
  if (!row.releasedAt && (policy.release === "by_admin" || amount > policy.maxAmount))
    return { do: "rest", for: "release" }
  if (!readable) return { do: "rest", for: "unreadable" }
  if (isQuiet(now) || doubtBeside || onlyAsks || picture.toBeBooked) return { do: "rest", stays: true }
  return decideSending(picture) ?? withBalance(facts, amount)
}

/** Neither of this one's own first request, nor of what counted as refused, nor in the console, has the money gone already. */
function decideSending({ operation, hasEarlier, facts }: PayoutPicture): PayoutStep | undefined {
  // It was asked for before, and waits again under the number that Ksher may know by now.
  if (operation.code !== null && !facts.asked) return { do: "ask" }
  if (facts.asked && !knowsNothing(facts.asked)) return { do: "rest", for: "unsent" }
  if (hasEarlier && !facts.earlierAsked) return { do: "ask_earlier" }
  if (facts.earlierAsked === "unsure") return { do: "rest", for: "unsent" }
  if (!facts.returnsLookedFor) return { do: "look_for_returns" }
  return facts.returnsLookedFor === "unsure" ? { do: "rest", for: "unsent" } : undefined
}

/**
 * Payouts of the payment that were sent, and of which it counts that nothing came: also where a person has returned the money another way.
 * One that waited again has no attempts left.
 */
export const refusedBefore = (operations: readonly Operation[]): Operation[] =>
  operations.filter((operation) => {
    const { kind, state, attempts, sentAt } = operation
    if (kind !== "payout") return false
    if (state === "refused" && attempts > 0) return true
    return (
      wasReturnedAnotherWay(operation) || ((state === "refused" || state === "not_sent") && sentAt !== null)
    )
  })

/** As far as anybody knows, Ksher is done with a payout within a day. A doubt that stood longer is asked about from its end on. */
const doubtedSince = (operation: Operation): Date => {
  const sent = sentSince(operation)
  return operation.settledAt && operation.settledAt > sent ? operation.settledAt : sent
}

const asksLate = [hour, day, 7 * day]
const asksLateFor = 8 * day

/**
 * What counted as refused may have gone through after all: every look asks for some days, whether another waits, has been sent, or the money
 * went another way.
 */
export const lateToAsk = (operations: readonly Operation[], now: Date): Operation[] =>
  refusedBefore(operations).filter((one) => now.getTime() - doubtedSince(one).getTime() < asksLateFor)

/** When one of those is to be asked about next, whatever else is looked at. */
export const nextLateAsk = (operations: readonly Operation[], now: Date): Date | null =>
  earliest(lateToAsk(operations, now).map((one) => nextOf(doubtedSince(one), asksLate, now)))

/** Ksher has no such payout, or says in a signed answer that it failed. */
export const knowsNothing = (asked: Outcome<unknown>): boolean =>
  (asked.kind === "refused" && asked.reason === "absent") ||
  (asked.kind === "unknown" && asked.answered === true)

function withBalance({ balance }: PayoutFacts, amount: number): PayoutStep {
  if (!balance) return { do: "read_balance" }
  if (balance.kind !== "succeeded") return { do: "rest", for: "unsent" }
  // Whether the fee comes on top is not known: Ksher refuses where it does not cover that.
  return balance.value < amount ? { do: "rest", for: "balance" } : { do: "send" }
}

/** How often somebody may be wrong about whose refund it is. */
export const mostWrongTries = 10

function decideLink({ row: { link }, now }: PayoutPicture): PayoutRest {
  if (!link) return { do: "rest", for: "no_link" }
  if (link.wrongTries >= mostWrongTries) return { do: "rest", for: "link_locked" }
  return link.expiresAt <= now ? { do: "rest", for: "link_expired" } : { do: "rest" }
}
