import type { Language } from "./language"
import type { Refusal, Tried } from "./view"

/** What happened to what the shopper has just asked for. */
export const notices = ["not_opened", "busy", "unavailable", "too_many", "asking"] as const
export type Notice = (typeof notices)[number]

export interface Texts {
  title: string
  /** `{shop}` is filled in. */
  payTo: string
  choose: string
  other: string
  none: string
  tried: Record<Tried, string>
  notice: Record<Notice, string>
  /** What an earlier choice has left open. */
  earlier: string
  opening: string
  open: string
  /** `{method}` is filled in. */
  onwards: string
  scan: string
  code: string
  save: string
  /** `{time}` is filled in, as 14:59. */
  left: string
  waiting: string
  refresh: string
  paid: string
  paidText: string
  back: string
  refused: Record<Refusal | "unknown", { title: string; text: string }>
  problem: { title: string; text: string }
}

/** One language after the other, each whole: a page is in one of them. */
export const texts: Readonly<Record<Language, Texts>> = {
  en: {
    title: "Payment",
    payTo: "Pay {shop}",
    choose: "How would you like to pay?",
    other: "Pay another way",
    none: "None of this shop's ways to pay can be used for this amount. Please ask the shop.",
    tried: {
      failed: "The last payment did not go through, and nothing was paid by it. Please try again.",
      expired: "The time for the last payment has run out. Please start again.",
      returned:
        "An earlier payment arrived and could not be used. The shop returns it: please ask the shop before you pay again.",
    },
    notice: {
      not_opened: "The payment could not be opened. Please try again, or choose another way to pay.",
      busy: "This payment is being opened in another window. Please wait a moment.",
      unavailable: "This way to pay is not available here. Please choose another one.",
      too_many: "This payment has been started too often. Nothing more was opened; please ask the shop.",
      asking:
        "It is not known yet whether your last payment has arrived. Nothing new was opened: please wait a moment, and check again before you pay.",
    },
    earlier: "The code you opened before may still work. Do not pay with it: use only what is shown here.",
    opening: "The payment is being prepared. This takes a moment.",
    open: "Open {method}",
    onwards: "You are being taken to {method}. If nothing happens, press the button.",
    scan: "Scan this code with {method}.",
    code: "QR code for this payment",
    save: "Save the code",
    left: "Time left: {time}",
    waiting: "Waiting for your payment. This page changes as soon as it arrives.",
    refresh: "Check again",
    paid: "Paid",
    paidText: "Thank you. Your payment has arrived.",
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
    title: "付款",
    payTo: "向 {shop} 付款",
    choose: "请选择付款方式",
    other: "换一种付款方式",
    none: "此商店的付款方式都不能用于这一金额。请联系商店。",
    tried: {
      failed: "上一次付款没有成功，也没有扣款。请重试。",
      expired: "上一次付款已超时。请重新开始。",
      returned: "之前的一笔付款已到账，但无法使用，商店会退还。再次付款前请先联系商店。",
    },
    notice: {
      not_opened: "无法开始付款。请重试，或换一种付款方式。",
      busy: "此付款正在另一个窗口中打开。请稍候。",
      unavailable: "这种付款方式在此不可用。请选择其他方式。",
      too_many: "此付款已开始过太多次，没有再开始新的付款。请联系商店。",
      asking: "尚不清楚您上一次的付款是否已到账，因此没有开始新的付款。请稍候，付款前再次查看。",
    },
    earlier: "您之前打开的付款码可能仍然有效。请勿使用它付款，只使用本页显示的内容。",
    opening: "正在准备付款，请稍候。",
    open: "打开{method}",
    onwards: "正在前往{method}。如果没有反应，请点击按钮。",
    scan: "请用{method}扫描此二维码。",
    code: "此付款的二维码",
    save: "保存二维码",
    left: "剩余时间：{time}",
    waiting: "等待您付款。款项到账后，本页会自动更新。",
    refresh: "再次查看",
    paid: "已付款",
    paidText: "谢谢，您的付款已到账。",
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
    title: "付款",
    payTo: "向 {shop} 付款",
    choose: "請選擇付款方式",
    other: "換一種付款方式",
    none: "此商店的付款方式都不能用於這一金額。請聯絡商店。",
    tried: {
      failed: "上一次付款沒有成功，也沒有扣款。請重試。",
      expired: "上一次付款已逾時。請重新開始。",
      returned: "之前的一筆付款已到帳，但無法使用，商店會退還。再次付款前請先聯絡商店。",
    },
    notice: {
      not_opened: "無法開始付款。請重試，或換一種付款方式。",
      busy: "此付款正在另一個視窗中開啟。請稍候。",
      unavailable: "這種付款方式在此無法使用。請選擇其他方式。",
      too_many: "此付款已開始過太多次，沒有再開始新的付款。請聯絡商店。",
      asking: "尚不清楚您上一次的付款是否已到帳，因此沒有開始新的付款。請稍候，付款前再次查看。",
    },
    earlier: "您之前開啟的付款碼可能仍然有效。請勿使用它付款，只使用本頁顯示的內容。",
    opening: "正在準備付款，請稍候。",
    open: "開啟{method}",
    onwards: "正在前往{method}。如果沒有反應，請點選按鈕。",
    scan: "請用{method}掃描此二維碼。",
    code: "此付款的二維碼",
    save: "儲存二維碼",
    left: "剩餘時間：{time}",
    waiting: "等待您付款。款項到帳後，本頁會自動更新。",
    refresh: "再次查看",
    paid: "已付款",
    paidText: "謝謝，您的付款已到帳。",
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
    title: "ชำระเงิน",
    payTo: "ชำระเงินให้ {shop}",
    choose: "เลือกวิธีชำระเงิน",
    other: "ชำระด้วยวิธีอื่น",
    none: "วิธีชำระเงินของร้านนี้ใช้กับยอดนี้ไม่ได้ กรุณาติดต่อร้านค้า",
    tried: {
      failed: "การชำระเงินครั้งก่อนไม่สำเร็จ และไม่มีการหักเงิน กรุณาลองอีกครั้ง",
      expired: "การชำระเงินครั้งก่อนหมดเวลาแล้ว กรุณาเริ่มใหม่",
      returned: "การชำระเงินครั้งก่อนมาถึงแล้วแต่ใช้ไม่ได้ ร้านค้าจะคืนเงินให้ กรุณาติดต่อร้านค้าก่อนชำระอีกครั้ง",
    },
    notice: {
      not_opened: "เปิดการชำระเงินไม่ได้ กรุณาลองอีกครั้งหรือเลือกวิธีอื่น",
      busy: "กำลังเปิดการชำระเงินนี้ในอีกหน้าต่างหนึ่ง กรุณารอสักครู่",
      unavailable: "วิธีชำระเงินนี้ใช้ที่นี่ไม่ได้ กรุณาเลือกวิธีอื่น",
      too_many: "เริ่มการชำระเงินนี้บ่อยเกินไปแล้ว ระบบไม่ได้เปิดรายการใหม่ กรุณาติดต่อร้านค้า",
      asking: "ยังไม่ทราบว่าการชำระเงินครั้งก่อนมาถึงหรือไม่ จึงยังไม่เปิดรายการใหม่ กรุณารอสักครู่แล้วตรวจสอบอีกครั้งก่อนชำระ",
    },
    earlier: "รหัสที่เปิดไว้ก่อนหน้าอาจยังใช้ได้ อย่าชำระด้วยรหัสนั้น ให้ใช้เฉพาะที่แสดงในหน้านี้",
    opening: "กำลังเตรียมการชำระเงิน กรุณารอสักครู่",
    open: "เปิด {method}",
    onwards: "กำลังพาคุณไปยัง {method} หากไม่มีอะไรเกิดขึ้น กรุณากดปุ่ม",
    scan: "สแกนรหัสนี้ด้วย {method}",
    code: "คิวอาร์โค้ดสำหรับการชำระเงินนี้",
    save: "บันทึกคิวอาร์โค้ด",
    left: "เวลาที่เหลือ: {time}",
    waiting: "กำลังรอการชำระเงิน หน้านี้จะเปลี่ยนทันทีเมื่อได้รับเงิน",
    refresh: "ตรวจสอบอีกครั้ง",
    paid: "ชำระเงินแล้ว",
    paidText: "ขอบคุณ เราได้รับการชำระเงินของคุณแล้ว",
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
