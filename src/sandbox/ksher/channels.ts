interface Channel {
  /** Offered to merchants in Thailand only, and so in THB. */
  thai?: true
  /** Least amount in satang. */
  minimum?: number
  /** `native_pay` makes its QR. */
  native?: true
  /** `order_close` takes it. */
  closable?: true
  /** `order_refund` takes it. */
  refundable?: true
  /** `refund_query` does not take it. */
  noRefundQuery?: true
  /** A refund must name the `ksher_order_no`. */
  refundByKsherNo?: true
}

const bankApp: Channel = { thai: true, minimum: 2_000 }
const instalments: Channel = { thai: true, minimum: 300_000, refundable: true, refundByKsherNo: true }

/** Ksher's channels: availability, minimums, and what can be closed and refunded, by its pages. */
export const channels = new Map<string, Channel>(
  Object.entries({
    alipay: { minimum: 100, native: true, closable: true, refundable: true, noRefundQuery: true },
    alipayplus: { native: true, closable: true, refundable: true, noRefundQuery: true },
    wechat: { native: true, closable: true, refundable: true },
    linepay: { thai: true, native: true, refundable: true },
    airpay: { thai: true, native: true, closable: true, refundable: true },
    promptpay: { thai: true, minimum: 100, native: true, noRefundQuery: true },
    truemoney: { thai: true, native: true, refundable: true },
    atome: { thai: true, minimum: 2_000, refundable: true },
    card: { thai: true, refundable: true, refundByKsherNo: true },
    ktbcard: { thai: true, closable: true },
    ktccard: { thai: true },
    ktc_instal: instalments,
    kbank_instal: instalments,
    kcc_instal: instalments,
    kfc_instal: instalments,
    scb_instal: { thai: true, minimum: 300_000 },
    scb_easy: bankApp,
    bbl_deeplink: bankApp,
    bbl_ibs: bankApp,
    baybank_deeplink: bankApp,
    kplus: bankApp,
    bbl_promptpay: { thai: true, noRefundQuery: true },
  } satisfies Record<string, Channel>),
)

/** The channels that `refund_query` may be told. */
export const namedInRefundQuery = ["wechat", "alipay", "linepay", "airpay", "promptpay", "truemoney"]

/** Whether an amount is enough for the channel. Minimums are published in baht only. */
export function reaches(
  channel: string,
  amount: number,
  feeType: string,
  instalmentTimes: number[],
): boolean {
  if (feeType !== "THB") return true
  // Krungsri asks for more where it is paid back in ten months or longer.
  const long = channel === "kcc_instal" && instalmentTimes.length > 0 && Math.min(...instalmentTimes) >= 10
  return amount >= (long ? 500_000 : (channels.get(channel)?.minimum ?? 1))
}

/** Whether a channel can be paid in that currency, on a link or on a QR. */
export function takes(channel: string, feeType: string, kind: "link" | "native"): boolean {
  if (channels.get(channel)?.thai) return feeType === "THB"
  // On the hosted checkout Alipay+ is for merchants in Japan only.
  return channel !== "alipayplus" || kind === "native" || feeType === "JPY"
}
