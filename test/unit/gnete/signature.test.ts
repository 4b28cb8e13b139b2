import { createHash } from "node:crypto"
import fc from "fast-check"
import { signGnete, verifyGnete } from "../../../src/services/gnete"
import { parseJson, type JsonObject } from "../../../src/services/transport"
import stored from "../../vectors/gnete-signatures.json"

const vectors = stored.vectors.map((vector) => [vector.name, vector] as const)

describe("every stored vector", () => {
  const params = (vector: (typeof stored.vectors)[number]) => ({ ...stored.inject, ...vector.params })

  it.each(vectors)("is signed: %s", (_name, vector) => {
    expect(signGnete(params(vector), stored.api_key)).toBe(vector.sign)
    expect(verifyGnete(params(vector), vector.sign.toLowerCase(), stored.api_key)).toBe(true)
  })

  it.each(vectors)("fails once it is tampered with: %s", (_name, vector) => {
    const { sign } = vector
    expect(verifyGnete({ ...params(vector), amount: 101 }, sign, stored.api_key)).toBe(false)
    expect(verifyGnete({ ...params(vector), extra: "1" }, sign, stored.api_key)).toBe(false)
    expect(verifyGnete({ ...params(vector), reqTime: undefined }, sign, stored.api_key)).toBe(false)
    expect(verifyGnete(params(vector), sign, `${stored.api_key}x`)).toBe(false)
  })
})

it("the example of the interface rule signs as MD5 says, not as it is printed there", () => {
  const params = {
    platId: "1000",
    mchOrderNo: "P0123456789101",
    amount: 10000,
    clientIp: "192.168.0.111",
    version: "1.0",
    returnUrl: "https://www.baidu.com",
    notifyUrl: "https://www.baidu.com",
    reqTime: "20190723141000",
  }
  expect(signGnete(params, "EWEFD123RGSRETYDFNGFGFGSHDFGH")).toBe("84E1CA56F984502BBAC06EA6707157F5")
})

it("a close, whose data is empty, is signed over the secret alone", () => {
  expect(signGnete({}, "abc")).toBe(createHash("md5").update("key=abc").digest("hex").toUpperCase())
})

it("zero, false and a blank are signed; empty and missing are not", () => {
  const plain = signGnete({ a: 0, b: false, c: " " }, "k")
  expect(plain).toBe(createHash("md5").update("a=0&b=false&c= &key=k").digest("hex").toUpperCase())
  expect(signGnete({ a: 0, b: false, c: " ", d: "", e: null, f: undefined, sign: "x" }, "k")).toBe(plain)
})

it("numbers are signed as they were written", () => {
  const data = parseJson('{"amount":1.0,"big":12345678901234567890,"list":[1,{"b":2}]}') as JsonObject
  expect(signGnete(data, "k")).toBe(
    signGnete({ amount: "1.0", big: "12345678901234567890", list: '[1,{"b":2}]' }, "k"),
  )
})

it("sorts as Java does ignoring case: an underscore after the letters it is between, a prefix first", () => {
  const text = (params: Record<string, string>, expected: string) =>
    expect(signGnete(params, "k")).toBe(
      createHash("md5").update(`${expected}key=k`).digest("hex").toUpperCase(),
    )
  text({ B: "1", a: "2", C: "3" }, "a=2&B=1&C=3&")
  text({ a_: "1", aB: "2", ab: "0" }, "a_=1&ab=0&aB=2&")
  text({ aa: "1", a: "2" }, "a=2&aa=1&")
})

/** `String.CASE_INSENSITIVE_ORDER`, as Java's documentation describes it: the first unit that differs decides, else the length. */
function javaOrder(a: string, b: string): number {
  const small = (unit: string) => unit.toUpperCase().toLowerCase().charAt(0)
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const [left, right] = [small(a.charAt(at)), small(b.charAt(at))]
    if (left !== right) return left.charCodeAt(0) - right.charCodeAt(0)
  }
  return a.length - b.length
}

it("signs the very text that Java does, whatever the names and values", () => {
  const known = fc.constantFrom(
    ...["amount", "Amount", "AMOUNT", "appId", "app_id", "appid2", "state", "sTATE", "a", "A_"],
  )
  // Letters that Java folds one unit at a time, and JavaScript's toLowerCase otherwise.
  const odd = fc.string({
    unit: fc.constantFrom(...Array.from("aAsSkKiIzZ_ſıİßςσΣ\u212a\u{10400}\u{10428}")),
    minLength: 1,
    maxLength: 4,
  })
  const name = fc.oneof(known, odd, fc.string({ minLength: 1, unit: "binary" }), fc.string({ minLength: 1 }))
  const value = fc.oneof(
    ...[fc.string(), fc.string({ unit: "binary" }), fc.integer(), fc.constantFrom("", "0", " ")],
  )
  fc.assert(
    fc.property(
      fc.dictionary(
        name.filter((one) => one !== "sign" && !one.includes("=")),
        value,
        { maxKeys: 25 },
      ),
      (params) => {
        const fragments = Object.entries(params).flatMap(([key, of]) => (of === "" ? [] : `${key}=${of}&`))
        const text = `${fragments.sort(javaOrder).join("")}key=k`
        expect(signGnete(params, "k")).toBe(createHash("md5").update(text).digest("hex").toUpperCase())
      },
    ),
    { numRuns: 2_000 },
  )
})

it("whatever was signed verifies, in any order of its fields", () => {
  const name = fc.string({ minLength: 1 }).filter((one) => one !== "sign")
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(name, fc.oneof(fc.string(), fc.integer())), {
        selector: ([one]) => one.toLowerCase(),
      }),
      fc.string(),
      (pairs, secret) => {
        const sign = signGnete(Object.fromEntries(pairs), secret)
        expect(sign).toMatch(/^[0-9A-F]{32}$/)
        expect(verifyGnete(Object.fromEntries(pairs.reverse()), sign, secret)).toBe(true)
      },
    ),
  )
})

it.each(["", "0", "z".repeat(32), "0".repeat(31), "0".repeat(100_000), "ｆ".repeat(32)])(
  "a signature that is none does not verify (%#)",
  (sign) => {
    expect(verifyGnete({ a: 1 }, sign, "k")).toBe(false)
  },
)
