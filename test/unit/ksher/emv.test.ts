import { readFileSync } from "node:fs"
import path from "node:path"

import { money } from "../../../src/core"
import { checkPromptPay } from "../../../src/services/ksher/emv"

const { vectors } = JSON.parse(
  readFileSync(path.join(__dirname, "../../vectors/ksher-responses.json"), "utf8"),
) as { vectors: { envelope: { data: Record<string, string> } }[] }
const example = vectors.map(({ envelope }) => envelope.data).find((data) => data.PaymentCode)!
const { PaymentCode: text = "", ksher_order_no: ksherOrderNo } = example

const asked = { amount: money(100, "thb"), ksherOrderNo }

/** CRC-16/CCITT-FALSE by its bits, apart from the one that is tested. */
function crc(message: string): string {
  const bits = [...Buffer.from(message)].flatMap((byte) =>
    byte.toString(2).padStart(8, "0").split("").map(Number),
  )
  const register = bits.reduce((value, bit) => {
    const carry = ((value >> 15) & 1) ^ bit
    return ((value << 1) & 0xffff) ^ (carry ? 0x1021 : 0)
  }, 0xffff)
  return register.toString(16).toUpperCase().padStart(4, "0")
}

/** The example with another text in it, and a checksum that fits. */
const withOther = (from: string, to: string) => {
  expect(text).toContain(from)
  const body = text.slice(0, -4).replace(from, to)
  return body + crc(body)
}

it("Ksher's signed example agrees with its own payment", () => {
  expect(crc(text.slice(0, -4))).toBe(text.slice(-4))
  expect(checkPromptPay(text, asked)).toBe("agrees")
  expect(checkPromptPay(text.slice(0, -4) + text.slice(-4).toLowerCase(), asked)).toBe("agrees")
})

it.each([
  ["another amount was asked for", { amount: money(101, "thb"), ksherOrderNo }, "amount"],
  ["another currency was asked for", { amount: money(100, "myr"), ksherOrderNo }, "currency"],
  ["it is another order's", { ...asked, ksherOrderNo: "90020230219183454924883" }, "reference"],
])("%s", (_name, other, differs) => {
  expect(checkPromptPay(text, other)).toEqual({ differs })
})

it.each([
  ["54041.00", "54041.01", "amount"],
  ["54041.00", "54051.000", undefined],
  ["54041.00", "54011", "agrees"],
  ["54041.00", "", undefined],
  ["5303764", "5303458", "currency"],
  ["5303764", "", undefined],
  ["0220202302191834549248820308", "0220202302191834549248830308", "reference"],
  ["022020230219183454924882", "0220ABC30219183454924882", undefined],
  ["3075", "2975", undefined],
  ["000201", "000202", undefined],
])("%s as %s: %s", (from, to, expected) => {
  const finding = checkPromptPay(withOther(from, to), asked)
  if (expected === "agrees") expect(finding).toBe("agrees")
  else expect(finding).toEqual(expected ? { differs: expected } : "not_understood")
})

it("what contradicts is said, also where the rest is not understood", () => {
  const body = text.slice(0, -4).replace("3075", "2975").replace("54041.00", "54049.00")
  expect(checkPromptPay(body + crc(body), asked)).toEqual({ differs: "amount" })
})

it("every digit of the example that is another is found, by the checksum at least", () => {
  for (let at = 0; at < text.length - 4; at++) {
    const other = `${text.slice(0, at)}${text[at] === "0" ? "1" : "0"}${text.slice(at + 1)}`
    expect(checkPromptPay(other, asked)).not.toBe("agrees")
  }
  expect(checkPromptPay(`${text.slice(0, -4)}0000`, asked)).toEqual({ differs: "checksum" })
})

it.each(["", "0002", "00020", "weixin://wxpay/bizpayurl?pr=1", text.slice(0, -1), `${text}0000`, `${text}x`])(
  "%s is not understood",
  (other) => {
    expect(checkPromptPay(other, asked)).toBe("not_understood")
  },
)

it("without Ksher's number there is no reference to compare", () => {
  expect(checkPromptPay(text, { ...asked, ksherOrderNo: undefined })).toBe("not_understood")
})
