import type { Names, ReceiverProblem } from "../../core"

type Language = keyof Names

/** What the page says, one language after the other. `{shop}`, `{amount}`, `{account}` are filled in. */
export interface RefundTexts {
  title: string
  heading: string
  who: string
  whoLabel: string
  go: string
  wrong: string
  amount: string
  where: string
  kinds: Record<"mobile" | "national_id" | "bank", string>
  kind: string
  number: string
  bank: string
  chooseBank: string
  look: string
  problems: Record<ReceiverProblem, string>
  check: string
  checkText: string
  confirm: string
  change: string
  done: string
  doneText: string
  over: { title: string; text: string }
  unknown: { title: string; text: string }
  problem: { title: string; text: string }
}

export const refundTexts: Readonly<Record<Language, RefundTexts>> = {
  en: {
    title: "Refund",
    heading: "Refund from {shop}",
    who: "So that nobody else gets your money, please enter the e-mail address or phone number that you ordered with.",
    whoLabel: "E-mail address or phone number of the order",
    go: "Continue",
    wrong: "That does not match. Please check it and try again.",
    amount: "{amount} is returned to you.",
    where: "Where may the money go?",
    kinds: {
      mobile: "PromptPay: mobile number",
      national_id: "PromptPay: citizen or tax ID",
      bank: "Bank account",
    },
    kind: "How",
    number: "Number",
    bank: "Bank (for a bank account only)",
    chooseBank: "Choose the bank",
    look: "Look it over",
    problems: {
      mobile: "This is not a Thai mobile number of ten digits.",
      national_id: "This is not a citizen or tax ID: please check its thirteen digits.",
      bank: "Please choose the bank of the account.",
      account: "This is not an account number of that bank: please check its digits.",
    },
    check: "Is this right?",
    checkText: "{amount} is sent to {account}. What has been sent to a wrong account cannot be taken back.",
    confirm: "Yes, send it there",
    change: "No, change it",
    done: "Thank you",
    doneText:
      "Your account has been noted. The money is sent to it, as a rule within minutes. You can close this page.",
    over: {
      title: "This link is no longer in use",
      text: "An account has been named already, the link has expired, or it was locked. If you still wait for money, please ask the shop for a new link.",
    },
    unknown: {
      title: "This link does not work here",
      text: "Open the link that you were sent once more, as a whole and on this device. If that does not help, ask the shop for a new one.",
    },
    problem: {
      title: "Something went wrong",
      text: "It is not known here whether your account was noted. Please open the link once more in a moment.",
    },
  },
  "zh-CN": {
    title: "退款",
    heading: "{shop} 的退款",
    who: "为确保款项不会退给他人，请输入您下单时使用的电子邮箱或电话号码。",
    whoLabel: "订单的电子邮箱或电话号码",
    go: "继续",
    wrong: "信息不符。请检查后重试。",
    amount: "将退还给您 {amount}。",
    where: "款项退到哪里？",
    kinds: { mobile: "PromptPay：手机号码", national_id: "PromptPay：身份证号或税号", bank: "银行账户" },
    kind: "方式",
    number: "号码",
    bank: "银行（仅银行账户需要）",
    chooseBank: "选择银行",
    look: "核对",
    problems: {
      mobile: "这不是十位数的泰国手机号码。",
      national_id: "这不是有效的身份证号或税号：请检查十三位数字。",
      bank: "请选择账户所属的银行。",
      account: "这不是该银行的账号：请检查数字。",
    },
    check: "是否正确？",
    checkText: "{amount} 将汇至 {account}。汇错账户的款项无法追回。",
    confirm: "正确，汇到这里",
    change: "不对，修改",
    done: "谢谢",
    doneText: "您的账户已记录。款项通常会在几分钟内汇出。您可以关闭本页。",
    over: {
      title: "此链接已不再使用",
      text: "已经填写过账户、链接已过期或已锁定。如果您仍在等待退款，请向商店索取新链接。",
    },
    unknown: {
      title: "此链接在这里无法使用",
      text: "请在本设备上重新完整地打开您收到的链接。如果仍然不行，请向商店索取新链接。",
    },
    problem: { title: "出现问题", text: "目前不清楚您的账户是否已记录。请稍后重新打开链接。" },
  },
  "zh-TW": {
    title: "退款",
    heading: "{shop} 的退款",
    who: "為確保款項不會退給他人，請輸入您下單時使用的電子郵件或電話號碼。",
    whoLabel: "訂單的電子郵件或電話號碼",
    go: "繼續",
    wrong: "資料不符。請檢查後重試。",
    amount: "將退還給您 {amount}。",
    where: "款項退到哪裡？",
    kinds: { mobile: "PromptPay：手機號碼", national_id: "PromptPay：身分證號或稅號", bank: "銀行帳戶" },
    kind: "方式",
    number: "號碼",
    bank: "銀行（僅銀行帳戶需要）",
    chooseBank: "選擇銀行",
    look: "核對",
    problems: {
      mobile: "這不是十位數的泰國手機號碼。",
      national_id: "這不是有效的身分證號或稅號：請檢查十三位數字。",
      bank: "請選擇帳戶所屬的銀行。",
      account: "這不是該銀行的帳號：請檢查數字。",
    },
    check: "是否正確？",
    checkText: "{amount} 將匯至 {account}。匯錯帳戶的款項無法追回。",
    confirm: "正確，匯到這裡",
    change: "不對，修改",
    done: "謝謝",
    doneText: "您的帳戶已記錄。款項通常會在幾分鐘內匯出。您可以關閉本頁。",
    over: {
      title: "此連結已不再使用",
      text: "已經填寫過帳戶、連結已過期或已鎖定。如果您仍在等待退款，請向商店索取新連結。",
    },
    unknown: {
      title: "此連結在這裡無法使用",
      text: "請在本裝置上重新完整地開啟您收到的連結。如果仍然不行，請向商店索取新連結。",
    },
    problem: { title: "發生問題", text: "目前不清楚您的帳戶是否已記錄。請稍後重新開啟連結。" },
  },
  th: {
    title: "คืนเงิน",
    heading: "เงินคืนจาก {shop}",
    who: "เพื่อไม่ให้ผู้อื่นได้รับเงินของคุณ กรุณากรอกอีเมลหรือหมายเลขโทรศัพท์ที่ใช้สั่งซื้อ",
    whoLabel: "อีเมลหรือหมายเลขโทรศัพท์ของคำสั่งซื้อ",
    go: "ดำเนินการต่อ",
    wrong: "ข้อมูลไม่ตรงกัน กรุณาตรวจสอบแล้วลองอีกครั้ง",
    amount: "คุณจะได้รับเงินคืน {amount}",
    where: "ให้โอนเงินไปที่ใด",
    kinds: {
      mobile: "พร้อมเพย์: หมายเลขโทรศัพท์มือถือ",
      national_id: "พร้อมเพย์: เลขประจำตัวประชาชนหรือเลขผู้เสียภาษี",
      bank: "บัญชีธนาคาร",
    },
    kind: "วิธีรับเงิน",
    number: "หมายเลข",
    bank: "ธนาคาร (เฉพาะบัญชีธนาคาร)",
    chooseBank: "เลือกธนาคาร",
    look: "ตรวจสอบ",
    problems: {
      mobile: "ไม่ใช่หมายเลขโทรศัพท์มือถือไทย 10 หลัก",
      national_id: "ไม่ใช่เลขประจำตัวประชาชนหรือเลขผู้เสียภาษี กรุณาตรวจสอบทั้ง 13 หลัก",
      bank: "กรุณาเลือกธนาคารของบัญชี",
      account: "ไม่ใช่เลขที่บัญชีของธนาคารนี้ กรุณาตรวจสอบตัวเลข",
    },
    check: "ถูกต้องหรือไม่",
    checkText: "จะโอน {amount} ไปยัง {account} เงินที่โอนไปผิดบัญชีไม่สามารถเรียกคืนได้",
    confirm: "ถูกต้อง โอนไปที่นี่",
    change: "ไม่ถูกต้อง แก้ไข",
    done: "ขอบคุณ",
    doneText: "บันทึกบัญชีของคุณแล้ว โดยปกติเงินจะถูกโอนภายในไม่กี่นาที คุณปิดหน้านี้ได้",
    over: {
      title: "ลิงก์นี้ใช้ไม่ได้แล้ว",
      text: "มีการแจ้งบัญชีแล้ว ลิงก์หมดอายุ หรือถูกล็อก หากคุณยังรอเงินคืน กรุณาขอลิงก์ใหม่จากร้านค้า",
    },
    unknown: {
      title: "ลิงก์นี้ใช้ที่นี่ไม่ได้",
      text: "กรุณาเปิดลิงก์ที่ได้รับทั้งหมดอีกครั้งบนอุปกรณ์นี้ หากยังไม่ได้ ให้ขอลิงก์ใหม่จากร้านค้า",
    },
    problem: { title: "เกิดข้อผิดพลาด", text: "ยังไม่ทราบว่าบันทึกบัญชีของคุณแล้วหรือไม่ กรุณาเปิดลิงก์อีกครั้งในอีกสักครู่" },
  },
}
