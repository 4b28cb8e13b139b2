import { toMinor, type Money } from "../../core"

/** What the text of a code says beside what was asked for. */
export type CodeFinding =
  "agrees" | "not_understood" | { differs: "checksum" | "amount" | "currency" | "reference" }

interface Asked {
  amount: Money
  ksherOrderNo: string | undefined
}

/** Thailand's baht, by ISO 4217 number. */
const baht = "764"
/** Ksher's own prefix in its order number, which the code leaves out. */
const prefixLength = 3

/**
 * Compares the text of a PromptPay code (EMVCo: tag, length, value, with a CRC) with the payment that it is for. Whatever
 * contradicts is said, also in a layout that is not understood as a whole. Source: Ksher's signed example of native_pay.
 */
export function checkPromptPay(text: string, { amount, ksherOrderNo }: Asked): CodeFinding {
  const fields = fieldsOf(text)
  if (fields?.get("00") !== "01" || !/6304[0-9A-Fa-f]{4}$/.test(text)) return "not_understood"
  if (crcOf(text.slice(0, -4)) !== text.slice(-4).toUpperCase()) return { differs: "checksum" }
  const currency = judged(fields.get("53"), (code) => code === baht && amount.currency === "thb")
  if (currency === false) return { differs: "currency" }
  const sum = judged(minorOf(fields.get("54")), (minor) => minor === amount.minor)
  if (sum === false) return { differs: "amount" }
  const reference = judged(referenceOf(fields.get("30"), ksherOrderNo), ({ said, known }) => said === known)
  if (reference === false) return { differs: "reference" }
  return currency && sum && reference ? "agrees" : "not_understood"
}

/** `undefined` for what is not there, or not in a form that can be compared. */
const judged = <T>(value: T | undefined, test: (value: T) => boolean): boolean | undefined =>
  value === undefined ? undefined : test(value)

/** Tags with their values, in two digits each and without a rest; `undefined` for any other text. */
function fieldsOf(text: string): Map<string, string> | undefined {
  const fields = new Map<string, string>()
  let at = 0
  while (at < text.length) {
    const head = /^(\d\d)(\d\d)$/.exec(text.slice(at, at + 4))
    const [, tag = "", length = ""] = head ?? []
    const value = text.slice(at + 4, at + 4 + Number(length))
    if (!head || value.length !== Number(length) || fields.has(tag)) return undefined
    fields.set(tag, value)
    at += 4 + value.length
  }
  return fields
}

/** The amount in baht, as satang. */
const minorOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,12}(\.\d{1,2})?$/.test(text) ? toMinor(text, 2) : undefined

/** The first reference of the bill is Ksher's order number without its prefix. One of another form is not Ksher's to compare. */
function referenceOf(bill: string | undefined, ksherOrderNo: string | undefined) {
  const said = fieldsOf(bill ?? "")?.get("02")
  const known = ksherOrderNo?.slice(prefixLength)
  if (said === undefined || known === undefined || !/^\d+$/.test(said) || said.length !== known.length)
    return undefined
  return { said, known }
}

/** CRC-16/CCITT: polynomial 0x1021, start 0xFFFF. */
function crcOf(text: string): string {
  let crc = 0xffff
  for (const byte of Buffer.from(text, "utf8")) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff
  }
  return crc.toString(16).toUpperCase().padStart(4, "0")
}
