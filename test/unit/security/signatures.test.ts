import crypto, { createSign, generateKeyPairSync } from "node:crypto"
import fc from "fast-check"
import { ulid } from "../../../src/core"
import { verifyGnete, signGnete } from "../../../src/services/gnete"
import { readGneteNotification } from "../../../src/services/gnete/notification"
import { readKsherNotification, verifyKsherData } from "../../../src/services/ksher"
import * as gnete from "../gnete/peer"
import * as ksher from "../ksher/peer"

const readKsher = (data: object, sign: string) =>
  readKsherNotification(
    { body: Buffer.from(JSON.stringify({ code: 0, data, sign })), contentType: "text/plain", query: "" },
    [ksher.ksherKey.publicKey],
  )

/** The fields of a text, cut at other places: names and values are what the cutter says they are. */
function cutElsewhere(text: string, cuts: number[]): Record<string, string> {
  const places = [...text.matchAll(/=/g)].map(({ index }) => index)
  const fields: Record<string, string> = {}
  let rest = text
  for (const cut of cuts) {
    const equals = rest.indexOf("=", cut % Math.max(1, places.length))
    const end = Math.min(rest.length, equals + 1 + (cut % 40))
    if (equals < 1) break
    fields[rest.slice(0, equals)] = rest.slice(equals + 1, end)
    rest = rest.slice(end)
  }
  const at = rest.indexOf("=")
  if (at > 0) fields[rest.slice(0, at)] = rest.slice(at + 1)
  return fields
}

it("ksher: however the signed text is cut into fields, it is never of another shop", () => {
  const text = ksher.signedText(ksher.gatewayOrder({ attach: "appid=mch99999attach=" }))
  const sign = createSign("RSA-MD5").update(text).sign(ksher.ksherKey.privateKey, "hex")
  let verified = 0
  fc.assert(
    fc.property(fc.array(fc.nat(400), { minLength: 1, maxLength: 16 }), (cuts) => {
      const fields = cutElsewhere(text, cuts)
      if (!verifyKsherData(fields, sign, [ksher.ksherKey.publicKey])) return
      verified += 1
      const reading = readKsher(fields, sign)
      if (reading.readable) expect(reading.account).toBe("mch35005")
      else expect(fields.appid).not.toBe("mch99999")
    }),
    { numRuns: 2_000 },
  )
  // Some of the cuts do verify: that is the weakness, and why a notification is only a hint.
  expect(verified).toBeGreaterThan(0)
})

it("ksher: a value moved into the field before it keeps the signature, and is no order of ours", () => {
  const { nonce_str: nonce, ...data } = ksher.gatewayOrder()
  const sign = ksher.signData({ ...data, nonce_str: nonce })
  const moved = readKsher({ ...data, mch_order_no: `${data.mch_order_no}nonce_str=${nonce}` }, sign)
  expect(moved).toMatchObject({ verified: true, number: "01J9ZKnonce_str=" })
})

it("gnete: a field hidden in another one's value keeps the signature, and then what must be there is missing", () => {
  const { state, successTime: _, ...fields } = gnete.payOrder()
  const signed = { ...fields, state, reqTime: "1709269567000" }
  const sign = signGnete(signed, gnete.secret)
  const hidden = { ...fields, reqTime: `1709269567000&state=${String(state)}` }
  expect(verifyGnete(hidden, sign, gnete.secret)).toBe(true)
  const body = Buffer.from(
    new URLSearchParams({ ...hidden, sign } as unknown as Record<string, string>).toString(),
  )
  expect(
    readGneteNotification(
      { body, contentType: "application/x-www-form-urlencoded", query: "" },
      gnete.secret,
    ),
  ).toMatchObject({ readable: false })
})

it("gnete: a field called __proto__ is one like any other, and was not signed", () => {
  const fields = { ...gnete.payOrder(), reqTime: "1709269567000" }
  const sign = signGnete(fields, gnete.secret)
  const form = new URLSearchParams({ ...fields, sign } as unknown as Record<string, string>).toString()
  const read = (body: string, contentType: string) =>
    readGneteNotification({ body: Buffer.from(body), contentType, query: "" }, gnete.secret)
  expect(read(form, "application/x-www-form-urlencoded")).toMatchObject({ verified: true })
  expect(read(`${form}&__proto__=1`, "application/x-www-form-urlencoded")).toMatchObject({ verified: false })
  expect(read(`${form}&constructor=1`, "application/x-www-form-urlencoded")).toMatchObject({
    verified: false,
  })
  const json = JSON.stringify({ ...fields, sign })
  expect(read(json, "application/json")).toMatchObject({ verified: true })
  expect(read(json.replace("{", '{"__proto__":{"state":2},'), "application/json")).toMatchObject({
    verified: false,
  })
})

it("gnete: the sign is compared in constant time", () => {
  const compare = jest.spyOn(crypto, "timingSafeEqual")
  const sign = signGnete({ a: "1" }, gnete.secret)
  expect(verifyGnete({ a: "1" }, sign, gnete.secret)).toBe(true)
  expect(verifyGnete({ a: "1" }, `${sign.slice(0, -1)}${sign.endsWith("0") ? "1" : "0"}`, gnete.secret)).toBe(
    false,
  )
  expect(compare).toHaveBeenCalledTimes(2)
  compare.mockRestore()
})

it("nothing longer than 16 KB is hashed, and no sign longer than the longest key's is tried", () => {
  const [hash, verify] = [jest.spyOn(crypto, "createHash"), jest.spyOn(crypto, "createVerify")]
  const long = "x".repeat(16 * 1024)
  const sign = "0".repeat(32)
  readGneteNotification(
    { body: Buffer.from(`a=${long}&sign=${sign}`), contentType: "", query: "" },
    gnete.secret,
  )
  readGneteNotification(
    { body: Buffer.alloc(0), contentType: "", query: `a=${long}&sign=${sign}` },
    gnete.secret,
  )
  readKsher({ ...ksher.gatewayOrder(), attach: long }, "00".repeat(64))
  verifyKsherData(ksher.gatewayOrder(), "00".repeat(10_000), [ksher.ksherKey.publicKey])
  expect(hash).not.toHaveBeenCalled()
  expect(verify).not.toHaveBeenCalled()
  jest.restoreAllMocks()
})

it("a key of another account or version does not verify", () => {
  const sign = ksher.signData(
    ksher.gatewayOrder(),
    generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey,
  )
  expect(readKsher(ksher.gatewayOrder(), sign)).toMatchObject({ verified: false })
})

it("ids carry 80 random bits from the system's generator, each letter as likely as any other", () => {
  const random = jest.spyOn(crypto, "randomBytes")
  const tails = Array.from({ length: 4_000 }, () => ulid(0).slice(10))
  expect(random).toHaveBeenCalledTimes(4_000)
  random.mockRestore()
  expect(new Set(tails).size).toBe(4_000)
  const counts = new Map<string, number>()
  for (const letter of tails.join("")) counts.set(letter, (counts.get(letter) ?? 0) + 1)
  expect(counts.size).toBe(32)
  // 64,000 letters of 32 kinds: 2,000 of each, give or take seven standard deviations.
  for (const count of counts.values()) expect(Math.abs(count - 2_000)).toBeLessThan(310)
})
