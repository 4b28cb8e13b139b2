/** One way to pay in the test shop. Prices: one packet of tea is THB 350.50 or HKD 88.40. */
export interface Way {
  gateway: "ksher" | "gnete"
  provider: string
  /** The entry of the same gateway whose orders exist before they are paid. */
  orderFirst: string
  currency: "thb" | "hkd"
  minor: number
  major: number
  /** Which of Ksher's channels the shopper takes on the hosted page. */
  pay: { channel?: string }
  /** `whole`: what gives a whole payment back on the day it was made. */
  calls: Record<"open" | "query" | "close" | "refund" | "refundQuery" | "whole", string>
  /** How often the gateway is asked about refunds while one is made whose answer is lost: Ksher for its list before that, too. */
  asks: number
  /** How often it is asked about the order meanwhile: Gnete, which lists no refunds, before the refund too. */
  orderAsks: number
}

export const ksher: Way = {
  gateway: "ksher",
  provider: "pp_ksher_th",
  orderFirst: "pp_ksher_first",
  currency: "thb",
  minor: 35050,
  major: 350.5,
  pay: { channel: "truemoney" },
  calls: {
    open: "gateway_pay",
    query: "gateway_order_query",
    close: "cancel_order",
    refund: "order_refund",
    refundQuery: "refund_query",
    whole: "order_refund",
  },
  asks: 2,
  orderAsks: 1,
}

export const gnete: Way = {
  gateway: "gnete",
  provider: "pp_gnete_hk",
  orderFirst: "pp_gnete_first",
  currency: "hkd",
  minor: 8840,
  major: 88.4,
  pay: {},
  calls: {
    open: "pay/unifiedOrder",
    query: "pay/query",
    close: "pay/close",
    refund: "refund/refundOrder",
    refundQuery: "refund/query",
    whole: "pay/cancel",
  },
  asks: 1,
  orderAsks: 2,
}

export const ways = [ksher, gnete].map((way) => [way.gateway, way] as const)

export const hour = 3_600_000
export const minute = 60_000
