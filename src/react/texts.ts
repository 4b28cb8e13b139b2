import { shopperTexts, type ShopperTexts } from "../core/shopper-texts"
import type { UnavailableReason } from "../core/methods"
import type { Names } from "../core/ways"
import type { Step } from "./step"

export type Language = keyof Names

/** Every sentence of the components. Any of them can be replaced. */
export interface Texts extends ShopperTexts {
  loading: string
  pay: string
  again: string
  partReturned: string
  returned: string
  late: string
  reason: Record<UnavailableReason, string>
  /** By code; `other` for every code without a sentence of its own. */
  error: Record<"unreachable" | "not_completed" | "nothing_owed" | "payment_unknown" | "other", string>
}

type Own = Omit<Texts, keyof ShopperTexts>

const own: Readonly<Record<Language, Own>> = {
  en: {
    loading: "Looking at your payment.",
    pay: "Pay",
    again: "Try again",
    partReturned: "Part of your money is on its way back to you.",
    returned: "Your money is on its way back to you.",
    late: "Your payment arrived too late to be used. The shop returns it: please ask the shop before you pay again.",
    reason: {
      other_currency: "Not for this currency",
      not_on_account: "Not available in this shop",
      below_minimum: "The amount is too small",
      above_limit: "The amount is too large",
      phone_only: "Only on a phone",
    },
    error: {
      unreachable:
        "The shop cannot be reached at the moment. This page goes on asking: please do not pay again.",
      not_completed: "You have paid. The order is still being made: please wait, and do not pay again.",
      nothing_owed: "There is nothing to pay. Please load this page again.",
      payment_unknown: "This payment is not known here. Please start again.",
      other: "The payment could not be opened, and nothing was paid. Please try again.",
    },
  },
  "zh-CN": {
    loading: "正在查看您的付款。",
    pay: "付款",
    again: "重试",
    partReturned: "部分款项正在退回给您。",
    returned: "款项正在退回给您。",
    late: "您的付款到账太晚，无法使用，商店会退还。再次付款前请先联系商店。",
    reason: {
      other_currency: "不支持此币种",
      not_on_account: "此商店未开通",
      below_minimum: "金额太小",
      above_limit: "金额太大",
      phone_only: "仅限手机",
    },
    error: {
      unreachable: "暂时无法连接商店，本页会继续查询。请勿重复付款。",
      not_completed: "您已付款，订单仍在生成。请稍候，不要重复付款。",
      nothing_owed: "无需付款。请重新加载本页。",
      payment_unknown: "此处没有这笔付款。请重新开始。",
      other: "无法开始付款，也没有扣款。请重试。",
    },
  },
  "zh-TW": {
    loading: "正在查看您的付款。",
    pay: "付款",
    again: "重試",
    partReturned: "部分款項正在退回給您。",
    returned: "款項正在退回給您。",
    late: "您的付款到帳太晚，無法使用，商店會退還。再次付款前請先聯絡商店。",
    reason: {
      other_currency: "不支援此幣別",
      not_on_account: "此商店未開通",
      below_minimum: "金額太小",
      above_limit: "金額太大",
      phone_only: "僅限手機",
    },
    error: {
      unreachable: "暫時無法連線到商店，本頁會繼續查詢。請勿重複付款。",
      not_completed: "您已付款，訂單仍在建立。請稍候，不要重複付款。",
      nothing_owed: "無需付款。請重新載入本頁。",
      payment_unknown: "此處沒有這筆付款。請重新開始。",
      other: "無法開始付款，也沒有扣款。請重試。",
    },
  },
  th: {
    loading: "กำลังตรวจสอบการชำระเงินของคุณ",
    pay: "ชำระเงิน",
    again: "ลองอีกครั้ง",
    partReturned: "กำลังคืนเงินบางส่วนให้คุณ",
    returned: "กำลังคืนเงินให้คุณ",
    late: "การชำระเงินมาถึงช้าเกินไปจึงใช้ไม่ได้ ร้านค้าจะคืนเงินให้ กรุณาติดต่อร้านค้าก่อนชำระอีกครั้ง",
    reason: {
      other_currency: "ไม่รองรับสกุลเงินนี้",
      not_on_account: "ร้านนี้ไม่เปิดใช้",
      below_minimum: "ยอดน้อยเกินไป",
      above_limit: "ยอดสูงเกินไป",
      phone_only: "ใช้ได้บนโทรศัพท์เท่านั้น",
    },
    error: {
      unreachable: "ขณะนี้ติดต่อร้านค้าไม่ได้ หน้านี้จะตรวจสอบต่อไป กรุณาอย่าชำระเงินซ้ำ",
      not_completed: "คุณชำระเงินแล้ว ระบบกำลังสร้างคำสั่งซื้อ กรุณารอสักครู่และอย่าชำระเงินซ้ำ",
      nothing_owed: "ไม่มียอดที่ต้องชำระ กรุณาโหลดหน้านี้ใหม่",
      payment_unknown: "ไม่พบการชำระเงินนี้ กรุณาเริ่มใหม่",
      other: "เปิดการชำระเงินไม่ได้ และไม่มีการหักเงิน กรุณาลองอีกครั้ง",
    },
  },
}

/** Replacements of some sentences; those in groups one by one. */
export type SomeTexts = Partial<Omit<Texts, Groups>> & { [Group in Groups]?: Partial<Texts[Group]> }
type Groups = "tried" | "notice" | "reason" | "error"

export function textsOf(language: Language, replaced: SomeTexts = {}): Texts {
  const whole = { ...shopperTexts[language], ...own[language] }
  const { tried, notice, reason, error } = whole
  return {
    ...whole,
    ...replaced,
    tried: { ...tried, ...replaced.tried },
    notice: { ...notice, ...replaced.notice },
    reason: { ...reason, ...replaced.reason },
    error: { ...error, ...replaced.error },
  }
}

/** What a shopper reads at a step. */
export function sentenceOf(step: Step, texts: Texts): string {
  switch (step) {
    case "none":
    case "choose":
      return texts.choose
    case "loading":
      return texts.loading
    case "opening":
      return texts.opening
    case "pay":
      return texts.waiting
    case "failed":
      return texts.tried.failed
    case "expired":
      return texts.tried.expired
    case "paid":
      return texts.paidText
    case "part_returned":
      return texts.partReturned
    case "returned":
      return texts.returned
    case "late":
      return texts.late
  }
}

/** Codes that say the same to a shopper as one of the pay page's notices. */
const noticeOf: Readonly<Record<string, keyof Texts["notice"]>> = {
  busy: "busy",
  not_confirmed: "asking",
  channel_unknown: "unavailable",
  amount_too_small: "unavailable",
  currency_unsupported: "unavailable",
}

export function errorOf(code: string, texts: Texts): string {
  const notice = noticeOf[code]
  if (notice) return texts.notice[notice]
  return code in texts.error ? texts.error[code as keyof Texts["error"]] : texts.error.other
}
