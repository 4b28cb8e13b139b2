import type { KeyObject } from "node:crypto"
import type { NotificationReading, RawNotification } from "../../core"
import { digestOf, isJsonObject, mostFields, parseJson, readText, type Json } from "../transport"
import { envelope, notificationData } from "./schema"
import { signedFields, verifyFields } from "./signature"

/**
 * Reads a webhook: `text/plain` with the JSON envelope of a query answer. The body is parsed as it is; undoing URL
 * encoding first, as Ksher's PHP examples do, would break the signature of data with a `+` or `%`.
 */
export function readKsherNotification(
  raw: RawNotification,
  publicKeys: readonly KeyObject[],
): NotificationReading {
  const body = readText(raw.body)
  if (body === undefined) return unreadable("the body is not text, or longer than 16 KB")
  const json = parsed(body)
  if (json === undefined) return unreadable("the body is not JSON")
  const message = envelope.safeParse(json)
  if (!message.success || !isJsonObject(message.data.data))
    return unreadable("the body is not a Ksher envelope")
  const { data, sign } = message.data
  const fields = notificationData.safeParse(data)
  if (!fields.success) return unreadable("the data names no order, account, amount or result")

  const signed = signedFields(data)
  const verified = typeof sign === "string" && verifyFields(signed, sign, publicKeys)
  const { result, appid, mch_order_no, ksher_order_no, total_fee, fee_type } = fields.data
  return {
    readable: true,
    digest: digestOf(signed, sign),
    verified,
    ...(!verified &&
      (typeof sign === "string"
        ? { code: "bad_signature", reason: "the signature is not Ksher's" }
        : { code: "unsigned", reason: "it carries no signature" })),
    about: "payment",
    account: appid,
    number: mch_order_no,
    gatewayNo: ksher_order_no,
    state: result,
    amount: { minor: total_fee, currency: fee_type },
  }
}

const unreadable = (reason: string): NotificationReading => ({ readable: false, reason })

function parsed(body: string): Json | undefined {
  try {
    return parseJson(body, mostFields)
  } catch {
    return undefined
  }
}
