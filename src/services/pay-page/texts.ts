import { shopperTexts, type ShopperTexts } from "../../core"
import type { Language } from "./language"
import type { Refusal } from "./view"

export interface Texts extends ShopperTexts {
  title: string
  /** `{shop}` is filled in. */
  payTo: string
  /** `{method}` is filled in. */
  onwards: string
  back: string
  refused: Record<Refusal | "unknown", { title: string; text: string }>
  problem: { title: string; text: string }
}

/** One language after the other, each whole: a page is in one of them. */
export const texts: Readonly<Record<Language, Texts>> = {
  en: {
    ...shopperTexts.en,
    title: "Payment",
    payTo: "Pay {shop}",
    onwards: "You are being taken to {method}. If nothing happens, press the button.",
    back: "Back to the shop",
    refused: {
      expired: {
        title: "This link has expired",
        text: "Nothing was paid by it. Please ask the shop for a new link.",
      },
      amount_changed: {
        title: "The amount has changed",
        text: "The order was changed after this link was made. Please ask the shop for a new link, or go back to the shop.",
      },
      order_canceled: {
        title: "This order is cancelled",
        text: "There is nothing to pay. If you have paid already, the shop returns it.",
      },
      nothing_owed: {
        title: "There is nothing to pay",
        text: "The shop asks for nothing here at the moment.",
      },
      gone: {
        title: "This payment is no longer wanted",
        text: "The shop does not ask for it any more. There is nothing to pay.",
      },
      unknown: {
        title: "This link does not work here",
        text: "Open the link that you were sent once more, as a whole and on this device. If that does not help, ask the shop for a new one.",
      },
    },
    problem: {
      title: "Something went wrong",
      text: "It is not known here whether your payment went on. Please load this page again before you pay.",
    },
  },
  "zh-CN": {
    ...shopperTexts["zh-CN"],
    title: "付款",
    payTo: "向 {shop} 付款",
    onwards: "正在前往{method}。如果没有反应，请点击按钮。",
    back: "返回商店",
    refused: {
      expired: { title: "此链接已过期", text: "没有通过此链接付款。请向商店索取新链接。" },
      amount_changed: {
        title: "金额已变更",
        text: "生成此链接后，订单有改动。请向商店索取新链接，或返回商店。",
      },
      order_canceled: { title: "此订单已取消", text: "无需付款。如果您已经付款，商店会退款。" },
      nothing_owed: { title: "无需付款", text: "商店目前没有要求在此付款。" },
      gone: { title: "不再需要此付款", text: "商店不再要求这笔付款，无需付款。" },
      unknown: {
        title: "此链接在这里无法使用",
        text: "请在本设备上重新完整地打开您收到的链接。如果仍然不行，请向商店索取新链接。",
      },
    },
    problem: { title: "出现问题", text: "目前不清楚您的付款是否继续。付款前请重新加载本页。" },
  },
  "zh-TW": {
    ...shopperTexts["zh-TW"],
    title: "付款",
    payTo: "向 {shop} 付款",
    onwards: "正在前往{method}。如果沒有反應，請點選按鈕。",
    back: "返回商店",
    refused: {
      expired: { title: "此連結已過期", text: "沒有透過此連結付款。請向商店索取新連結。" },
      amount_changed: {
        title: "金額已變更",
        text: "產生此連結後，訂單有變更。請向商店索取新連結，或返回商店。",
      },
      order_canceled: { title: "此訂單已取消", text: "無需付款。如果您已經付款，商店會退款。" },
      nothing_owed: { title: "無需付款", text: "商店目前沒有要求在此付款。" },
      gone: { title: "不再需要此付款", text: "商店不再要求這筆付款，無需付款。" },
      unknown: {
        title: "此連結在這裡無法使用",
        text: "請在本裝置上重新完整地開啟您收到的連結。如果仍然不行，請向商店索取新連結。",
      },
    },
    problem: { title: "發生問題", text: "目前不清楚您的付款是否繼續。付款前請重新載入本頁。" },
  },
  th: {
    ...shopperTexts.th,
    title: "ชำระเงิน",
    payTo: "ชำระเงินให้ {shop}",
    onwards: "กำลังพาคุณไปยัง {method} หากไม่มีอะไรเกิดขึ้น กรุณากดปุ่ม",
    back: "กลับไปที่ร้านค้า",
    refused: {
      expired: { title: "ลิงก์นี้หมดอายุแล้ว", text: "ไม่มีการชำระเงินผ่านลิงก์นี้ กรุณาขอลิงก์ใหม่จากร้านค้า" },
      amount_changed: {
        title: "ยอดเงินเปลี่ยนไปแล้ว",
        text: "คำสั่งซื้อถูกแก้ไขหลังจากสร้างลิงก์นี้ กรุณาขอลิงก์ใหม่จากร้านค้า หรือกลับไปที่ร้านค้า",
      },
      order_canceled: {
        title: "คำสั่งซื้อนี้ถูกยกเลิกแล้ว",
        text: "ไม่มียอดที่ต้องชำระ หากคุณชำระแล้ว ร้านค้าจะคืนเงินให้",
      },
      nothing_owed: { title: "ไม่มียอดที่ต้องชำระ", text: "ขณะนี้ร้านค้าไม่ได้เรียกเก็บเงินที่นี่" },
      gone: { title: "ไม่ต้องชำระรายการนี้แล้ว", text: "ร้านค้าไม่ได้เรียกเก็บรายการนี้อีก ไม่มียอดที่ต้องชำระ" },
      unknown: {
        title: "ลิงก์นี้ใช้ที่นี่ไม่ได้",
        text: "กรุณาเปิดลิงก์ที่ได้รับทั้งหมดอีกครั้งบนอุปกรณ์นี้ หากยังไม่ได้ ให้ขอลิงก์ใหม่จากร้านค้า",
      },
    },
    problem: { title: "เกิดข้อผิดพลาด", text: "ยังไม่ทราบว่าการชำระเงินดำเนินต่อหรือไม่ กรุณาโหลดหน้านี้ใหม่ก่อนชำระเงิน" },
  },
}
