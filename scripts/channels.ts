import { readFileSync, writeFileSync } from "node:fs"
import path from "node:path"

import { listedChannels, wayOf, type ChannelFacts, type Names } from "../src/core"
import { factsOf, isNative } from "../src/services/ksher/channels"
import { facts as gneteFacts } from "../src/services/gnete/channels"

type Language = "en" | "zh-CN"

const words: Readonly<Record<Language, Record<string, string>>> = {
  en: {
    ...{ yes: "yes", no: "no", any: "any", phone: "phone", desktop: "other screens", all: "any" },
    ...{ wallet: "wallet", card: "card", bank_app: "bank app", qr: "QR code" },
    ...{ instalments: "instalments", pay_later: "pay later" },
  },
  "zh-CN": {
    ...{ yes: "是", no: "否", any: "任意", phone: "手机", desktop: "其他屏幕", all: "任意" },
    ...{ wallet: "钱包", card: "银行卡", bank_app: "银行 App", qr: "二维码" },
    ...{ instalments: "分期付款", pay_later: "先买后付" },
  },
}

const heads: Readonly<Record<"ksher" | "gnete", Record<Language, string>>> = {
  ksher: {
    en: "| channel | name | kind | works on | currency | smallest amount | refund by API | refund can be asked about | can be closed | mode `qr` |",
    "zh-CN":
      "| 渠道 | 名称 | 种类 | 适用设备 | 币种 | 最小金额 | 可用 API 退款 | 可查询退款 | 可关闭 | `qr` 模式 |",
  },
  gnete: {
    en: "| way code | name | kind | works on |",
    "zh-CN": "| wayCode | 名称 | 种类 | 适用设备 |",
  },
}

/** The table of one gateway, made of what the plugin itself goes by. */
export function channelTable(gateway: "ksher" | "gnete", language: Language): string {
  const word = (key: string) => words[language][key] ?? key
  const nameIn = (names: Names) => names[language]
  const head = heads[gateway][language]
  const line = head.replace(/[^|]+/g, " --- ")
  const rows = listedChannels(gateway).map((code) => {
    const { name, kind, device, currency } = wayOf(code)
    const cells = [`\`${code}\``, nameIn(name), word(kind), word(device)]
    return `| ${[...cells, ...(gateway === "ksher" ? ksherCells(code, currency, word) : [])].join(" | ")} |`
  })
  return [head, line, ...rows].join("\n")
}

function ksherCells(code: string, currency: string | undefined, word: (key: string) => string): string[] {
  const { minimum, refund, refundQuery, close }: ChannelFacts = factsOf(code)
  const said = [refund, refundQuery, close, isNative(code)].map((one) => word(one ? "yes" : "no"))
  return [currency?.toUpperCase() ?? word("all"), minimum > 1 ? `THB ${minimum / 100}` : "–", ...said]
}

/** Gnete's facts are the same for each way code: the page says them in a sentence, and this that it may. */
export const gneteIsUniform = (): boolean =>
  gneteFacts.refund && gneteFacts.partialRefund && gneteFacts.refundQuery && gneteFacts.close

export const channelPages: Readonly<Record<string, Language>> = {
  "docs/channels.md": "en",
  "docs/zh/channels.md": "zh-CN",
}

/** The page with its tables as they have to be. */
export function withTables(text: string, language: Language): string {
  const table = (gateway: "ksher" | "gnete") => channelTable(gateway, language)
  return (["ksher", "gnete"] as const).reduce(
    (page, gateway) =>
      page.replace(
        new RegExp(`(<!-- ${gateway} -->\\n)[^]*?(<!-- /${gateway} -->)`),
        (_, begin: string, end: string) => `${begin}\n${table(gateway)}\n\n${end}`,
      ),
    text,
  )
}

if (require.main === module)
  for (const [page, language] of Object.entries(channelPages)) {
    const file = path.join(__dirname, "..", page)
    writeFileSync(file, withTables(readFileSync(file, "utf8"), language))
  }
