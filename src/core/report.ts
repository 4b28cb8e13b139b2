import type { Language } from "./alerts"
import { titleOf, type GatewayName } from "./gateways"
import { formatMoney, money } from "./money"
import { daysAfter, localTime } from "./time-zone"
import { wayOf, type Names } from "./ways"

/** When the report of a day is sent: on the day after, by the clock of a zone. */
export interface ReportPlan {
  /** `08:00` */
  time: string
  timeZone: string
}

/**
 * The day that is to be reported now: the one before, once the clock shows the time; until then the one before that, where it was
 * missed. `lastDay` is the last that was reported. Of a shop that stood still for days, earlier days are not told any more.
 */
export function reportDue(now: Date, lastDay: string | null, plan: ReportPlan): string | undefined {
  const { day, time } = localTime(now, plan.timeZone)
  const isTime = time >= plan.time
  if (lastDay === null && !isTime) return undefined
  const due = daysAfter(day, isTime ? -1 : -2)
  return lastDay === null || lastDay < due ? due : undefined
}

/** Which line of a report something belongs to. */
export interface ReportKey {
  gateway: GatewayName
  channel: string | null
  currency: string
  digits: number
}

/** What a channel took and returned on the day, in minor units. */
export interface Counted extends ReportKey {
  payments: number
  taken: number
  refunds: number
  returned: number
}

/**
 * A payment that stands under attention.
 *
 * - `owed`: money is to go back to the shopper, and has not
 * - `late`: money came in after the payment was given up, and is held
 * - `stuck`: whatever else a person has to look at
 */
export interface Waiting extends ReportKey {
  kind: "owed" | "late" | "stuck"
  /** Minor units; 0 where it is not about money. */
  amount: number
}

export interface ReportLine extends Counted {
  owedPayments: number
  owed: number
  latePayments: number
  late: number
  stuckPayments: number
}

/** What happened on a day, and what waits for a person in the morning after it. */
export interface Report {
  day: string
  lines: ReportLine[]
  /** More payments stand under attention than were looked at. */
  isCut: boolean
  /** How many of those that stand under attention could not be read, and are in no line. */
  unread: number
  /** Days of payouts that are not explained although there was time for it; absent where the shop keeps no payout books. */
  openPayouts?: number | undefined
}

/** One line for each gateway, channel and currency, whichever provider entry it is of. */
export function reportLines(counted: readonly Counted[], waiting: readonly Waiting[]): ReportLine[] {
  const lines = new Map<string, ReportLine>()
  const lineOf = ({ gateway, channel, currency, digits }: ReportKey): ReportLine => {
    const key = JSON.stringify([gateway, channel ?? "", currency, digits])
    const line = lines.get(key) ?? { ...{ gateway, channel, currency, digits }, ...nothing }
    lines.set(key, line)
    return line
  }
  for (const one of counted) {
    const line = lineOf(one)
    line.payments += one.payments
    line.taken += one.taken
    line.refunds += one.refunds
    line.returned += one.returned
  }
  for (const one of waiting) {
    const line = lineOf(one)
    line[`${one.kind}Payments`] += 1
    if (one.kind !== "stuck") line[one.kind] += one.amount
  }
  return [...lines].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, line]) => line)
}

const nothing = {
  ...{ payments: 0, taken: 0, refunds: 0, returned: 0 },
  ...{ owedPayments: 0, owed: 0, latePayments: 0, late: 0, stuckPayments: 0 },
}

/** What a report says, in one language: a line for each channel, and in it only what is there. */
export function reportText({ day, lines, isCut, unread, openPayouts }: Report, language: Language) {
  const sentences = lines.flatMap((line) => lineText(line, language) ?? [])
  return {
    title: fill(title[language], { day }),
    description: [
      ...(sentences.length ? sentences : unread ? [] : [quiet[language]]),
      ...(unread ? [fill(unreadable[language], { count: String(unread) })] : []),
      ...(isCut ? [more[language]] : []),
      ...(openPayouts === undefined ? [] : [payoutText(openPayouts, language)]),
    ].join("\n"),
  }
}

/** `undefined`: what came in and went back of it cancels out, and nothing waits. */
function lineText(line: ReportLine, language: Language): string | undefined {
  const show = (minor: number) => formatMoney(money(minor, line.currency), line.digits)
  const said: [keyof typeof parts, number, number][] = [
    ["taken", line.payments, line.taken],
    ["returned", line.refunds, line.returned],
    ["owed", line.owedPayments, line.owed],
    ["late", line.latePayments, line.late],
    ["stuck", line.stuckPayments, 0],
  ]
  const shown = said
    .filter(([, count, minor]) => count !== 0 || minor !== 0)
    .map(([part, count, minor]) => fill(parts[part][language], { count: String(count), amount: show(minor) }))
  if (!shown.length) return undefined
  const channel = line.channel === null ? unnamed[language] : wayOf(line.channel).name[language]
  const frame = language.startsWith("zh") ? "{name}：{parts}。" : "{name}: {parts}."
  const between = language.startsWith("zh") ? "，" : ", "
  return fill(frame, {
    name: `${titleOf(line.gateway)}${between}${channel}`,
    parts: shown.join(between),
  })
}

const fill = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "")

const title: Names = {
  en: "Gateway payments of {day}",
  th: "การชำระเงินผ่านเกตเวย์ของวันที่ {day}",
  "zh-CN": "{day} 的网关支付",
  "zh-TW": "{day} 的閘道付款",
}

const unreadable: Names = {
  en: "{count} more need attention and could not be read now: see Gateway payments.",
  th: "อีก {count} รายการต้องตรวจสอบและขณะนี้อ่านข้อมูลไม่ได้: ดูที่การชำระเงินผ่านเกตเวย์",
  "zh-CN": "另有 {count} 笔需要处理，目前无法读取：请查看“网关支付”。",
  "zh-TW": "另有 {count} 筆需要處理，目前無法讀取：請查看「閘道付款」。",
}

const parts: Readonly<Record<"taken" | "returned" | Waiting["kind"], Names>> = {
  taken: {
    en: "taken {amount} ({count})",
    th: "รับเงิน {amount} ({count} รายการ)",
    "zh-CN": "收款 {amount}（{count} 笔）",
    "zh-TW": "收款 {amount}（{count} 筆）",
  },
  returned: {
    en: "returned {amount} ({count})",
    th: "คืนเงิน {amount} ({count} รายการ)",
    "zh-CN": "退款 {amount}（{count} 笔）",
    "zh-TW": "退款 {amount}（{count} 筆）",
  },
  owed: {
    en: "still owed to shoppers {amount} ({count})",
    th: "ยังค้างคืนลูกค้า {amount} ({count} รายการ)",
    "zh-CN": "尚欠顾客 {amount}（{count} 笔）",
    "zh-TW": "尚欠顧客 {amount}（{count} 筆）",
  },
  late: {
    en: "came in late and is held {amount} ({count})",
    th: "เงินเข้าช้าและถูกพักไว้ {amount} ({count} รายการ)",
    "zh-CN": "迟到且暂留的款项 {amount}（{count} 笔）",
    "zh-TW": "遲到且暫留的款項 {amount}（{count} 筆）",
  },
  stuck: {
    en: "payments that a person has to look at: {count}",
    th: "รายการที่ต้องมีคนตรวจสอบ: {count}",
    "zh-CN": "需要人工处理：{count} 笔",
    "zh-TW": "需要人工處理：{count} 筆",
  },
}

const payoutText = (open: number, language: Language): string =>
  open === 0 ? payoutsExplained[language] : fill(payoutsOpen[language], { count: String(open) })

const payoutsExplained: Names = {
  en: "Payouts: every day that should be settled is explained.",
  th: "การโอนเงินเข้าร้าน: ทุกวันที่ควรชำระบัญชีแล้วตรงกันทั้งหมด",
  "zh-CN": "到账核对：所有应结算的日期均已对平。",
  "zh-TW": "到帳核對：所有應結算的日期均已對平。",
}

const payoutsOpen: Names = {
  en: "Payouts: {count} days are not explained yet. Look at them under Gateway payments, Payouts.",
  th: "การโอนเงินเข้าร้าน: มี {count} วันที่ยังไม่ตรงกัน ดูได้ที่เมนูการชำระเงินผ่านเกตเวย์ หน้าการโอนเงินเข้าร้าน",
  "zh-CN": "到账核对：有 {count} 天尚未对平。请在“网关支付”的“到账”页面查看。",
  "zh-TW": "到帳核對：有 {count} 天尚未對平。請在「閘道付款」的「到帳」頁面查看。",
}

const unnamed: Names = {
  en: "channel not known",
  th: "ไม่ทราบช่องทาง",
  "zh-CN": "渠道不明",
  "zh-TW": "管道不明",
}

const quiet: Names = {
  en: "Nothing came in or went back, and nothing waits for a person.",
  th: "ไม่มีเงินเข้าหรือคืน และไม่มีรายการที่ต้องตรวจสอบ",
  "zh-CN": "没有收款或退款，也没有需要处理的支付。",
  "zh-TW": "沒有收款或退款，也沒有需要處理的付款。",
}

const more: Names = {
  en: "More payments need attention than are counted here: look at them under Gateway payments.",
  th: "มีรายการที่ต้องตรวจสอบมากกว่าที่นับไว้ที่นี่ ดูได้ที่เมนูการชำระเงินผ่านเกตเวย์",
  "zh-CN": "需要处理的支付比此处统计的更多：请在“网关支付”中查看。",
  "zh-TW": "需要處理的付款比此處統計的更多：請在「閘道付款」中查看。",
}
