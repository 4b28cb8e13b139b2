import type { Unowed } from "./demand"
import type { GatewayName } from "./gateways"
import type { OrderChange } from "./order-changes"
import type { OperationState } from "./operation"

/*
 * Why a person must look at a payment: a code and its values. Nothing here is a sentence: `sentences.ts` writes the English one,
 * the admin writes its own in each language. Values are JSON, in the names that the API answers with.
 */

/** Stable; `docs/errors.md` says what each one means. */
export const attentionCodes = [
  "amount_mismatch",
  "qr_mismatch",
  "contradiction",
  "not_captured",
  "close_failed",
  "qr_stays_open",
  "refund_unknown",
  "refund_refused",
  "refund_unsupported",
  "late_held",
  "outside_unclear",
  "books_differ",
  "unanswered",
  "no_order",
  "account_changed",
  "entry_removed",
  "order_changing",
  "cancel_unfinished",
  "notification_failed",
  "payout_waits",
] as const
export type AttentionCode = (typeof attentionCodes)[number]

/**
 * Doubts about where the money is. What else is said of a payment says how to return it or to go on, and would have it
 * returned twice: it waits until the doubt is gone.
 */
export const doubts: ReadonlySet<AttentionCode> = new Set([
  "amount_mismatch",
  "qr_mismatch",
  "contradiction",
  "refund_unknown",
  "outside_unclear",
  "books_differ",
])

/** Nothing can be asked about the payment at all: it comes before everything else, and what stood before comes back. */
export const unreachable: ReadonlySet<AttentionCode> = new Set(["account_changed", "entry_removed"])

/**
 * - `decided`: nothing more is returned by itself of what is owed now
 * - `failed`: it counts as failed where it is still unpaid
 * - `closed`: it counts as closed
 */
export type Dismissal = "decided" | "failed" | "closed"

/** What dismissing these decides; dismissing any other takes the notice away, and no more. */
export const dismissals: Readonly<Partial<Record<AttentionCode, Dismissal>>> = {
  refund_refused: "decided",
  refund_unsupported: "decided",
  late_held: "decided",
  amount_mismatch: "failed",
  qr_stays_open: "closed",
}

/** Why Medusa does not want a payment any more. `closed`: it was closed or had lapsed, and was paid all the same. */
export type Unwanted = Unowed | "session_deleted" | "open_lost" | "closed"

/** An amount in major units with its decimals, exactly: `{ amount: "120.50", currency: "thb" }`. */
export interface Sum {
  amount: string
  currency: string
}

/** What somebody else answered, with his own code for it where there is one. The message is English, and quoted as it came. */
export interface Said {
  code: string | null
  message: string
}

/** A gateway's no. `reason` is the plugin's own name for it, as an operation keeps it: `exceeds_balance`, `declined`. */
export interface Refusal extends Said {
  reason: string | null
}

/** How often it was tried to return what is owed, and after how many refusals it is tried no more. */
export interface Tries {
  attempts: number
  most: number
  /** Whether it is tried again without a person. */
  again: boolean
  owed: Sum
}

/**
 * - `no_link`, `link_expired`, `link_locked`: nobody can name an account until an admin makes a link
 * - `release`: an admin has to release it
 * - `balance`: the balance for payouts does not cover it
 * - `unsent`: it could not be asked about what has to be known first, or the request did not leave: it is tried again by itself
 * - `unreadable`: the account was kept with a key that is not configured any more
 * - `switched_off`: the option is switched off, or gone, or the payment's channel has turned out to be one that is not paid out
 * - `beyond`: more would go back than was paid
 */
export const payoutWaits = [
  "no_link",
  "link_expired",
  "link_locked",
  "release",
  "balance",
  "unsent",
  "unreadable",
  "switched_off",
  "beyond",
] as const
export type PayoutWait = (typeof payoutWaits)[number]

export interface WaitingPayout {
  why: PayoutWait
  number: string
  amount: Sum
}

/** Every payout that a person is told of, in the order in which they were made. */
export const waitingPayouts = ({
  why,
  number,
  amount,
  others = [],
}: AttentionValues["payout_waits"]): WaitingPayout[] => [{ why, number, amount }, ...others]

export interface AttentionValues {
  /** `said`: null where the gateway calls it paid and names no amount. */
  amount_mismatch: { order: string; asked: Sum; said: Sum | null; state: string }
  /** `message`: what of the code is another than was asked for. */
  qr_mismatch: { order: string; gateway: GatewayName; message: string }
  contradiction:
    | { why: "not_paid_now"; order: string; state: "closed" | "failed" | "absent" }
    | { why: "notified_paid"; order: string }
  /** `problem`: what Medusa said when it was told of the money. */
  not_captured: { why: "cart_open"; paid: Sum; problem: string | null } | { why: "part_returned"; paid: Sum }
  close_failed: { why: "still_open"; gateway: GatewayName } | { why: "refused"; refusal: Refusal }
  qr_stays_open:
    | { why: "order_canceled"; gateway: GatewayName; channel: string | null }
    | { why: "not_supported"; refusal: Refusal }
  /** `sent`, `asked`: what sending it came to, and the last question about it. */
  refund_unknown: {
    gateway: GatewayName
    kind: "refund" | "cancel"
    number: string
    amount: Sum
    sent: Said | null
    asked: { outcome: OperationState; code: string | null; message: string | null } | null
  }
  /** `problem`: what the attempt came to. `refusal`: the gateway's own last no, where it was the gateway's. */
  refund_refused:
    | ({ why: "tried"; problem: Said; refusal: Refusal | null } & Tries)
    | ({ why: "too_often"; gateway: GatewayName; refusal: Refusal | null } & Tries)
  refund_unsupported:
    | { why: "whole_only"; channel: string }
    | { why: "no_refunds"; channel: string; gateway: GatewayName; amount: Sum }
  late_held: { paid: Sum; unwanted: Unwanted }
  outside_unclear:
    | { why: "amount_unsaid"; order: string }
    | { why: "not_confirmed"; kind: "refund" | "cancel"; number: string; amount: Sum | null; answer: Said }
    | { why: "reversed_too"; order: string; number: string }
  books_differ:
    | { why: "returned_beyond"; order: string; returned: Sum; paid: Sum }
    | { why: "made_once"; gateway: GatewayName; amount: Sum }
    /** `number`: of the return that had counted as not made, and went through beside the one in its place. */
    | { why: "returned_twice"; gateway: GatewayName; number: string; amount: Sum }
    | { why: "not_entered"; number: string; amount: Sum; problem: string }
  unanswered: { order: string; message: string }
  no_order: { paid: Sum }
  account_changed: { provider: string; gateway: GatewayName; account: string; now: string }
  entry_removed: { provider: string; gateway: GatewayName; account: string }
  /** `number`, `amount`: null where Medusa holds the refund and has not written all that belongs to it. */
  order_changing: { change: OrderChange; number: string | null; amount: Sum | null }
  cancel_unfinished: { why: "change_open"; change: OrderChange } | { why: "medusa"; problem: string }
  /** A refund to an account that the shopper names needs a person. `number`: its own. `others`: of the same payment, where there are any. */
  payout_waits: WaitingPayout & { gateway: GatewayName; others?: WaitingPayout[] }
  /** `number`: of the refund or reversal that it is about; null: it is about the payment. */
  notification_failed: { order: string; number: string | null; tries: number; problem: string }
}

/** A code with the values of that code. */
export type Attention<Code extends AttentionCode = AttentionCode> = {
  [Each in Code]: { code: Each; values: AttentionValues[Each] }
}[Code]
