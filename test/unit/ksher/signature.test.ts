import { createHash, generateKeyPairSync } from "node:crypto"
import fc from "fast-check"
import {
  parsePrivateKey,
  parsePublicKey,
  publishedKeys,
  signKsherRequest,
  verifyKsherData,
} from "../../../src/services/ksher"
import { canonical } from "../../../src/services/ksher/signature"
import { parseJson, type JsonObject } from "../../../src/services/transport"
import stored from "../../vectors/ksher-responses.json"
import { merchant, merchantPem, signedText } from "./peer"

const messages = stored.vectors.map((vector) => [vector.name, vector] as const)
const data = (vector: (typeof stored.vectors)[number]) => vector.envelope.data as Record<string, unknown>

describe("every stored message of Ksher's", () => {
  it.each(messages)("verifies: %s", (_name, vector) => {
    expect(canonical(data(vector))).toBe(vector.canonical)
    expect(
      createHash("md5")
        .update(canonical(data(vector)))
        .digest("hex"),
    ).toBe(vector.md5)
    expect(verifyKsherData(data(vector), vector.envelope.sign)).toBe(vector.verifies)
  })

  it.each(messages)("verifies as it comes over the wire: %s", (_name, vector) => {
    const { data, sign } = parseJson(JSON.stringify(vector.envelope)) as { data: JsonObject; sign: string }
    expect(verifyKsherData(data, sign, [stored.publicKeyV1])).toBe(true)
    expect(verifyKsherData(data, sign.toUpperCase(), [stored.publicKeyV1])).toBe(true)
  })

  it.each(messages)("fails once any field is changed, added or taken away: %s", (_name, vector) => {
    const { sign } = vector.envelope
    for (const name of Object.keys(data(vector))) {
      const { [name]: value, ...rest } = data(vector)
      expect(verifyKsherData({ ...rest, [name]: `${String(value)}0` }, sign)).toBe(false)
      if (value !== "") expect(verifyKsherData(rest, sign)).toBe(false)
    }
    expect(verifyKsherData({ ...data(vector), extra: "1" }, sign)).toBe(false)
  })

  it("does not cover the code and the message beside the data", () => {
    const { data, sign } = stored.vectors[0]?.envelope ?? { data: {}, sign: "" }
    expect(verifyKsherData({ ...data, sign: "left out" }, sign)).toBe(true)
  })
})

it("the published V1 key is the one the messages were stored with", () => {
  expect(publishedKeys.V1.trim()).toBe(stored.publicKeyV1.trim())
  expect(parsePublicKey(publishedKeys.V1).asymmetricKeyDetails?.modulusLength).toBe(512)
  expect(parsePublicKey(publishedKeys.V2).asymmetricKeyDetails?.modulusLength).toBe(2048)
})

it.each(["", "0", "zz", "01d2436e", "g".repeat(128), "0".repeat(128), "a".repeat(100_000)])(
  "a signature that is none does not verify (%#)",
  (sign) => {
    expect(verifyKsherData(data(stored.vectors[0] as never), sign)).toBe(false)
  },
)

it("a signature of the V2 key's length verifies under that key only", () => {
  const v2 = generateKeyPairSync("rsa", { modulusLength: 2048 })
  const sign = signKsherRequest({ result: "SUCCESS", total_fee: 100 }, v2.privateKey)
  expect(sign).toHaveLength(512)
  expect(verifyKsherData({ result: "SUCCESS", total_fee: 100 }, sign, [publishedKeys.V1, v2.publicKey])).toBe(
    true,
  )
  expect(verifyKsherData({ result: "SUCCESS", total_fee: 100 }, sign)).toBe(false)
})

describe("canonical text", () => {
  it("keeps numbers as they were written", () => {
    const value = parseJson('{"rate":1.0,"big":12345678901234567890,"text":"1.0"}') as JsonObject
    expect(canonical(value)).toBe("big=12345678901234567890rate=1.0text=1.0")
  })

  it("sorts capitals first, and nested names too", () => {
    expect(canonical({ b: [{ d: 1, c: "ก" }], PaymentID: "2", a: "" })).toBe(
      'PaymentID=2a=b=[{"c":"ก","d":1}]',
    )
  })

  it("writes what is neither text nor number as JSON", () => {
    expect(canonical({ a: true, b: null, c: [] })).toBe("a=trueb=nullc=[]")
  })
})

describe("requests", () => {
  it("are signed over the string Ksher's own sample shows", () => {
    const params = {
      total_fee: 100,
      time_stamp: "20190517174933",
      operator_id: "001",
      nonce_str: "BpLn",
      mch_order_no: "2019051614001",
      fee_type: "THB",
      channel: "wechat",
      auth_code: "12345",
      appid: "mch20027",
      sign: "not part of it",
    }
    expect(canonical(params)).toBe(
      "appid=mch20027auth_code=12345channel=wechatfee_type=THBmch_order_no=2019051614001nonce_str=BpLnoperator_id=001time_stamp=20190517174933total_fee=100",
    )
  })

  it("verify under the merchant's public key, whatever their text", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1 }), fc.oneof(fc.string({ unit: "binary" }), fc.integer())),
        (params) => {
          const { sign: _sign, ...signed } = params
          const sign = signKsherRequest(params, merchant.privateKey)
          expect(sign).toMatch(/^[0-9a-f]{256}$/)
          expect(canonical(signed)).toBe(signedText(signed))
          expect(verifyKsherData(signed, sign, [merchant.publicKey])).toBe(true)
        },
      ),
    )
  })

  it("take a key as PEM", () => {
    expect(signKsherRequest({ a: 1 }, merchantPem)).toBe(signKsherRequest({ a: 1 }, merchant.privateKey))
  })

  it.each([[true], [undefined], [null], [1.5], [{}]])(
    "refuse %p, which Ksher's SDKs each write in their own way",
    (value) => {
      expect(() => signKsherRequest({ flag: value as never }, merchant.privateKey)).toThrow("flag")
    },
  )
})

describe("keys", () => {
  const { privateKey, publicKey } = merchant
  const pkcs8 = privateKey.export({ type: "pkcs8", format: "pem" }).toString()

  it.each([
    ["PKCS#1", merchantPem],
    ["PKCS#8", pkcs8],
    ["with \\n as two characters", pkcs8.replaceAll("\n", "\\n")],
    ["with blanks around", `\n  ${merchantPem}\n\n`],
  ])("a private key is read: %s", (_form, pem) => {
    expect(parsePrivateKey(pem).equals(privateKey)).toBe(true)
  })

  it.each([["spki" as const], ["pkcs1" as const]])("a public key is read: %s", (type) => {
    expect(parsePublicKey(publicKey.export({ type, format: "pem" }).toString()).equals(publicKey)).toBe(true)
  })

  const elliptic = generateKeyPairSync("ec", { namedCurve: "P-256" })
  it.each([
    ["nothing", ""],
    ["some text", "hello"],
    ["a public key", publishedKeys.V1],
    ["a key cut short", pkcs8.slice(0, 200)],
    ["an elliptic key", elliptic.privateKey.export({ type: "pkcs8", format: "pem" }).toString()],
  ])("%s is not a private key, and the message does not repeat it", (_what, pem) => {
    expect(() => parsePrivateKey(pem)).toThrow("This is not an RSA private key in PEM form.")
  })

  it("a private key is not taken for Ksher's public one", () => {
    expect(() => parsePublicKey(pkcs8)).toThrow("This is a private key")
  })
})
