import type { ChannelFacts } from "../../core"

/** Gnete names no wayCode that cannot be refunded, asked about or closed; where a channel cannot, its answer says so. */
export const facts: ChannelFacts = {
  refund: true,
  partialRefund: true,
  paysOut: false,
  refundQuery: true,
  close: true,
  minimum: 1,
}

/** What a QR wayCode needs in channelExtra to come back as something a shop can draw. Source: merchants in production. */
const extras: Readonly<Record<string, Record<string, string>>> = {
  WX_QR: { payDataType: "codeUrl" },
  ALI_QR: { payDataType: "codeUrl" },
  YSF_QR: { payDataType: "codeImgUrl" },
}

export const extraOf = (wayCode: string): Record<string, unknown> | undefined =>
  Object.hasOwn(extras, wayCode) ? extras[wayCode] : undefined
