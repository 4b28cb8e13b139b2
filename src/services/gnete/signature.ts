import { hash, timingSafeEqual } from "node:crypto"
import { compactJson, JsonNumber } from "../transport"

/** What may be signed. Empty and missing values do not take part, zero and false do. */
export type GneteParams = Readonly<Record<string, unknown>>

/**
 * Signs parameters (`sign` itself left out): `k=v&` of every value that is not empty, sorted ignoring case, then
 * `key=` and the secret, MD5, upper-case hex. Gnete documents an ASCII sort; its code sorts like this, which differs
 * for no field it has. `{}` gives MD5("key=" + secret): that is how a close is signed. Source: InterfaceRule.html.
 */
export const signGnete = (params: GneteParams, secret: string): string =>
  signFields(signedFields(params), secret)

function signFields(fields: readonly SignedField[], secret: string): string {
  const pairs = fields.map(([name, text]): Pair => ({
    text: `${name}=${text}&`,
    order: folded(`${name}=`),
  }))
  let text = ""
  for (const pair of pairs.sort(ignoringCase)) text += pair.text
  return hash("md5", `${text}key=${secret}`).toUpperCase()
}

export type SignedField = readonly [name: string, text: string]

/** What takes part in a signature, as it is written there. */
export function signedFields(params: GneteParams): SignedField[] {
  const fields: SignedField[] = []
  for (const name of Object.keys(params)) {
    const value = params[name]
    if (name !== "sign" && value !== undefined && value !== null && value !== "")
      fields.push([name, valueText(value)])
  }
  return fields
}

/** Whether `sign` (either case) covers `params`: the fields of an answer's `data`, or all fields of a notification. */
export const verifyGnete = (params: GneteParams, sign: string, secret: string): boolean =>
  verifyFields(signedFields(params), sign, secret)

/** As `verifyGnete`, of fields that were made ready for it. */
export function verifyFields(fields: readonly SignedField[], sign: string, secret: string): boolean {
  if (sign.length !== 32) return false
  const given = Buffer.from(sign.toUpperCase())
  const right = Buffer.from(signFields(fields, secret))
  return given.length === right.length && timingSafeEqual(given, right)
}

function valueText(value: unknown): string {
  if (typeof value === "string") return value
  if (Number.isSafeInteger(value)) return String(value)
  if (value instanceof JsonNumber) return value.lexeme
  return compactJson(value)
}

interface Pair {
  text: string
  /** `name=` as it is sorted. */
  order: string
}

/** The values decide only between two names that differ in case alone. */
function ignoringCase(a: Pair, b: Pair): number {
  if (a.order < b.order) return -1
  if (a.order > b.order) return 1
  const [left, right] = [folded(a.text), folded(b.text)]
  return left === right ? 0 : left < right ? -1 : 1
}

/** As Java's String.CASE_INSENSITIVE_ORDER compares: unit by unit, upper- then lower-cased; a prefix comes first. */
function folded(text: string): string {
  // Every name is ASCII, where folding the whole is the same, and a notification is verified while the gateway waits.
  if (!/[^\0-\x7f]/.test(text)) return text.toLowerCase()
  return Array.from({ length: text.length }, (_, at) =>
    text.charAt(at).toUpperCase().toLowerCase().charAt(0),
  ).join("")
}
