import { randomBytes } from "node:crypto"

import { createKsherGateway, OptionsError } from "../../../src/services/ksher"
import { seal, unseal } from "../../../src/services/settlement/shopper-payouts/seal"
import { merchantPem } from "../ksher/peer"

const key = (version: string) => ({ version, key: randomBytes(32) })
const [old, fresh] = [key("1"), key("2")]
const receiver = { type: "bank", bank: "004", number: "1234567890" } as const

it("what is sealed opens with its key and for its payout alone", () => {
  const sealed = seal(receiver, "gpop_1", [old])
  expect(sealed).not.toContain("1234567890")
  expect(unseal(sealed, "gpop_1", [old])).toEqual(receiver)
  expect(unseal(sealed, "gpop_1", [fresh, old])).toEqual(receiver)
  expect(unseal(sealed, "gpop_2", [old])).toBeUndefined()
  expect(unseal(sealed, "gpop_1", [fresh])).toBeUndefined()
  expect(unseal(sealed, "gpop_1", [{ ...fresh, version: "1" }])).toBeUndefined()
  expect(seal(receiver, "gpop_1", [fresh, old])).toMatch(/^2\./)
  expect(seal(receiver, "gpop_1", [old])).not.toBe(sealed)
})

it("changed in any of its letters, it does not open", () => {
  const sealed = seal(receiver, "gpop_1", [old])
  for (let at = 2; at < sealed.length; at++) {
    const other = sealed.charAt(at) === "A" ? "B" : "A"
    const changed = sealed.slice(0, at) + other + sealed.slice(at + 1)
    // The last letter of a part may stand for bits that are not read.
    const isSpare = [".", ""].includes(sealed.charAt(at + 1))
    if (!isSpare) expect(unseal(changed, "gpop_1", [old])).toBeUndefined()
  }
  for (const nothing of ["", "1", "1...", "1.a.b.c"]) expect(unseal(nothing, "gpop_1", [old])).toBeUndefined()
})

describe("the option payouts", () => {
  const coded = randomBytes(32).toString("base64")
  const policyOf = (payouts: object) =>
    createKsherGateway({
      ...{ appid: "mch1", privateKey: merchantPem, channels: ["promptpay"] },
      ...{ notifyBaseUrl: "https://shop.example", returnUrl: "https://shop.example/back", payouts },
    }).policy.payouts

  it("is off where it is left out or switched off, and careful where it is on", () => {
    const { payouts } = createKsherGateway({
      ...{ appid: "mch1", privateKey: merchantPem, channels: ["promptpay"] },
      ...{ notifyBaseUrl: "https://shop.example", returnUrl: "https://shop.example/back" },
    }).policy
    expect(payouts).toBeUndefined()
    const own = { encryptionKey: `1:${coded}`, maxAmount: 1000.5 }
    expect(policyOf({ ...own, enabled: false })).toBeUndefined()
    expect(policyOf(own)).toMatchObject({
      ...{ maxAmount: 100_050, release: "by_admin", sendAgain: false, linkHours: 168 },
      keys: [{ version: "1", key: Buffer.from(coded, "base64") }],
    })
    expect(policyOf({ ...own, encryptionKey: `2:${coded}, 1:${coded}` })?.keys).toHaveLength(2)
  })

  it.each([
    ["no key", { maxAmount: 1 }],
    ["a key without a version", { encryptionKey: coded, maxAmount: 1 }],
    ["a key that is too short", { encryptionKey: `1:${randomBytes(31).toString("base64")}`, maxAmount: 1 }],
    [
      "a key that somebody typed",
      { encryptionKey: `1:${Buffer.alloc(32, "a").toString("base64")}`, maxAmount: 1 },
    ],
    ["one version twice", { encryptionKey: `1:${coded},1:${coded}`, maxAmount: 1 }],
    ["no limit", { encryptionKey: `1:${coded}` }],
    ["a limit above Ksher's", { encryptionKey: `1:${coded}`, maxAmount: 2_000_001 }],
    ["another release", { encryptionKey: `1:${coded}`, maxAmount: 1, release: "always" }],
    ["another name", { encryptionKey: `1:${coded}`, maxAmount: 1, releases: "automatic" }],
  ])("%s stops the boot by its name, and no key stands in the sentence", (_, payouts) => {
    let thrown: unknown
    try {
      policyOf(payouts)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(OptionsError)
    expect((thrown as Error).message).toMatch(/Ksher option "payouts/)
    expect((thrown as Error).message).not.toContain(coded)
  })
})
