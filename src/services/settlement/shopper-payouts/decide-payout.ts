import { isQuiet, isUnclear } from "../../../core"
import type { Outcome, PayoutRecord, PayoutWait } from "../../../core"
import type { Operation, ShopperPayout } from "../../ledger"
import { answeredReason } from "../order-ref"
import { leaseMs } from "../schedule"

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
  balance?: Outcome<number>
  asked?: Outcome<PayoutRecord>
  sent?: Outcome<PayoutRecord>
}

export interface PayoutPicture {
  operation: Pick<Operation, "state" | "amount" | "attempts" | "reason" | "code" | "message" | "updatedAt">
  row: Pick<ShopperPayout, "isGiven" | "link" | "releasedAt">
  /** The account can be read with a key that is configured. */
  readable: boolean
  /** Minor units of the payment that nothing returns, this payout counted; below zero: more would go back than was paid. */
  left: number
  /** Another return of the payment is in doubt: nothing is sent beside it. */
  doubtBeside: boolean
  policy: Pick<PayoutPolicy, "maxAmount" | "release" | "sendAgain">
  now: Date
  facts: PayoutFacts
  /** Whoever looks wants to know, and nothing is to be sent. */
  onlyAsks: boolean
}

/** Why nothing is done now. `for`: a person has to do something; absent: time, the shopper or the gateway does it. */
export type PayoutRest = { do: "rest"; for?: PayoutWait }

/** The one next thing to do about a payout. Only `send` moves money, and always under the number that it has. */
export type PayoutStep =
  | PayoutRest
  | { do: "ask" }
  | { do: "read_balance" }
  | { do: "send" }
  | { do: "book"; record: PayoutRecord; by: "asking" | "sending" }
  | { do: "refuse"; reason: string; code: string; message: string }

/** Pure and total. What was sent comes before everything else: it is only asked about until a signed answer says what became of it. */
export function decidePayout(picture: PayoutPicture): PayoutStep {
  const { operation, facts } = picture
  if (facts.sent?.kind === "succeeded") return { do: "book", record: facts.sent.value, by: "sending" }
  if (facts.sent?.kind === "refused") return { do: "refuse", ...facts.sent }
  if (isUnclear(operation.state) && facts.sent?.kind !== "not_sent") return decideDoubtful(picture)
  // What did not leave this machine is tried again by the next look.
  return operation.state === "pending" && !facts.sent ? decideWaiting(picture) : { do: "rest" }
}

function decideDoubtful(picture: PayoutPicture): PayoutStep {
  const { operation, facts } = picture
  const { asked } = facts
  if (!asked) return { do: "ask" }
  if (asked.kind === "succeeded") return { do: "book", record: asked.value, by: "asking" }
  const isAbsent = asked.kind === "refused" && asked.reason === "absent"
  if (!isAbsent) return { do: "rest" }
  // Ksher said in a signed answer that it failed, and in another that it knows no such payout. Of a repeated one it may say so because of the first.
  if (operation.reason === answeredReason && operation.attempts === 1)
    return {
      do: "refuse",
      reason: "undocumented",
      code: operation.code ?? "",
      message: operation.message ?? "The gateway answered with a failure it does not document.",
    }
  return maySendAgain(picture) ? { do: "send" } : { do: "rest" }
}

/** More often a person would have to look anyway. */
const mostAttempts = 3

/** Where the shop has switched it on, and once the attempt before cannot be on its way any more. */
function maySendAgain(picture: PayoutPicture): boolean {
  const { operation, policy, facts, readable, now, onlyAsks, left, doubtBeside } = picture
  if (!policy.sendAgain || onlyAsks || facts.sent || !readable || isQuiet(now)) return false
  if (left < 0 || doubtBeside) return false
  const hasArrived = now.getTime() - operation.updatedAt.getTime() > leaseMs
  return hasArrived && operation.attempts < mostAttempts
}

function decideWaiting(picture: PayoutPicture): PayoutStep {
  const { operation, row, readable, left, doubtBeside, policy, now, facts, onlyAsks } = picture
  const amount = operation.amount ?? 0
  if (left < 0 || amount <= 0) return { do: "rest", for: "beyond" }
  if (!row.isGiven) return decideLink(picture)
  if (!row.releasedAt && (policy.release === "by_admin" || amount > policy.maxAmount))
    return { do: "rest", for: "release" }
  if (!readable) return { do: "rest", for: "unreadable" }
  if (isQuiet(now) || doubtBeside || onlyAsks) return { do: "rest" }
  const { balance } = facts
  if (!balance) return { do: "read_balance" }
  if (balance.kind !== "succeeded") return { do: "rest" }
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
