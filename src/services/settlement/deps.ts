import type { Gateway } from "../../core"
import type { Clock, GatewayPayment, Ledger } from "../ledger"
import type { Host } from "./host"
import type { PayoutPolicy } from "./shopper-payouts/decide-payout"
import type { Silence } from "./settling/silence"

/** What a provider entry in medusa-config decides, apart from how its gateway is reached. */
export interface Policy {
  completion: "pay_first" | "order_first"
  /** `on_demand`: a payment session waits for the shopper's choice, and the gateway's order is made with that. */
  open?: "at_once" | "on_demand" | undefined
  /** What a session's `data.action` leads to: absent, what the gateway gives. */
  checkout?: "gateway" | "page" | undefined
  /** Orders that nobody has paid by then are ended; absent: none is. */
  unpaidOrder?: { cancelAfterMinutes: number } | undefined
  /** What becomes of money that comes after Medusa gave the payment up. */
  latePayment: "refund" | "hold"
  /** Ksher: what its channels do not refund is paid out to an account that the shopper names; absent: it is not. */
  payouts?: PayoutPolicy | undefined
  /** Gnete: whole refunds of the same day, between two cut-offs, are reversed by `pay/cancel`. */
  sameDayCancel?: { enabled: boolean; cutoff: string; timeZone: string } | undefined
}

export interface Log {
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

/** What the use cases that Medusa calls through the provider need. */
export interface Deps {
  providerId: string
  gateway: Gateway
  /** What the gateway has left unanswered: one for the entry, for as long as the process lives. */
  silence: Silence
  policy: Policy
  /** Where the gateway reaches this backend for this provider entry. */
  notifyUrl: string
  ledger: Ledger
  clock: Clock
  /** 0 ≤ x < 1, for jitter. */
  random: () => number
  wait: (ms: number) => Promise<void>
  log: Log
  /** Of these Medusa refund rows, those it still holds: it deletes a row when the provider throws (H1). */
  refundsHeld: (refundIds: readonly string[]) => Promise<Set<string>>
  emit: (event: PaymentEvent, payment: GatewayPayment) => Promise<void>
  /** What may be asked of Medusa where a provider is called. */
  medusa: Pick<Host, "demandOf" | "orderOfRefund" | "orderStanding" | "lockOrder">
  /** Runs `work` again and again until the function it returns is called; absent: by the machine's own time. */
  every?: ((ms: number, work: () => void) => () => void) | undefined
  /** A person wants to know how it stands: nothing is closed, and no money goes back because of that. */
  onlyAsks?: true
}

/** What settlement needs besides: Medusa itself. */
export interface SettleDeps extends Deps {
  host: Host
}

export type PaymentEvent =
  "paid" | "voided" | "refunded" | "refund_failed" | "paid_late" | "attention_required"
