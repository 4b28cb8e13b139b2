import en from "./en.json"
import th from "./th.json"
import zhCN from "./zhCN.json"
import zhTW from "./zhTW.json"

export const namespace = "gatewayPayments"

/** By Medusa's own language codes; every other language falls back on English. */
export default {
  en: { [namespace]: en },
  th: { [namespace]: th },
  zhCN: { [namespace]: zhCN },
  zhTW: { [namespace]: zhTW },
}
