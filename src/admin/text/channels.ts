import type { TextKey, TextValues } from "./keys"

/** A channel as people call it: a brand as it is, or a sentence with the brand in it. */
export type ChannelName = string | { text: TextKey; values: TextValues }

const instalments = (bank: string): ChannelName => ({ text: "channel_name.instalments", values: { bank } })

/** Ksher's channels. */
const names: Readonly<Record<string, ChannelName>> = {
  promptpay: "PromptPay",
  bbl_promptpay: "PromptPay (Bangkok Bank)",
  alipay: "Alipay",
  alipayplus: "Alipay+",
  wechat: "WeChat Pay",
  linepay: "Rabbit LINE Pay",
  airpay: "ShopeePay",
  truemoney: "TrueMoney",
  atome: "Atome",
  card: { text: "channel_name.card", values: {} },
  ktccard: "KTC",
  ktbcard: "Krungthai",
  ktc_instal: instalments("KTC"),
  kbank_instal: instalments("KBank"),
  kcc_instal: instalments("Krungsri"),
  kfc_instal: instalments("Krungsri First Choice"),
  scb_instal: instalments("SCB"),
  scb_easy: "SCB EASY",
  bbl_deeplink: "Bangkok Bank",
  bbl_ibs: "Bangkok Bank iBanking",
  baybank_deeplink: "Krungsri KMA",
  kplus: "K PLUS",
}

/** Gnete's way codes: a wallet, and how it is reached. */
const wallets: Readonly<Record<string, string>> = {
  WX: "WeChat Pay",
  ALI: "Alipay",
  UP: "UnionPay",
  YSF: "UnionPay QuickPass",
}

const ways: Readonly<Record<string, TextKey>> = {
  H5: "channel_name.h5",
  WAP: "channel_name.h5",
  QR: "channel_name.qr",
  NATIVE: "channel_name.qr",
  PC: "channel_name.pc",
  OP: "channel_name.online",
}

/** A code that is not known is shown as the gateway writes it, which is also how its console shows it. */
export function nameOfChannel(code: string): ChannelName {
  if (Object.hasOwn(names, code)) return names[code] ?? code
  const [, wallet = "", way = ""] = /^([A-Z]+)_(\w+)$/.exec(code) ?? []
  const name = Object.hasOwn(wallets, wallet) ? wallets[wallet] : undefined
  const text = Object.hasOwn(ways, way) ? ways[way] : undefined
  return name && text ? { text, values: { name } } : code
}
