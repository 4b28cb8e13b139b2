import type { KsherOrder } from "../books"
import type { KsherQuirks } from "../quirks"

/** The EMV text of a PromptPay QR, as long and as built as Ksher's, for a bill that no bank knows. */
export function paymentCode(order: KsherOrder, as: KsherQuirks["promptPayCode"]): string {
  const amount = as === "wrong_amount" ? order.amount + 1 : order.amount
  const baht = `${Math.floor(amount / 100)}.${String(amount % 100).padStart(2, "0")}`
  const reference = order.gatewayOrderNo.slice(3)
  const bill = [
    ["00", "A000000677010112"],
    ["01", "000000000000000"],
    ["02", as === "wrong_reference" ? reference.slice(1) + reference.slice(0, 1) : reference],
    ["03", order.account.replace(/\D/g, "").padStart(8, "0")],
  ]
  const fields = [
    ["00", "01"],
    ["01", "12"],
    [as === "other_layout" ? "29" : "30", bill.map(field).join("")],
    ["53", as === "wrong_currency" ? "458" : "764"],
    ["54", baht],
    ["58", "TH"],
  ]
  const text = `${fields.map(field).join("")}6304`
  return text + (as === "wrong_checksum" ? checksum(`${text} `) : checksum(text))
}

function field([tag = "", value = ""]: string[]): string {
  return tag + String(value.length).padStart(2, "0") + value
}

/** CRC-16 with polynomial 0x1021 and start 0xFFFF, as EMV asks for. */
function checksum(text: string): string {
  let crc = 0xffff
  for (const byte of Buffer.from(text)) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff
  }
  return crc.toString(16).toUpperCase().padStart(4, "0")
}
