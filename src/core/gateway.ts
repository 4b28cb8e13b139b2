import type { RejectionCode } from "./notification-codes"
import type { AccountInfo, KnownAccount } from "./account-info"
import type { GatewayName } from "./gateways"
import type { Money } from "./money"
import type { Outcome } from "./outcome"
import type { SettlementLine, SettlementsWanted } from "./payouts"
import type { Receiver } from "./receiver"

/** How the shopper pays: Ksher's hosted page or QR; Gnete decides by wayCode. */
export type PaymentMode = "redirect" | "qr"

/**
 * What a browser does to pay. A QR as its text where the gateway gives it, else as an image: a PNG data URI (Ksher) or
 * the picture's https address (Gnete).
 */
export type PaymentAction =
  { type: "redirect"; url: string } | { type: "qr"; content: string } | { type: "qr"; image: string }

/** What a bank offers of an amount that is paid back by the month. */
export interface Instalments {
  /** Over how many months; `null`: as the bank offers. */
  months: readonly number[] | null
  /** Who pays the interest; `null`: as the account's contract says. */
  interest: "shop" | "shopper" | null
}

/** A payment to open. `number` is the merchant order number, unique for ever at both gateways. */
export interface NewOrder {
  number: string
  amount: Money
  /** Ksher channel (or the configured list), Gnete wayCode. Must be among the configured ones. */
  channel?: string
  /** Filled into `{session_id}` of the return URLs. */
  sessionId: string
  notifyUrl: string
  /** Who pays, by a name that says nothing of the person: the gateway's page may offer to keep the card. */
  memberId?: string | undefined
}

/** How an order is found again. Everything the gateway has told so far; what is missing is `undefined`. */
export interface OrderRef {
  number: string
  amount: Money
  mode: PaymentMode
  channel?: string | undefined
  /** Ksher `ksher_order_no`, Gnete `payOrderId`. */
  gatewayNo?: string | undefined
  /** Ksher `pay_mch_order_no`: the only number under which a gateway order is refunded. */
  payNo?: string | undefined
}

export interface PaymentLink {
  action: PaymentAction
  /** The code is in a layout that could not be compared with what was asked for. */
  unread?: true
  mode: PaymentMode
  channel?: string | undefined
  gatewayNo?: string | undefined
  expiresAt: Date
}

/**
 * What the gateway says an order is.
 * `in_progress`: unpaid, and a payment is running. `reversed`: a paid order cancelled the same day.
 * `refunded`: some or all of it was returned (`returned: "all" | "some" | "unsaid"`).
 */
export interface Standing {
  state: "absent" | "unpaid" | "in_progress" | "paid" | "failed" | "closed" | "reversed" | "refunded"
  amount?: Money | undefined
  channel?: string | undefined
  gatewayNo?: string | undefined
  payNo?: string | undefined
  paidAt?: Date | undefined
  returned?: "all" | "some" | "unsaid" | undefined
}

export interface RefundOrder {
  /** The merchant refund number, for life. */
  number: string
  amount: Money
  order: OrderRef
  notifyUrl: string
}

export interface RefundRecord {
  /** The merchant refund number; empty for one made in the gateway's own console without one. */
  number: string
  gatewayNo?: string | undefined
  amount: Money
  state: "succeeded" | "pending" | "failed" | "unclear"
  at?: Date | undefined
}

/** A same-day reversal of a whole paid order (Gnete `pay/cancel`). Named by the gateway only: there is no merchant number. */
export interface ReversalRecord {
  gatewayNo: string
  state: "succeeded" | "pending" | "failed" | "unclear"
}

/** Money to an account that the shopper named: the way back where a channel refunds nothing. */
export interface PayoutOrder {
  /** The merchant number, for life. */
  number: string
  amount: Money
  receiver: Receiver
}

export interface PayoutRecord {
  gatewayNo?: string | undefined
  /** What the gateway took for it besides, in minor units; `null`: it did not say. */
  fee: number | null
  at?: Date | undefined
}

/** Ksher's payouts. They come out of a balance of their own, which the merchant tops up. */
export interface ShopperPayouts {
  readonly currency: string
  /** The largest one, in minor units. */
  readonly most: number
  /** The code of a signed answer that it knows no payout of that number. */
  readonly absentCode: string
  /** Minor units. */
  balance(): Promise<Outcome<number>>
  /** Sends it, once. Whether a number is taken once is not known: what is in doubt is not sent again by itself. */
  send(order: PayoutOrder): Promise<Outcome<PayoutRecord>>
  /** `refused` with reason `absent` where the gateway knows none of this number. Nothing else that it says is a refusal. */
  query(order: Omit<PayoutOrder, "receiver">): Promise<Outcome<PayoutRecord>>
}

/** What a channel can do, from the gateways' published tables. `unsure` is a fact neither page states. */
export interface ChannelFacts {
  refund: boolean
  partialRefund: boolean
  /** Whether what it does not refund can be paid out to an account that the shopper names: the money came from one. */
  paysOut: boolean
  /** Whether a refund can be asked about (`refund_query`). */
  refundQuery: boolean
  /** Whether an open QR of this channel can be closed. */
  close: boolean
  /** Smallest payment in minor units. */
  minimum: number
}

/** The body as it came, the header that decides how it is read. */
export interface RawNotification {
  body: Buffer
  contentType: string | undefined
  /** The query string, where older Gnete builds put the parameters. */
  query: string
}

/**
 * What a notification says, with the payer's fields left out. A hint, never a fact (guarantee 4).
 * `verified` is the result of the signature check, `reason` why it failed.
 */
export type NotificationReading =
  | { readable: false; reason: string }
  | {
      readable: true
      /** Of what was read and signed: the same for one message in whatever form, and another for any other. */
      digest: string
      verified: boolean
      reason?: string | undefined
      /** The same for readers of any language. */
      code?: Exclude<RejectionCode, "other_account"> | undefined
      about: "payment" | "refund" | "cancel"
      account: string
      /** The merchant order number, or Ksher's `mch_order_no`. Gnete's refund and cancel notifications carry none. */
      number?: string | undefined
      gatewayNo?: string | undefined
      refundNumber?: string | undefined
      refundGatewayNo?: string | undefined
      cancelGatewayNo?: string | undefined
      state: string
      amount?: { minor: number; currency: string } | undefined
    }

/** The words a gateway wants to read: with what it stops sending, and with what it sends again. */
export interface Acknowledgement {
  contentType: string
  accepted: string
  rejected: (message: string) => string
}

/**
 * One payment gateway, verb by verb, in the same order for both. Knows no Medusa and no ledger. Never throws for
 * anything the gateway or the network does: that is an outcome.
 */
export interface Gateway {
  readonly name: GatewayName
  /** Ksher's appid; Gnete's `mchNo/appId`. */
  readonly account: string
  /** Longest merchant order and refund number. */
  readonly maxNumberLength: number
  /** A currency that a query is made in where none is at hand. */
  readonly probeCurrency: string
  /** Whether an order's refunds can be listed (Ksher's `refund_query`): parts returned in its console are seen by that. */
  readonly listsRefunds: boolean
  /** Whether a second refund of an order waits until the first has ended. */
  readonly refundsOneAtATime: boolean
  readonly acknowledgement: Acknowledgement
  /** The `state` of a notification about a payment that says "paid"; absent where every one is taken to say so. */
  readonly notifiedPaid?: string
  /** Codes of a refund that may have moved money: it is not followed any more, or was only taken in. */
  readonly refundCodes?: { stopped: string; created: string }

  /** Decimals of a currency at this gateway, or a sentence why it cannot be used. */
  digits(currency: string): { digits: number } | { problem: string }
  /** How shoppers pay by this entry, and which channels they may choose from. None: the account is still to be read for them. */
  readonly offer: { mode: PaymentMode; channels: readonly string[] }
  /**
   * What is known of a channel; `undefined` channel: a hosted page where the shopper has not chosen yet. The smallest payment is
   * that of `currency`; without one, of the currency that the gateway publishes it in.
   */
  channelFacts(channel: string | undefined, currency?: string): ChannelFacts
  /** Which months an amount can be paid back in by this channel; `null` where it is paid at once, or the gateway has none. */
  instalments?(channel: string, amount: Money): Instalments | null
  /** The name of a customer that the gateway is told, where the shop wants cards to be kept. */
  memberOf?(customerId: string): string | undefined
  /** The channel a storefront asked for, checked against the configured ones, or a sentence why not. */
  chooseChannel(asked: unknown): { channel: string | undefined } | { problem: string }

  open(order: NewOrder): Promise<Outcome<PaymentLink>>
  query(order: OrderRef): Promise<Outcome<Standing>>
  close(order: OrderRef): Promise<Outcome<Record<string, never>>>
  /** Same-day reversal of a whole paid order. Ksher has none and refuses with `not_supported`. */
  cancel(order: OrderRef, notifyUrl: string): Promise<Outcome<ReversalRecord>>
  /** The reversal of that name, where it is one of this order and of its amount. */
  cancelQuery(order: OrderRef, gatewayCancelNo: string): Promise<Outcome<ReversalRecord>>
  refund(refund: RefundOrder): Promise<Outcome<RefundRecord>>
  /** The refund asked for, by its number: `refused` with reason `absent` where the gateway knows none. */
  refundQuery(refund: RefundOrder): Promise<Outcome<RefundRecord>>
  /** Every refund the gateway lists for an order (Ksher `refund_query`); `not_supported` where it lists none. */
  refundsOf(order: OrderRef): Promise<Outcome<RefundRecord[]>>

  /** What the gateway says that the account may do; `not_supported` where it has no such call. Most of it is not signed. */
  readAccount(): Promise<Outcome<AccountInfo>>
  /** What was paid out, by day and channel; absent where the gateway has no such call. No line is signed: none changes a payment. */
  settlements?(wanted: SettlementsWanted): Promise<Outcome<SettlementLine[]>>
  /** How money is sent to an account that a shopper named; absent where the gateway has no such call. */
  readonly shopperPayouts?: ShopperPayouts
  /** Takes note of what was read of the account, here or by another instance. */
  learn(known: KnownAccount): void
  /** What it was last told by `learn`. */
  readonly known: KnownAccount | undefined

  readNotification(raw: RawNotification): NotificationReading
}
