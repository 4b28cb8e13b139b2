import {
  refusedHere,
  succeeded,
  unknown,
  type Money,
  readReceiver,
  type PayoutOrder,
  type PayoutRecord,
  type Receiver,
  type Refused,
  type ShopperPayouts,
} from "../../core"
import { andThen, isNumber, type Answer } from "../transport"
import type { KsherClient, PayoutRequest } from "./client"
import type { KsherPayoutOrder } from "./schema"

const currency = "thb"

/** 2,000,000 baht. Source: payout.html. */
const most = 2_000_000_00

/** Ksher's payouts, through its client. At which hours none is sent, whoever sends them decides: `isQuiet`. */
export const payoutsBy = (client: KsherClient, longestNumber: number): ShopperPayouts => ({
  currency,
  most,
  absentCode: "KSHER_INVALID_ORDER_NO",

  async balance() {
    const answer = await client.getPayoutBalance({ fee_type: currency.toUpperCase() })
    return andThen(answer, ({ balance }) => succeeded(balance))
  },

  async send({ number, amount, receiver }) {
    const problem = problemOf({ number, amount, receiver }, longestNumber)
    if (problem) return problem
    const answer = await client.payout({
      mch_order_no: number,
      total_fee: amount.minor,
      fee_type: currency.toUpperCase(),
      ...receiverFields(receiver),
    })
    return andThen(answer, ({ ksher_order_no, mdr = null }) =>
      succeeded<PayoutRecord>({ gatewayNo: ksher_order_no, fee: mdr }),
    )
  },

  async query({ number, amount }) {
    return andThen(await client.orderQueryPayout({ mch_order_no: number }), (found) =>
      recordOf(found, amount),
    )
  },
})

/** Why a payout cannot be asked for, before anything is sent. */
function problemOf({ number, amount, receiver }: PayoutOrder, longestNumber: number): Refused | undefined {
  if (!isNumber(number, longestNumber))
    return refusedHere("invalid", `A Ksher payout number has 1 to ${longestNumber} characters.`)
  const { minor } = amount
  if (amount.currency !== currency || !Number.isSafeInteger(minor) || minor < 1 || minor > most)
    return refusedHere("invalid", "A Ksher payout is of baht, more than nothing and at most 2,000,000.")
  if ("problem" in readReceiver(receiver))
    return refusedHere("invalid", "The receiver is no Thai account, and no PromptPay of a mobile or an id.")
  return undefined
}

type ReceiverFields = Pick<PayoutRequest, "receiver_type" | "receiver_no" | "receiver_bank_code">

function receiverFields(receiver: Receiver): ReceiverFields {
  switch (receiver.type) {
    case "mobile":
      return { receiver_type: "PROMPTPAY_MSISDN", receiver_no: receiver.number }
    case "national_id":
      return { receiver_type: "PROMPTPAY_NATID", receiver_no: receiver.number }
    case "bank":
      return { receiver_type: "BANK", receiver_no: receiver.number, receiver_bank_code: receiver.bank }
  }
}

/** Whether the fee is part of `total_fee` is not documented: one of the two amounts must be what was asked for. */
function recordOf(found: KsherPayoutOrder, { minor, currency: of }: Money): Answer<PayoutRecord> {
  const isOf = found.total_fee === minor || found.raw_total_fee === minor
  if (!isOf || (found.fee_type !== undefined && found.fee_type !== of))
    return unknown(
      "answer_mismatch",
      "Ksher knows a payout of this number with another amount than was asked for.",
    )
  return succeeded({ gatewayNo: found.ksher_order_no, fee: found.mdr ?? null, at: found.time_end })
}
