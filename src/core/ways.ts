import type { GatewayName } from "./gateways"
import { nearest } from "./nearest"

/** How a shopper pays, for whoever draws a list: an icon, a heading, an order. */
export type WayKind = "wallet" | "card" | "bank_app" | "qr" | "instalments" | "pay_later"

/** Where a way to pay works: `phone` on phones alone; `desktop` is a code that another device reads. */
export type Device = "any" | "phone" | "desktop"

/** A name in every language of the plugin, by its BCP 47 tag. */
export interface Names {
  en: string
  th: string
  "zh-CN": string
  "zh-TW": string
}

export interface Way {
  kind: WayKind
  device: Device
  name: Names
  /** The one currency that the channel is paid in, where there is only one. */
  currency?: string
  /** Two codes of one entry with the same pair are one way to pay: the one for phones and the one for other screens. */
  pair?: string
}

const same = (name: string): Names => ({ en: name, th: name, "zh-CN": name, "zh-TW": name })
const names = (en: string, th: string, simplified: string, traditional: string): Names => ({
  en,
  th,
  "zh-CN": simplified,
  "zh-TW": traditional,
})

const way = (kind: WayKind, name: Names, device: Device = "any"): Way => ({ kind, device, name })
const thai = (kind: WayKind, name: Names, device: Device = "any"): Way => ({
  ...way(kind, name, device),
  currency: "thb",
})
const paired = (pair: string, kind: WayKind, name: Names) => ({
  phone: { ...way(kind, name, "phone"), pair },
  desktop: { ...way(kind, name, "desktop"), pair },
})

const promptPay = names("PromptPay", "พร้อมเพย์", "PromptPay", "PromptPay")
const alipay = names("Alipay", "Alipay", "支付宝", "支付寶")
const weChatPay = names("WeChat Pay", "WeChat Pay", "微信支付", "微信支付")
const unionPay = names("UnionPay", "UnionPay", "银联", "銀聯")

const aliPair = paired("alipay", "wallet", alipay)
const weChatPair = paired("wechat", "wallet", weChatPay)
const unionPair = paired("unionpay", "card", unionPay)

/** Every channel of Ksher and way code of Gnete that a page or a merchant names. The one table of their names. */
const ways: Readonly<Record<string, Way>> = {
  promptpay: thai("qr", promptPay),
  bbl_promptpay: thai(
    "qr",
    names(
      "PromptPay (Bangkok Bank)",
      "พร้อมเพย์ (ธนาคารกรุงเทพ)",
      "PromptPay（盘谷银行）",
      "PromptPay（盤谷銀行）",
    ),
  ),
  truemoney: thai("wallet", names("TrueMoney", "ทรูมันนี่", "TrueMoney", "TrueMoney")),
  airpay: way("wallet", same("ShopeePay")),
  linepay: way("wallet", same("LINE Pay")),
  alipay: way("wallet", alipay),
  alipayplus: way("wallet", same("Alipay+")),
  wechat: way("wallet", weChatPay),
  card: way("card", names("Credit or debit card", "บัตรเครดิตหรือเดบิต", "信用卡或借记卡", "信用卡或簽帳金融卡")),
  ktccard: thai("card", names("KTC card", "บัตร KTC", "KTC 银行卡", "KTC 信用卡")),
  ktbcard: thai("card", names("Krungthai card", "บัตรกรุงไทย", "泰京银行卡", "泰京銀行卡")),
  atome: way("pay_later", same("Atome")),
  ktc_instal: thai("instalments", names("KTC instalments", "ผ่อนชำระ KTC", "KTC 分期付款", "KTC 分期付款")),
  kbank_instal: thai(
    "instalments",
    names("KBank instalments", "ผ่อนชำระกสิกรไทย", "开泰银行分期付款", "開泰銀行分期付款"),
  ),
  kcc_instal: thai(
    "instalments",
    names("Krungsri instalments", "ผ่อนชำระกรุงศรี", "Krungsri 分期付款", "Krungsri 分期付款"),
  ),
  kfc_instal: thai(
    "instalments",
    names(
      "Krungsri First Choice instalments",
      "ผ่อนชำระกรุงศรี เฟิร์สช้อยส์",
      "Krungsri First Choice 分期付款",
      "Krungsri First Choice 分期付款",
    ),
  ),
  scb_instal: thai(
    "instalments",
    names("SCB instalments", "ผ่อนชำระไทยพาณิชย์", "汇商银行分期付款", "匯商銀行分期付款"),
  ),
  scb_easy: thai("bank_app", same("SCB EASY"), "phone"),
  kplus: thai("bank_app", same("K PLUS"), "phone"),
  bbl_deeplink: thai(
    "bank_app",
    names("Bangkok Bank app", "แอปธนาคารกรุงเทพ", "盘谷银行 App", "盤谷銀行 App"),
    "phone",
  ),
  baybank_deeplink: thai(
    "bank_app",
    names("Krungsri app", "แอปกรุงศรี", "Krungsri App", "Krungsri App"),
    "phone",
  ),
  bbl_ibs: thai(
    "bank_app",
    names("Bangkok Bank iBanking", "บัวหลวง ไอแบงก์กิ้ง", "盘谷银行网上银行", "盤谷銀行網路銀行"),
  ),

  UP_OP: way("card", unionPay),
  UP_QR: way("qr", names("UnionPay QR", "UnionPay QR", "银联二维码", "銀聯二維碼")),
  UP_WAP: unionPair.phone,
  UP_PC: unionPair.desktop,
  YSF_QR: way("wallet", names("UnionPay app", "แอป UnionPay", "云闪付", "雲閃付")),
  ALI_H5: aliPair.phone,
  ALI_WAP: aliPair.phone,
  ALI_QR: aliPair.desktop,
  ALI_PC: aliPair.desktop,
  WX_H5: weChatPair.phone,
  WX_QR: weChatPair.desktop,
  WX_NATIVE: weChatPair.desktop,
}

/** A code of a later page than ours goes by its own name, and by what such codes end with. */
const unlisted = (code: string): Way =>
  way(code.endsWith("_instal") ? "instalments" : kindOf(code), same(code))
const kindOf = (code: string): WayKind => (/(_|^)(QR|NATIVE)$/i.test(code) ? "qr" : "wallet")

/** Ksher's own report calls PromptPay `promptpay2`: whatever begins so is PromptPay. */
export const plainChannel = (code: string): string => (/^promptpay/i.test(code) ? "promptpay" : code)

/** What is known of a Ksher channel or a Gnete way code as a way to pay. */
export function wayOf(code: string): Way {
  const plain = plainChannel(code)
  return (Object.hasOwn(ways, plain) ? ways[plain] : undefined) ?? unlisted(code)
}

/** Ksher writes its channels small, Gnete its way codes large. */
const isOf: Readonly<Record<GatewayName, (code: string) => boolean>> = {
  ksher: (code) => code === code.toLowerCase(),
  gnete: (code) => code === code.toUpperCase(),
}

/** Every channel or way code of a gateway that a page or a merchant names. */
export const listedChannels = (gateway: GatewayName): string[] => Object.keys(ways).filter(isOf[gateway])

/** Channels or way codes that no table here has, each with the one that was most likely meant. They may be newer than this package. */
export function unlistedChannels(
  gateway: GatewayName,
  channels: readonly string[],
): { channel: string; meant: string | undefined }[] {
  const known = listedChannels(gateway)
  return channels
    .filter((channel) => !known.includes(plainChannel(channel)))
    .map((channel) => ({ channel, meant: nearest(channel, known) }))
}

const folded = (text: string): string => text.toLocaleLowerCase("en").replace(/[\s_-]+/g, "")

/** The codes of which a person may have typed the code or the name, in any language; none where it names no channel. */
export function channelsNamed(text: string): string[] {
  const typed = folded(text)
  return Object.entries(ways)
    .filter(([code, { name }]) =>
      [code, ...Object.values<string>({ ...name })].some((one) => folded(one) === typed),
    )
    .map(([code]) => code)
}
