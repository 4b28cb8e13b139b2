import type { AttentionCode } from "./attention"
import type { Names } from "./ways"

const names = (en: string, th: string, simplified: string, traditional: string): Names => ({
  en,
  th,
  "zh-CN": simplified,
  "zh-TW": traditional,
})

/** Why a person must look, as the heading of it: on a page, and in what is sent to people. The one table of these. */
export const attentionNames: Readonly<Record<AttentionCode, Names>> = {
  amount_mismatch: names(
    "The gateway names another amount or currency",
    "เกตเวย์แจ้งจำนวนเงินหรือสกุลเงินไม่ตรงกัน",
    "网关所报的金额或币种不同",
    "閘道所報的金額或幣別不同",
  ),
  qr_mismatch: names(
    "The QR code names something else than the payment",
    "QR code ระบุข้อมูลไม่ตรงกับการชำระเงิน",
    "二维码的内容与这笔支付不符",
    "二維碼的內容與這筆付款不符",
  ),
  contradiction: names(
    "The gateway contradicts itself",
    "เกตเวย์ให้ข้อมูลขัดแย้งกัน",
    "网关前后说法矛盾",
    "閘道前後說法矛盾",
  ),
  not_captured: names(
    "Paid, but Medusa has not completed the cart",
    "ชำระแล้ว แต่ Medusa ยังไม่ได้ปิดตะกร้าสินค้า",
    "已付款，但 Medusa 尚未完成购物车",
    "已付款，但 Medusa 尚未完成購物車",
  ),
  close_failed: names(
    "The unpaid payment could not be closed",
    "ปิดรายการที่ยังไม่ชำระไม่ได้",
    "尚未付款的交易无法关闭",
    "尚未付款的交易無法關閉",
  ),
  qr_stays_open: names(
    "The QR code cannot be closed",
    "ปิดคิวอาร์โค้ดไม่ได้",
    "二维码无法关闭",
    "QR Code 無法關閉",
  ),
  refund_unknown: names(
    "It is not known whether a refund went through",
    "ยังไม่ทราบว่าคืนเงินสำเร็จหรือไม่",
    "尚不清楚退款是否成功",
    "尚不清楚退款是否成功",
  ),
  refund_refused: names(
    "The gateway refused a refund",
    "เกตเวย์ปฏิเสธการคืนเงิน",
    "网关拒绝了退款",
    "閘道拒絕了退款",
  ),
  refund_unsupported: names(
    "This channel cannot refund",
    "ช่องทางนี้คืนเงินไม่ได้",
    "此渠道不能退款",
    "此管道不能退款",
  ),
  late_held: names(
    "Money came in after the payment was given up",
    "มีเงินเข้ามาหลังจากเลิกรายการแล้ว",
    "放弃支付之后又收到了款项",
    "放棄付款之後又收到款項",
  ),
  outside_unclear: names(
    "Refunded outside this shop, amount unknown",
    "มีการคืนเงินนอกร้านนี้ ไม่ทราบจำนวน",
    "在本店之外退款，金额不明",
    "在本店之外退款，金額不明",
  ),
  books_differ: names(
    "The gateway's books and Medusa's differ",
    "บัญชีของเกตเวย์กับ Medusa ไม่ตรงกัน",
    "网关的账目与 Medusa 不一致",
    "閘道的帳目與 Medusa 不一致",
  ),
  unanswered: names(
    "The gateway has not answered for a day",
    "เกตเวย์ไม่ตอบมาหนึ่งวันแล้ว",
    "网关已有一天没有答复",
    "閘道已有一天沒有回覆",
  ),
  no_order: names(
    "Paid, but there is no order",
    "ชำระแล้ว แต่ไม่มีคำสั่งซื้อ",
    "已付款，但没有订单",
    "已付款，但沒有訂單",
  ),
  account_changed: names(
    "The shop's account at the gateway has changed",
    "บัญชีของร้านที่เกตเวย์ถูกเปลี่ยน",
    "商店在网关的账户已更换",
    "商店在閘道的帳戶已更換",
  ),
  entry_removed: names(
    "Its provider entry is no longer configured",
    "รายการผู้ให้บริการของการชำระเงินนี้ถูกนำออกแล้ว",
    "对应的支付提供商条目已被移除",
    "對應的付款服務項目已被移除",
  ),
  order_changing: names(
    "A refund waits for an open change of the order",
    "การคืนเงินกำลังรอการเปลี่ยนแปลงคำสั่งซื้อที่ยังเปิดอยู่",
    "一笔退款在等待订单的未结修改",
    "一筆退款在等待訂單的未結修改",
  ),
  cancel_unfinished: names(
    "A cancel is not finished",
    "การยกเลิกคำสั่งซื้อยังไม่เสร็จ",
    "订单取消尚未完成",
    "訂單取消尚未完成",
  ),
  notification_failed: names(
    "A notification could not be acted on",
    "มีการแจ้งเตือนจากเกตเวย์ที่ดำเนินการไม่สำเร็จ",
    "有一条通知未能处理",
    "有一則通知未能處理",
  ),
  payout_waits: names(
    "A refund to the shopper's account waits",
    "การคืนเงินเข้าบัญชีของผู้ซื้อกำลังรออยู่",
    "退至顾客账户的款项在等待处理",
    "退至顧客帳戶的款項在等待處理",
  ),
}
