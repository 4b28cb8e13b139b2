import type { Decision, Notification, Operation, PaymentDetail } from "../api/schema"
import { codeText, notificationText, operationText, problemText } from "./codes"
import type { TextKey } from "./keys"

export type Tone = "done" | "waiting" | "problem"

/** One thing that was done or heard, as a sentence to be filled in. */
export interface TimelineEntry {
  id: string
  at: string
  tone: Tone
  text: TextKey
  /** Major units of the payment's currency. */
  amount: number | null
  /** What the gateway or this plugin said about it, in English, or what a person wrote. */
  detail: string | null
  /** The same in the reader's language, where there is a code for it. */
  said: TextKey | null
  /** The admin who decided it. */
  by: string | null
  /** What a person's decision came to, where nothing was done. */
  problem: TextKey | null
  /** The gateway's own code for it, for its support. */
  code: string | null
  /** Numbers under which the gateway's support finds it. */
  numbers: { label: "numbers.ours" | "numbers.gateways"; value: string }[]
  /** What the last question about it came to. */
  asked: { at: string; text: AskedKey; detail: string | null; said: TextKey | null } | null
  /** How often it was sent to the gateway, or by it. */
  times: { text: "timeline.attempts" | "timeline.deliveries"; times: number } | null
}

type AskedKey = `timeline.asked.${"unknown" | "pending" | "succeeded" | "refused"}`

const askedOf = ({
  asked_at,
  asked_outcome,
  asked_code,
  asked_message,
}: Operation): TimelineEntry["asked"] => {
  if (!asked_at || !asked_outcome) return null
  const known = asked_outcome === "pending" || asked_outcome === "succeeded" || asked_outcome === "refused"
  const outcome = known ? asked_outcome : ("unknown" as const)
  // Of what is done or under way the line says all there is.
  if (outcome === "succeeded" || outcome === "pending")
    return { at: asked_at, text: `timeline.asked.${outcome}`, detail: null, said: null }
  const said = codeText(asked_code)
  return { at: asked_at, text: `timeline.asked.${outcome}`, detail: asked_message, said }
}

const toneOf: Readonly<Record<Operation["state"], Tone>> = {
  sent: "waiting",
  unknown: "waiting",
  pending: "waiting",
  succeeded: "done",
  refused: "problem",
  not_sent: "problem",
}

/** A number of the shop is sent with a refund only; what was done outside carries a label instead of one. */
const numbersOf = (operation: Operation): TimelineEntry["numbers"] => [
  ...(operation.kind === "refund" && !operation.outside
    ? [{ label: "numbers.ours" as const, value: operation.merchant_no }]
    : []),
  ...(operation.gateway_no ? [{ label: "numbers.gateways" as const, value: operation.gateway_no }] : []),
]

/** Taken back, or part of a later refund, before the shopper had named an account. */
const endedUnanswered = ({ reason }: Operation): boolean => reason === "taken_back" || reason === "taken_over"

function textOf(operation: Operation): TextKey {
  if (operation.outside) return "timeline.outside"
  if (endedUnanswered(operation)) return "timeline.operation.payout.taken_back"
  return `timeline.operation.${operation.kind}.${operation.state}`
}

const ofOperation = (operation: Operation, decisions: readonly Decision[]): TimelineEntry => ({
  id: operation.id,
  at: operation.settled_at ?? operation.created_at,
  tone: endedUnanswered(operation) ? "done" : toneOf[operation.state],
  text: textOf(operation),
  amount: operation.amount,
  // Of what is under way the line above says all there is.
  detail: operation.state === "pending" ? null : operation.message,
  said: operationText(operation),
  by: decisions.find(({ id }) => id === operation.decision_id)?.decided_by ?? null,
  problem: null,
  code: operation.code,
  numbers: operation.kind === "open" ? [] : numbersOf(operation),
  asked: askedOf(operation),
  times: operation.attempts > 1 ? { text: "timeline.attempts", times: operation.attempts } : null,
})

const ofNotification = (notification: Notification): TimelineEntry => ({
  id: notification.id,
  at: notification.created_at,
  tone: notification.verified ? (notification.result === "failed" ? "waiting" : "done") : "problem",
  text: notification.verified
    ? (`timeline.notification.${notification.result}` as const)
    : "timeline.notification.unverified",
  amount: null,
  detail: notification.verified ? notification.message : notification.reason,
  said: notificationText(notification.code),
  by: null,
  problem: null,
  code: notification.state,
  numbers: [],
  asked: null,
  times: notification.deliveries > 1 ? { text: "timeline.deliveries", times: notification.deliveries } : null,
})

const answerTone = (answer: string | null): Tone =>
  answer === null ? "waiting" : answer === "done" ? "done" : "problem"

/** The person's note stands below it, and what it came to where nothing was done. */
const ofDecision = (decision: Decision): TimelineEntry => ({
  id: decision.id,
  at: decision.created_at,
  tone: answerTone(decision.answer),
  text: `timeline.decision.${decision.action}`,
  amount: decision.amount,
  detail: decision.note,
  said: null,
  by: decision.decided_by,
  code: null,
  problem: decision.answer === "done" ? null : problemText(decision.answer),
  numbers: [],
  asked: null,
  times: null,
})

/** Gateways tell the moment in whole seconds, which may lie before the one in which the payment was opened. */
const paidAt = ({ paid_at, operations }: PaymentDetail): string | null => {
  const opened = operations.find((one) => one.kind === "open")?.settled_at
  return paid_at && opened && paid_at < opened ? opened : paid_at
}

const ofPaid = (payment: PaymentDetail): TimelineEntry[] => {
  const at = paidAt(payment)
  return at
    ? [
        {
          id: `${payment.id}:paid`,
          at,
          tone: "done",
          text: "timeline.paid",
          amount: payment.paid_amount,
          detail: null,
          said: null,
          by: null,
          problem: null,
          code: null,
          numbers: [],
          asked: null,
          times: null,
        },
      ]
    : []
}

/** Everything that was done, heard and decided about a payment, newest first. */
export const timelineOf = (payment: PaymentDetail): TimelineEntry[] =>
  [
    ...ofPaid(payment),
    ...payment.operations.map((operation) => ofOperation(operation, payment.decisions)),
    ...payment.notifications.map(ofNotification),
    ...payment.decisions.map(ofDecision),
  ].sort((a, b) => b.at.localeCompare(a.at))
