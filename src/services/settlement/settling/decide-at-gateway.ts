import { isOpen, isUnended } from "../../../core"
import type { Attention, AttentionCode, Standing } from "../../../core"
import type { GatewayPayment, Operation } from "../../ledger"
import { saysMoney } from "./decide-standing"
import { doubtReport, qrReport, silenceReport, stillOpenReport, hasOutlived } from "./gateway-reports"
import type { Reported } from "./gateway-reports"

/** What the look has come to so far. What is absent was not read, or not done. */
export interface GatewayFacts {
  /** Whether Medusa still wants it was looked up, and is among the payment's columns. */
  abandonmentNoted?: true
  /** What was in doubt about returns has been asked about. */
  doubtsAsked?: true
  /** What was told about the doubts, and about an answer that never came. */
  doubtsReported?: true
  silenceReported?: true
  /** The gateway's answer about the order; `unanswered`: it gave none, or no sure one. */
  standing?: Standing | { unanswered: string }
  /** In this look a close was sent, or nothing was there to send; `over`: by that, or by its age, nobody can pay it any more. */
  closed?: "asked" | "over"
  /** What the gateway said to a second close of what was void already, where a person has to know. */
  refusal?: Attention<"close_failed"> | undefined
  /** The payment was read once more since the gateway was asked. */
  readAgain?: true
}

export interface GatewayPicture {
  payment: GatewayPayment
  operations: readonly Operation[]
  gateway: Reported
  /** A call closes it: of some channels a QR code stays open whatever is asked. */
  closable: boolean
  now: Date
  /** Whoever looks wants to know, and nothing is closed. */
  onlyAsks: boolean
  facts: GatewayFacts
}

/** The one next thing to do at the gateway. None moves money; `close` and `close_again` end what nobody may pay any more. */
export type GatewayStep =
  | { do: "note_abandonment" }
  | { do: "ask_about_doubts" }
  | { do: "report"; as: "doubtsReported" | "silenceReported"; raise?: Attention; clear?: AttentionCode }
  | { do: "query" }
  | { do: "close" }
  | { do: "close_again" }
  | { do: "read_again" }
  | { do: "call_void" }
  | { do: "rest"; raise?: Attention; clear?: AttentionCode }

/**
 * What to do at the gateway about one payment. Whether it is wanted comes first, then what is in doubt, then what the gateway says.
 * Only then is anything closed. Pure and total.
 */
export function decideAtGateway(picture: GatewayPicture): GatewayStep {
  const { payment, onlyAsks, facts } = picture
  if (!facts.abandonmentNoted) return { do: "note_abandonment" }
  // The gateway knows nothing of a payment that was never opened: it is asked nothing, and there is nothing to close there.
  if (payment.openedAt === null) return endUnopened(picture)
  if (!facts.doubtsAsked) return { do: "ask_about_doubts" }
  if (!facts.doubtsReported) return { do: "report", as: "doubtsReported", ...doubtReport(picture) }
  if (!facts.standing) return { do: "query" }
  if ("unanswered" in facts.standing && !facts.silenceReported)
    return { do: "report", as: "silenceReported", ...silenceReport(picture, facts.standing.unanswered) }
  if (onlyAsks) return rest
  if (payment.state === "void") return endAgain(picture)
  return isOpen(payment.state) ? endOpen(picture) : rest
}

const rest: GatewayStep = { do: "rest" }

const endUnopened = ({ payment, onlyAsks, facts }: GatewayPicture): GatewayStep =>
  payment.unwanted && !onlyAsks && isUnended(payment.state) && !facts.closed ? { do: "close" } : rest

/**
 * A create request that was held up on its way may make the order after it had been looked for and called void. Where it stays open, a
 * person is told.
 */
function endAgain(picture: GatewayPicture): GatewayStep {
  const { facts, closable } = picture
  if (!closable || !isPayable(facts)) return rest
  if (!facts.closed) return { do: "close_again" }
  if (facts.closed === "over") return { do: "rest", clear: "close_failed" }
  if (isLapsed(picture)) return rest
  return { do: "rest", ...(facts.refusal ? { raise: facts.refusal } : stillOpenReport(picture)) }
}

/** Ksher may call a code that nobody can pay any more PENDING for good. */
const isLapsed = ({ payment, now }: GatewayPicture): boolean =>
  payment.mode === "qr" && hasOutlived(payment, now)

export const wentUnanswered = ({ standing }: GatewayFacts): boolean =>
  standing !== undefined && "unanswered" in standing

/** The look ends, and what is void here can still be paid there: it is closed again soon. */
export const staysPayable = (picture: GatewayPicture): boolean =>
  picture.payment.state === "void" &&
  picture.closable &&
  isPayable(picture.facts) &&
  picture.facts.closed !== "over" &&
  !isLapsed(picture)

/** Nobody asks for it any more, or its time is over: it is closed, and where it cannot be, watched until it must have lapsed. */
function endOpen(picture: GatewayPicture): GatewayStep {
  const { payment, now, facts, closable } = picture
  const expired = payment.expiresAt !== null && payment.expiresAt <= now
  if (!payment.unwanted && !expired) return rest
  // Money of another amount is there, and a person is told: it is not closed.
  if (isOfMoney(facts)) return rest
  if (!closable) return watchOpenQr(picture)
  if (!facts.closed) return { do: "close" }
  if (!isPayable(facts)) return rest
  if (isLapsed(picture)) return { do: "call_void" }
  return { do: "rest", ...stillOpenReport(picture) }
}

/** Whether the gateway said that money is there. */
const isOfMoney = ({ standing }: GatewayFacts): boolean =>
  standing !== undefined && "state" in standing && saysMoney(standing.state)

/** Whether the gateway said that somebody may still pay it. */
const isPayable = ({ standing }: GatewayFacts): boolean =>
  standing !== undefined &&
  "state" in standing &&
  (standing.state === "unpaid" || standing.state === "in_progress")

/** No call can close it: it is watched until it must have lapsed. Only of a cancelled order must somebody know. */
function watchOpenQr(picture: GatewayPicture): GatewayStep {
  const { payment, facts } = picture
  if (facts.standing && "state" in facts.standing) {
    const neverMade = facts.standing.state === "absent" && wasNeverOpened(payment)
    if (neverMade || isLapsed(picture)) return { do: "call_void" }
  }
  const report = qrReport(picture)
  // Medusa may have asked meanwhile, and heard that it was paid.
  return report.raise && !facts.readAgain ? { do: "read_again" } : { do: "rest", ...report }
}

/** The gateway refused to open it, or was not reached: nothing can still be on its way. */
const wasNeverOpened = (payment: GatewayPayment): boolean =>
  payment.state === "failed" && payment.action === null && payment.unwanted !== "open_lost"
