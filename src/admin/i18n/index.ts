import { attentionCodes } from "../../core/attention"
import type { AttentionCode } from "../../core/attention"
import { attentionNames } from "../../core/attention-names"
import type { Names } from "../../core/ways"
import en from "./en.json"
import th from "./th.json"
import zhCN from "./zhCN.json"
import zhTW from "./zhTW.json"

export const namespace = "gatewayPayments"

/** The headings of attention are also sent to people: they stand in one table, and not in these files. */
const withReasons = <Texts extends { attention: object }>(texts: Texts, language: keyof Names) => {
  const reason = Object.fromEntries(attentionCodes.map((code) => [code, attentionNames[code][language]]))
  return { ...texts, attention: { ...texts.attention, reason: reason as Record<AttentionCode, string> } }
}

/** By Medusa's own language codes; every other language falls back on English. */
export default {
  en: { [namespace]: withReasons(en, "en") },
  th: { [namespace]: withReasons(th, "th") },
  zhCN: { [namespace]: withReasons(zhCN, "zh-CN") },
  zhTW: { [namespace]: withReasons(zhTW, "zh-TW") },
}
