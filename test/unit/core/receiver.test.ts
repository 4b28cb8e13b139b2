import { banks, isNationalId, isQuiet, readReceiver } from "../../../src/core"

const idOf = (twelve: string): string[] =>
  Array.from("0123456789").filter((check) => isNationalId(twelve + check))

describe("a PromptPay mobile number", () => {
  it.each([
    ["0812345678", "0812345678"],
    ["081-234-5678", "0812345678"],
    ["+66 81 234 5678", "0812345678"],
    ["0066812345678", "0812345678"],
    ["66912345678", "0912345678"],
    ["๐๘๑๒๓๔๕๖๗๘", "0812345678"],
    [" (06) 1234–5678 ", "0612345678"],
  ])("%s is %s", (written, number) => {
    expect(readReceiver({ type: "mobile", number: written })).toEqual({
      receiver: { type: "mobile", number },
    })
  })

  it.each([
    ["a landline", "021234567"],
    ["a landline of ten digits", "0212345678"],
    ["one digit short", "081234567"],
    ["one digit more", "08123456789"],
    ["another country", "+85291234567"],
    ["letters", "08123x5678"],
    ["nothing", ""],
    ["a text of a page", "0812345678".repeat(20)],
  ])("%s is none", (_, number) => {
    expect(readReceiver({ type: "mobile", number })).toEqual({ problem: "mobile" })
  })
})

describe("a citizen or tax id", () => {
  it("has exactly one check digit for each of many beginnings", () => {
    for (let n = 0; n < 300; n++)
      expect(idOf(String((n * 7_919_317_001) % 1e12).padStart(12, "0")).length).toBe(1)
  })

  // Eleven remainders and ten digits: two of them share the digit 1. And the third digit has the weight 11, which counts for nothing.
  it("that does not end with 1 finds every slip of one digit but the third, and every swap of two neighbours that differ", () => {
    const id = `310170123456${idOf("310170123456")[0]}`
    expect(id).not.toMatch(/1$/)
    for (let at = 0; at < 13; at++)
      for (const digit of "0123456789") {
        const slip = id.slice(0, at) + digit + id.slice(at + 1)
        expect(isNationalId(slip)).toBe(at === 2 || slip === id)
      }
    for (let at = 0; at < 11; at++) {
      const swapped = id.slice(0, at) + id.charAt(at + 1) + id.charAt(at) + id.slice(at + 2)
      expect(isNationalId(swapped)).toBe(swapped === id)
    }
  })

  it("is read with the hyphens that are printed on the card, and refused where it cannot be one", () => {
    const number = `110170123456${idOf("110170123456")[0]}`
    const printed = number.replace(/^(\d)(\d{4})(\d{5})(\d{2})(\d)$/, "$1-$2-$3-$4-$5")
    const receiver = { type: "national_id", number }
    expect(readReceiver({ type: "national_id", number: printed })).toEqual({ receiver })
    for (const wrong of [
      "",
      "1234567890123",
      "0000000000000",
      "1111111111111",
      number.slice(1),
      `+${number}`,
    ])
      expect(readReceiver({ type: "national_id", number: wrong })).toEqual({ problem: "national_id" })
  })
})

describe("an account at a bank", () => {
  it("needs a bank that is known, and as many digits as its accounts have", () => {
    const read = (bank: string | undefined, number: string) => readReceiver({ type: "bank", number, bank })
    expect(read("004", "123-4-56789-0")).toEqual({
      receiver: { type: "bank", bank: "004", number: "1234567890" },
    })
    expect(read("030", "020123456789")).toEqual({
      receiver: { type: "bank", bank: "030", number: "020123456789" },
    })
    expect(read("004", "020123456789")).toEqual({ problem: "account" })
    expect(read("030", "0201234567891234")).toEqual({ problem: "account" })
    expect(read("004", "0000000000")).toEqual({ problem: "account" })
    for (const bank of [undefined, "", "999", "4", "constructor"])
      expect(read(bank, "1234567890")).toEqual({ problem: "bank" })
  })

  it("every bank has a code of three digits", () => {
    for (const code of Object.keys(banks)) expect(code).toMatch(/^\d{3}$/)
  })
})

describe("the quiet window", () => {
  it("is from 02:25 to 03:05 Thai time, to the minute, all year round", () => {
    const start = Date.parse("2028-01-01T00:00:00+07:00")
    for (let day = 0; day < 366; day += 61)
      for (let minute = 0; minute < 1440; minute++) {
        const now = new Date(start + day * 86_400_000 + minute * 60_000)
        expect(isQuiet(now)).toBe(minute >= 145 && minute < 185)
      }
  })
})
