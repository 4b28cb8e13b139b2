import { answeredUnknown, notSent, pending, refused, succeeded, unanswered, unknown } from "../../../src/core"
import type { ChannelFacts, Outcome, RefundRecord, ReversalRecord, Standing } from "../../../src/core"

/** What a payment of the walk is: two minor units, so that it can be returned in two parts. */
export const paid = 2
export const currency = "hkd"

/**
 * A gateway, as far as its pages differ about returns. `ksher_repeats` answers a number that was used with an error nobody
 * documents, `ksher_unlisted` cannot be asked about refunds at all, and the host of `gnete_unhandled` takes no reversals. At
 * `gnete_finishes` no channel is sure at once, and nobody uses its console: less can happen, so that more of it can.
 */
export const flavours = [
  "ksher",
  "ksher_repeats",
  "ksher_unlisted",
  "gnete",
  "gnete_unhandled",
  "gnete_finishes",
] as const
export type Flavour = (typeof flavours)[number]

export const isGnete = (flavour: Flavour): boolean => flavour.startsWith("gnete")

export const channelOf = (flavour: Flavour): ChannelFacts => ({
  refund: true,
  partialRefund: true,
  paysOut: false,
  refundQuery: flavour !== "ksher_unlisted",
  close: true,
  minimum: 1,
})

/** Money that went back, is on its way, or failed to go. `name` is the merchant's number; what a console returned has none of ours. */
export interface TrueReturn {
  name: string
  gatewayNo: string
  kind: "refund" | "cancel"
  amount: number
  state: "done" | "in_progress" | "failed"
  console: boolean
}

/** What is so at the gateway, whatever its answers say. `late`: a request that is still on its way to it. */
export interface Truth {
  returns: readonly TrueReturn[]
  late: { kind: "refund" | "cancel"; number: string; amount: number } | null
}

export const untouched: Truth = { returns: [], late: null }

const sum = (returns: readonly TrueReturn[]): number => returns.reduce((all, { amount }) => all + amount, 0)

/** What the payer has, or will have, unless it fails. */
export const promised = ({ returns }: Truth): number => sum(returns.filter(({ state }) => state !== "failed"))
export const promisedByUs = ({ returns }: Truth): number =>
  sum(returns.filter(({ state, console }) => state !== "failed" && !console))
const done = ({ returns }: Truth): number => sum(returns.filter(({ state }) => state === "done"))

/** How a call travels, and what the gateway makes of it. */
export type Fate =
  | "not_sent" // it never left
  | "lost" // it left, and neither it nor an answer arrived
  | "late" // no answer, and it arrives after everything else
  | "unanswered" // it arrived, and the answer was lost
  | "answered" // it arrived, and was answered
  | "accepted" // Gnete: taken in, and finished later
  | "taken" // the same, and the answer was lost
  | "declined" // the channel says no
  | "failed" // an answer that nobody documents, and nothing was done
  | "unhandled" // the gateway's host takes no such call

export const lostAnswer = unanswered("timeout", "The gateway did not answer in time.")

/** What can become of a call that returns money, at this gateway. */
export const fatesOfSending = (flavour: Flavour, kind: "refund" | "cancel"): readonly Fate[] =>
  kind === "cancel" && flavour === "gnete_unhandled"
    ? ["not_sent", "lost", "unhandled"]
    : flavour === "gnete_finishes"
      ? ["lost", "taken", "accepted", "declined"]
      : fatesOf(flavour)

const fatesOf = (flavour: Flavour): readonly Fate[] => [
  ...(["not_sent", "lost", "late", "unanswered", "answered", "declined", "failed"] as const),
  ...(isGnete(flavour) ? (["accepted"] as const) : []),
]

interface Sent {
  kind: "refund" | "cancel"
  number: string
  amount: number
}

/** A request to return money: what is so after it, and what is heard of it. */
export function send(
  truth: Truth,
  call: Sent,
  fate: Fate,
  flavour: Flavour,
  isSameDay: boolean,
): { truth: Truth; outcome: Outcome<RefundRecord | ReversalRecord> } {
  switch (fate) {
    case "not_sent":
      return { truth, outcome: notSent("ECONNREFUSED", "The gateway could not be reached.") }
    case "lost":
      return { truth, outcome: lostAnswer }
    case "late":
      return { truth: { ...truth, late: call }, outcome: lostAnswer }
    case "unanswered":
      return { truth: arrive(truth, call, "done", flavour, isSameDay).truth, outcome: lostAnswer }
    case "taken":
      return { truth: arrive(truth, call, "in_progress", flavour, isSameDay).truth, outcome: lostAnswer }
    case "failed":
      return { truth, outcome: answeredUnknown("system_error", "A failure that nobody documents.") }
    case "unhandled":
      return { truth, outcome: { ...unknown("404", "The host takes no such call."), unhandled: true } }
    case "answered":
      return arrive(truth, call, "done", flavour, isSameDay)
    case "accepted":
      return arrive(truth, call, "in_progress", flavour, isSameDay)
    case "declined":
      return arrive(truth, call, "failed", flavour, isSameDay)
  }
}

export function arrive(
  truth: Truth,
  call: Sent,
  as: TrueReturn["state"],
  flavour: Flavour,
  isSameDay: boolean,
): { truth: Truth; outcome: Outcome<RefundRecord | ReversalRecord> } {
  const refusal = isGnete(flavour) ? gneteRefusal(truth, call, isSameDay) : ksherRefusal(truth, call, flavour)
  if (refusal) return { truth, outcome: refusal }
  const gatewayNo = `G${truth.returns.length + 1}`
  const made = {
    ...{ name: call.number, gatewayNo, kind: call.kind },
    ...{ amount: call.amount, state: as, console: false },
  }
  // Ksher keeps nothing of what its channel declined.
  const returns = !isGnete(flavour) && as === "failed" ? truth.returns : [...truth.returns, made]
  return { truth: { ...truth, returns }, outcome: outcomeOf(made) }
}

function ksherRefusal(
  truth: Truth,
  call: Sent,
  flavour: Flavour,
): Outcome<RefundRecord | ReversalRecord> | undefined {
  if (call.kind === "cancel") return refused("not_supported", "", "Ksher has no reversal.")
  const earlier = truth.returns.find(({ name }) => name === call.number)
  if (earlier && flavour === "ksher_repeats") return answeredUnknown("repeated", "A used number.")
  if (earlier) return outcomeOf(earlier)
  // It is not said to prevent more than what is left: only what its console returned is gone.
  const isGone = truth.returns.some(({ console }) => console) && promised(truth) + call.amount > paid
  return isGone ? answeredUnknown("exceeds", "More than what is left.") : undefined
}

function gneteRefusal(
  truth: Truth,
  call: Sent,
  isSameDay: boolean,
): Outcome<RefundRecord | ReversalRecord> | undefined {
  const earlier = truth.returns.find(({ name }) => name === call.number && call.kind === "refund")
  if (isReversed(truth) || done(truth) >= paid) return refused("wrong_state", "9999", "It is not paid.")
  if (truth.returns.some(({ state }) => state === "in_progress"))
    return call.kind === "cancel"
      ? refused("declined", "9999", "Something of it is being returned.")
      : refused("in_progress", "9999", "A refund is in progress.")
  if (call.kind === "cancel") {
    if (truth.returns.some(({ state }) => state !== "failed"))
      return refused("declined", "9999", "Something of it was returned.")
    return isSameDay ? undefined : answeredUnknown("9999", "Too late for a reversal.")
  }
  if (done(truth) + call.amount > paid) return refused("exceeds_balance", "9999", "More than what is left.")
  return earlier ? unknown("9999", "There is a refund under this number.") : undefined
}

const isReversed = ({ returns }: Truth): boolean =>
  returns.some(({ kind, state }) => kind === "cancel" && state === "done")

const recordOf = ({ name, gatewayNo, amount }: TrueReturn): RefundRecord & ReversalRecord => ({
  number: name,
  gatewayNo,
  amount: { minor: amount, currency },
  state: "succeeded",
})

function outcomeOf(one: TrueReturn): Outcome<RefundRecord & ReversalRecord> {
  switch (one.state) {
    case "done":
      return succeeded(recordOf(one))
    case "in_progress":
      return pending("Accepted.", { ...recordOf(one), state: "pending" })
    case "failed":
      return refused("declined", "state_3", "The channel refused it.")
  }
}

/** The refund, asked by its number. */
export function askRefund(truth: Truth, number: string, flavour: Flavour): Outcome<RefundRecord> {
  if (flavour === "ksher_unlisted") return refused("not_supported", "", "It cannot be asked about.")
  const found = truth.returns.find((one) => one.kind === "refund" && one.name === number)
  if (!found) return refused("absent", "absent", "There is no such refund.")
  return outcomeOf(found)
}

export function askReversal(truth: Truth, gatewayNo: string): Outcome<ReversalRecord> {
  const found = truth.returns.find((one) => one.kind === "cancel" && one.gatewayNo === gatewayNo)
  return found ? outcomeOf(found) : refused("absent", "9999", "There is no such reversal.")
}

export function askOrder(truth: Truth, flavour: Flavour): Outcome<Standing> {
  const amount = { minor: paid, currency }
  if (isReversed(truth)) return succeeded({ state: "reversed", returned: "all", amount })
  if (done(truth) < paid) return succeeded({ state: "paid", amount })
  return succeeded({ state: "refunded", returned: isGnete(flavour) ? "all" : "unsaid", amount })
}

/** Ksher's list of what is done; the others give none. */
export function listRefunds(truth: Truth, flavour: Flavour): Outcome<RefundRecord[]> {
  if (isGnete(flavour) || flavour === "ksher_unlisted")
    return refused("not_supported", "", "It lists no refunds.")
  return succeeded(truth.returns.filter(({ state }) => state === "done").map(recordOf))
}
