import type { Gateway } from "../../../src/core"
import type { Policy } from "../../../src/services/settlement"
import type { Fault } from "../../../src/sandbox"

export interface GatewaySetup {
  gateway: Gateway
  policy: Policy
}

export type CallName = Fault["call"]

/** What the use cases ask of a gateway, and by which call it is asked. */
export interface Calls {
  open: CallName
  query: CallName
  close: CallName
  refund: CallName
  refundQuery: CallName
  /** The call that returns a whole payment on its own day. */
  whole: CallName
}

interface AnyVariant {
  name: string
  providerId: string
  currency: string
  calls: Calls
}

export type KsherVariant = AnyVariant & {
  gateway: "ksher"
  mode: "redirect" | "qr"
  channels: string[]
  /** Refunds go to an account that the shopper names. */
  paysOut?: true
}
export type GneteVariant = AnyVariant & { gateway: "gnete"; wayCodes: string[] }
export type Variant = KsherVariant | GneteVariant

const ofKsher = { refund: "order_refund", refundQuery: "refund_query", whole: "order_refund" } as const
const link: Calls = { ...ofKsher, open: "gateway_pay", query: "gateway_order_query", close: "cancel_order" }
const qr: Calls = { ...ofKsher, open: "native_pay", query: "order_query", close: "order_close" }

const ksher = (name: string, mode: KsherVariant["mode"], channels: string[], calls: Calls): KsherVariant => ({
  name,
  gateway: "ksher",
  providerId: "pp_ksher_th",
  currency: "thb",
  mode,
  channels,
  calls,
})

export const ksherRedirect = ksher("Ksher redirect", "redirect", ["truemoney"], link)
export const ksherQr = ksher("Ksher qr", "qr", ["airpay"], qr)
/** Ksher's page of choice, and a card among the channels. */
export const ksherChoice = ksher(
  "Ksher redirect, of the shopper's choice",
  "redirect",
  ["card", "promptpay"],
  link,
)
/** A channel whose refunds cannot be asked about. */
export const ksherAlipay = ksher("Ksher qr, alipay", "qr", ["alipay"], qr)
/** A channel that returns nothing by API, and whose open QR cannot be closed. */
export const ksherPromptPay = ksher("Ksher qr, promptpay", "qr", ["promptpay"], qr)

/** The same, where the shopper is asked for an account. */
export const ksherPayouts: KsherVariant = {
  ...ksher("Ksher, payouts", "redirect", ["promptpay"], link),
  paysOut: true,
}

export const gnete: GneteVariant = {
  name: "Gnete",
  gateway: "gnete",
  providerId: "pp_gnete_hk",
  currency: "hkd",
  wayCodes: ["UP_OP"],
  calls: {
    open: "pay/unifiedOrder",
    query: "pay/query",
    close: "pay/close",
    refund: "refund/refundOrder",
    refundQuery: "refund/query",
    whole: "pay/cancel",
  },
}

/** A QR code instead of a page. */
export const gneteQr: GneteVariant = { ...gnete, name: "Gnete qr", wayCodes: ["ALI_QR"] }
