import { attentionNames } from "./attention-names"
import type { AttentionCode } from "./attention"
import { titleOf, type GatewayName } from "./gateways"
import type { Names } from "./ways"

/** What stands under attention now, for one reason and one provider entry. */
export interface UnderAttention {
  code: AttentionCode
  providerId: string
  gateway: GatewayName
  payments: number
}

/** What people were told of it. */
export interface Told extends UnderAttention {
  /** Null: nobody was told yet. */
  toldAt: Date | null
  /** Until then another process tells it, or a channel that failed is left alone. */
  heldUntil: Date | null
}

/**
 * - `stands`: people have not heard of it
 * - `grew`: more payments than they have heard of
 * - `still`: a day later
 * - `gone`: the reason is gone, or a person has decided
 */
export type AlertKind = "stands" | "grew" | "still" | "gone"

export interface Alert extends UnderAttention {
  kind: AlertKind
}

const hour = 3_600_000
/** An outage brings payment after payment: an hour of them is one message. */
const growsAfter = hour
const repeatsAfter = 24 * hour

const isSame = (one: UnderAttention, other: UnderAttention): boolean =>
  one.code === other.code && one.providerId === other.providerId

/** What people are to be told now. However many payments stand there for one reason, it is one alert. */
export function alertsDue(standing: readonly UnderAttention[], told: readonly Told[], now: Date): Alert[] {
  const free = told.filter(({ heldUntil }) => !heldUntil || heldUntil <= now)
  const held = told.filter((one) => !free.includes(one))
  const ofStanding = standing
    .filter((one) => !held.some((other) => isSame(one, other)))
    .flatMap((one) => {
      const kind = kindOf(
        one,
        free.find((other) => isSame(one, other)),
        now,
      )
      return kind ? [{ ...one, kind }] : []
    })
  const gone = free
    .filter((one) => one.toldAt !== null && !standing.some((other) => isSame(one, other)))
    .map(({ code, providerId, gateway, payments }) => ({
      code,
      providerId,
      gateway,
      payments,
      kind: "gone" as const,
    }))
  return [...ofStanding, ...gone]
}

function kindOf(standing: UnderAttention, told: Told | undefined, now: Date): AlertKind | undefined {
  if (!told?.toldAt) return "stands"
  const age = now.getTime() - told.toldAt.getTime()
  if (age >= repeatsAfter) return "still"
  return standing.payments > told.payments && age >= growsAfter ? "grew" : undefined
}

export type Language = keyof Names

/** What an alert says, in one language: a line, and what there is to do. */
export function alertText({ code, kind, gateway, providerId, payments }: Alert, language: Language) {
  const reason = attentionNames[code][language]
  const values = { gateway: titleOf(gateway), provider: providerId, payments: String(payments), reason }
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_, name: keyof typeof values) => values[name])
  return {
    title: fill(titles[kind][language]),
    description: fill(details[kind][language]),
  }
}

const titles: Readonly<Record<AlertKind, Names>> = {
  stands: {
    en: "{gateway}: {reason}",
    th: "{gateway}: {reason}",
    "zh-CN": "{gateway}：{reason}",
    "zh-TW": "{gateway}：{reason}",
  },
  grew: {
    en: "{gateway}, more payments: {reason}",
    th: "{gateway} มีรายการเพิ่ม: {reason}",
    "zh-CN": "{gateway} 又有新的支付：{reason}",
    "zh-TW": "{gateway} 又有新的付款：{reason}",
  },
  still: {
    en: "{gateway}, still open: {reason}",
    th: "{gateway} ยังไม่ได้จัดการ: {reason}",
    "zh-CN": "{gateway} 仍未处理：{reason}",
    "zh-TW": "{gateway} 仍未處理：{reason}",
  },
  gone: {
    en: "{gateway}, settled: {reason}",
    th: "{gateway} เรียบร้อยแล้ว: {reason}",
    "zh-CN": "{gateway} 已解决：{reason}",
    "zh-TW": "{gateway} 已解決：{reason}",
  },
}

const toLook: Names = {
  en: "Payments of {provider} that need attention for this reason: {payments}. Look at them under Gateway payments.",
  th: "จำนวนรายการของ {provider} ที่ต้องตรวจสอบด้วยเหตุผลนี้: {payments} ดูได้ที่เมนูการชำระเงินผ่านเกตเวย์",
  "zh-CN": "{provider} 因此需要处理的支付：{payments} 笔。请在“网关支付”中查看。",
  "zh-TW": "{provider} 因此需要處理的付款：{payments} 筆。請在「閘道付款」中查看。",
}

const details: Readonly<Record<AlertKind, Names>> = {
  stands: toLook,
  grew: toLook,
  still: toLook,
  gone: {
    en: "No payment of {provider} needs attention for this reason any more.",
    th: "ไม่มีรายการของ {provider} ที่ต้องตรวจสอบด้วยเหตุผลนี้แล้ว",
    "zh-CN": "{provider} 已没有因此需要处理的支付。",
    "zh-TW": "{provider} 已沒有因此需要處理的付款。",
  },
}
