import type { Envelope } from "../exchange"
import { failData, infoEnvelope, walletData, walletEnvelope } from "./answers"
import { channels, takes } from "./channels"
import type { KsherContext } from "./link-calls"
import { resultOf } from "./orders"
import { WalletRefusal } from "./refusal"
import { orderComplaint } from "./requests"
import { ksherShopper } from "./shopper"
import { makeNative, refuseKnownNumber } from "./wallet-calls"

/**
 * The payer's code is read at the counter. It is paid at once; a code that ends with 0 is one whose payer still has to confirm,
 * by `finish`. Where no channel is named, Ksher finds it by the code; here it is the first that takes the currency.
 */
export function quickPay({ world, merchant, fields, version }: KsherContext): Envelope {
  const channel = fields.channel || detected(fields.fee_type ?? "", merchant.channels)
  const wrong = orderComplaint(fields, [channel], "native", merchant, world.quirks.ksher)
  if (wrong) throw new WalletRefusal("KSHER_INVALID_PARAM", wrong)
  refuseKnownNumber(world, fields)

  const order = makeNative(world, fields, channel)
  const nonce = fields.nonce_str ?? ""
  const waits = (fields.auth_code ?? "").endsWith("0")
  ksherShopper.pay(world, order, { channel, ...(waits && { inProgress: true }) })
  if (waits) {
    const { gatewayOrderNo: ksher_order_no, merchantOrderNo: mch_order_no } = order
    const data = failData("PAYMENT_IN_PROCESS", "payment in process", nonce, "NOTSURE")
    return walletEnvelope(world, { ...data, ksher_order_no, mch_order_no }, version)
  }
  const data = walletData(world, order, resultOf(world, order), nonce)
  return walletEnvelope(world, { ...data, operation: "QUICK-PAY" }, version)
}

const detected = (feeType: string, opened: readonly string[] | undefined): string =>
  (opened ?? [...channels.keys()]).find(
    (name) => channels.get(name)?.native && takes(name, feeType, "native"),
  ) ?? ""

/** What an account may do, as in the one signed message that is known. What it tells of people and banks is made up here. */
export function merchantInfo({ world, merchant, fields, version }: KsherContext): Envelope {
  const feeType = merchant.feeTypes[0] ?? ""
  const data = {
    account_type: merchant.accountType,
    allow_partial_refund: merchant.allowPartialRefund ? "Y" : "N",
    allow_remote_pay: "Y",
    bank_info: {
      swift_code: "SANDTHBK",
      account_name: "PRIVATE ACCOUNT NAME",
      bank_name: "PRIVATE BANK",
      account_id: "PRIVATE-0000000000",
    },
    business_mode: "online",
    contact: "PRIVATE CONTACT",
    country_support_channel: [...channels.keys()],
    is_master_mch: "N",
    mch_appid: merchant.appid,
    mch_id: merchant.appid.replace(/\D/g, ""),
    mch_name: { mch_brief_name: "PRIVATE SHOP", merchant_name: "PRIVATE SHOP" },
    mch_notify_url: merchant.registeredNotifyUrl,
    mch_support_channel: (merchant.channels ?? [...channels.keys()]).map((name) => ({
      pay_channel: name,
      single_order_limit: merchant.limits[name]?.order ?? -1,
      day_sum_limit: merchant.limits[name]?.day ?? -1,
      settlement_time_type: "T+1",
    })),
    mobile: "PRIVATE-MOBILE",
    nonce_str: fields.nonce_str,
    price_fee_type: feeType,
    settlement_fee_type: feeType,
    time_zone: `${merchant.utcOffset < 0 ? "-" : "+"}${String(Math.abs(merchant.utcOffset)).padStart(2, "0")}:00`,
  }
  return infoEnvelope(world, data, version)
}
