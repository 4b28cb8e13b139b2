import type { z } from "zod"
import type { NotificationReading, RawNotification } from "../../core"
import { digestOf, isJsonObject, longestNotification, mostFields, parseJson, readText } from "../transport"
import { cancelQueryData, payOrderData, refundQueryData } from "./schema"
import { signedFields, verifyFields } from "./signature"
import type { SignedField } from "./signature"

type Fields = Readonly<Record<string, unknown>>
type Said = Omit<
  Extract<NotificationReading, { readable: true }>,
  "readable" | "digest" | "verified" | "reason" | "code"
>

/**
 * Reads a payment, refund or cancel notification: a form in the body or, from older builds, in the query string.
 * Every field but `sign` is signed, with its value as it was decoded.
 */
export function readGneteNotification(raw: RawNotification, appSecret: string): NotificationReading {
  const fields = fieldsOf(raw)
  if (typeof fields === "string") return unreadable(fields)
  const said = saidBy(fields)
  if (said === undefined) return unreadable("it names no order, account, amount or state")
  const { sign } = fields
  const signed = signedFields(fields)
  const verified = typeof sign === "string" && verifyFields(signed, sign, appSecret)
  const why =
    typeof sign === "string"
      ? ({ code: "bad_signature", reason: "the signature does not fit the secret" } as const)
      : ({ code: "unsigned", reason: "it carries no signature" } as const)
  const digest = digestOf(signed.sort(byName), sign)
  return { readable: true, digest, verified, ...(!verified && why), ...said }
}

const byName = ([a]: SignedField, [b]: SignedField): number => (a < b ? -1 : 1)

/** The fields, or why there are none. */
function fieldsOf(raw: RawNotification): Fields | string {
  const body = readText(raw.body)
  if (body === undefined || raw.query.length > longestNotification)
    return "it is not text, or longer than 16 KB"
  if (raw.contentType?.includes("json")) return jsonFields(body)
  return formFields(body.trim() === "" ? raw.query : body)
}

function formFields(form: string): Fields | string {
  if (form.split("&", mostFields + 1).length > mostFields) return "it has more fields than any notification"
  const fields = Object.create(null) as Record<string, string>
  for (const [name, value] of pairsOf(form.replace(/^\?/, ""))) {
    // Of two values under one name, the signature could cover the one and the code read the other.
    if (name in fields) return "a field comes twice"
    fields[name] = value
  }
  return fields
}

/** A browser's parser reads what is not encoded as it should be, and takes several times as long over all that is. */
function pairsOf(form: string): Iterable<[string, string]> {
  try {
    return form
      .split("&")
      .filter((pair) => pair !== "")
      .map((pair) => {
        const at = pair.includes("=") ? pair.indexOf("=") : pair.length
        return [decoded(pair.slice(0, at)), decoded(pair.slice(at + 1))]
      })
  } catch {
    return new URLSearchParams(`&${form}`)
  }
}

const decoded = (text: string): string =>
  /[%+]/.test(text) ? decodeURIComponent(text.replaceAll("+", " ")) : text

function jsonFields(body: string): Fields | string {
  try {
    const json = parseJson(body, mostFields)
    return isJsonObject(json) ? json : "the body is not an object"
  } catch {
    return "the body is not JSON"
  }
}

/** Which of the three it is shows in the numbers it carries. */
function saidBy(fields: Fields): Said | undefined {
  if ("cancelOrderId" in fields) return read(cancelQueryData, fields, cancelSaid)
  if ("refundOrderId" in fields) return read(refundQueryData, fields, refundSaid)
  return read(payOrderData, fields, paymentSaid)
}

function read<Schema extends z.ZodType>(
  schema: Schema,
  fields: Fields,
  say: (value: z.output<Schema>) => Said,
): Said | undefined {
  const parsed = schema.safeParse(fields)
  return parsed.success ? say(parsed.data) : undefined
}

const paymentSaid = (order: z.output<typeof payOrderData>): Said => ({
  about: "payment",
  account: accountOf(order),
  number: order.mchOrderNo,
  gatewayNo: order.payOrderId,
  state: String(order.state),
  amount: { minor: order.amount, currency: order.currency },
})

const refundSaid = (refund: z.output<typeof refundQueryData>): Said => ({
  about: "refund",
  account: accountOf(refund),
  gatewayNo: refund.payOrderId,
  refundNumber: refund.mchRefundNo,
  refundGatewayNo: refund.refundOrderId,
  state: String(refund.state),
  amount: { minor: refund.refundAmount, currency: refund.currency },
})

const cancelSaid = (cancel: z.output<typeof cancelQueryData>): Said => ({
  about: "cancel",
  account: accountOf(cancel),
  gatewayNo: cancel.payOrderId,
  cancelGatewayNo: cancel.cancelOrderId,
  state: String(cancel.state),
  ...(cancel.payAmount !== undefined &&
    cancel.currency !== undefined && { amount: { minor: cancel.payAmount, currency: cancel.currency } }),
})

const accountOf = ({ mchNo, appId }: { mchNo: string; appId: string }): string => `${mchNo}/${appId}`

const unreadable = (reason: string): NotificationReading => ({ readable: false, reason })
