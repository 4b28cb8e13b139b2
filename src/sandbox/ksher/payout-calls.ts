import { wallClock } from "../clock"
import { SandboxError } from "../errors"
import type { Envelope } from "../exchange"
import type { World } from "../world"
import { failData, walletEnvelope, type Data } from "./answers"
import type { KsherContext } from "./link-calls"
import { changeKsherMerchant, type KsherMerchant } from "./merchants"
import { makeKsherNo } from "./orders"
import { WalletRefusal } from "./refusal"
import type { Fields } from "./requests"

/** One payout that Ksher has taken in. */
export interface Payout {
  appid: string
  no: string
  gatewayNo: string
  /** Minor units. */
  amount: number
  fee: number
  receiverType: string
  receiverNo: string
  bankCode: string
  /** in_progress: the money is on its way; created: nothing ever comes of it. */
  state: "success" | "in_progress" | "created" | "failed"
  at: number
}

export function getPayoutBalance({ world, merchant, fields, version }: KsherContext): Envelope {
  const balance = contractOf(merchant)
  if (fields.fee_type !== "THB") throw new WalletRefusal("KSHER_INVALID_PARAM", "fee_type must be THB")
  const data = { appid: merchant.appid, balance, nonce_str: fields.nonce_str, result: "SUCCESS" }
  return walletEnvelope(world, data, version)
}

const contractOf = ({ payoutBalance }: KsherMerchant): number => {
  if (payoutBalance === null)
    throw new WalletRefusal("KSHER_CHANNEL_NOT_SUPPORTED", "channel payout is not opened")
  return payoutBalance
}

export function payout(context: KsherContext): Envelope {
  const { world, merchant, fields, version } = context
  const balance = contractOf(merchant)
  const wrong =
    complaintOf(fields) ?? (isClosed(world) ? "payouts are closed from 02:30 to 03:00" : undefined)
  if (wrong) throw new WalletRefusal("KSHER_INVALID_PARAM", wrong)
  const known = findPayout(world, merchant.appid, fields.mch_order_no ?? "")
  const repeats = world.quirks.ksher.repeatedPayout
  if (known && repeats === "refused")
    throw new WalletRefusal("KSHER_ORDER_EXISTS", "mch_order_no has been used")
  const made = known && repeats === "same_success" ? known : makePayout(context, balance)
  const nonce = fields.nonce_str ?? ""
  return walletEnvelope(world, made.state === "success" ? payoutData(made, nonce) : unsure(nonce), version)
}

const unsure = (nonce: string): Data =>
  failData("KSHER_SYSTEMERROR", "ksher system error. please retry.", nonce, "NOTSURE")

function makePayout({ world, merchant, fields }: KsherContext, balance: number): Payout {
  const outcome = world.outcomes.next("ksher", "payout")
  const amount = Number(fields.total_fee)
  const { appid, payoutFee: fee } = merchant
  if (outcome === "insufficient_balance" || balance < amount + fee)
    throw new WalletRefusal("KSHER_BALANCE_NOT_ENOUGH", "payout balance is not enough")
  if (outcome === "fail") throw new WalletRefusal("KSHER_RECEIVER_INVALID", "receiver does not exist")
  const made: Payout = {
    appid,
    no: fields.mch_order_no ?? "",
    gatewayNo: makeKsherNo(world, appid),
    amount,
    fee,
    receiverType: fields.receiver_type ?? "",
    receiverNo: fields.receiver_no ?? "",
    bankCode: fields.receiver_bank_code ?? "",
    state: outcome,
    at: world.clock.now(),
  }
  world.payouts.push(made)
  if (outcome !== "created") changeKsherMerchant(world, appid, { payoutBalance: balance - amount - fee })
  return made
}

function complaintOf(fields: Fields): string | undefined {
  const {
    fee_type: feeType,
    channel,
    receiver_type: type = "",
    receiver_no: no = "",
    receiver_bank_code: bank,
  } = fields
  if (feeType !== "THB") return "fee_type must be THB"
  if (channel !== "payout") return "channel must be payout"
  if (Number(fields.total_fee) > 200_000_000) return "total_fee is above the maximum"
  if ((type === "BANK") !== Boolean(bank)) return "receiver_bank_code belongs to BANK"
  const form = forms[type]
  if (!form) return "receiver_type is wrong"
  return form.test(no) && (!bank || /^\d{3}$/.test(bank)) ? undefined : "receiver_no is wrong"
}

const forms: Readonly<Record<string, RegExp>> = {
  BANK: /^\d{10,15}$/,
  PROMPTPAY_NATID: /^\d{13}$/,
  PROMPTPAY_MSISDN: /^0\d{9}$/,
}

/** In Thailand, whatever the merchant's zone. */
function isClosed({ clock }: World): boolean {
  const time = wallClock(clock.now(), 7).slice(11, 16)
  return time >= "02:30" && time < "03:00"
}

const findPayout = (world: World, appid: string, no: string): Payout | undefined =>
  world.payouts.find((each) => each.appid === appid && each.no === no)

const payoutData = (made: Payout, nonce: string): Data => ({
  appid: made.appid,
  channel_order_no: made.gatewayNo.slice(3),
  ksher_order_no: made.gatewayNo,
  mch_order_no: made.no,
  mdr: made.fee,
  nonce_str: nonce,
  receiver_name: "PRIVATE RECEIVER NAME",
  result: "SUCCESS",
  total_fee: made.amount,
  trade_type: "PAYOUT",
})

export function orderQueryPayout({ world, merchant, fields, version }: KsherContext): Envelope {
  contractOf(merchant)
  const found = findPayout(world, merchant.appid, fields.mch_order_no ?? "")
  const { pendingPayoutQueriesAs: pending, payoutTotalFee } = world.quirks.ksher
  const isUnderWay = found?.state === "in_progress" || found?.state === "created"
  if (!found || found.state === "failed" || (isUnderWay && pending === "absent"))
    throw new WalletRefusal("KSHER_INVALID_ORDER_NO", "order not exist")
  const nonce = fields.nonce_str ?? ""
  if (isUnderWay)
    return walletEnvelope(world, { ...failData("", "", nonce, pending), appid: found.appid }, version)
  const data = {
    ...payoutData(found, nonce),
    channel: "payout",
    fee_type: "THB",
    operation: "ORDER-QUERY",
    raw_total_fee: found.amount,
    time_end: wallClock(found.at, merchant.utcOffset).slice(0, 19).replace("T", " "),
    total_fee: payoutTotalFee === "amount" ? found.amount : found.amount + found.fee,
  }
  return walletEnvelope(world, data, version)
}

/** Ends a payout under way; what failed goes back to the balance. */
export function settlePayout(world: World, no: string, outcome: "success" | "fail"): Payout {
  const found = world.payouts.find(
    (each) => each.no === no && each.state !== "success" && each.state !== "failed",
  )
  if (!found) throw new SandboxError(`The sandbox has no payout ${no} under way.`)
  const merchant = world.ksherMerchants.get(found.appid)
  const held = found.state === "in_progress" ? found.amount + found.fee : 0
  const taken = outcome === "success" ? found.amount + found.fee : 0
  if (merchant?.payoutBalance != null)
    changeKsherMerchant(world, found.appid, { payoutBalance: merchant.payoutBalance + held - taken })
  found.state = outcome === "success" ? "success" : "failed"
  return { ...found }
}
