import { createGneteGateway } from "../../../src/services/gnete"
import { providerCard } from "../../../src/services/host/provider-card"
import { openLane, type Lane } from "../matrix/lane"
import { minute, Shop } from "../matrix/shop"
import { anotherAccount } from "./support"
import { gnete, ksherPromptPay, ksherQr, ksherRedirect, type Variant } from "../matrix/variants"

let lane: Lane
let cell: number
beforeAll(async () => (lane = await openLane(95)))
beforeEach(async () => {
  cell = (await lane.begin()) * 100
})
afterAll(() => lane.close())

const warned = () => lane.warnings.filter((line) => line.includes(" not_opening "))
const rows = () => lane.database.query("select * from gateway_account_fact")

/** Another cart of the same entry. */
const aShop = (variant: Variant, amount?: number) => new Shop(lane, variant, ++cell, {}, amount)

async function chooses(shop: Shop): Promise<string> {
  await lane.clock.forward(minute)
  await shop.attempt(() => shop.choosePayment())
  return shop.told.at(-1) ?? ""
}

const card = (shop: Shop) => providerCard({ depsOf: () => shop.deps }, shop.variant.providerId)

const refuses = (shop: Shop, times: number, code: string | number = "66") =>
  shop.disturb(shop.variant.calls.open, { kind: "refuse", when: "before", times, ...{ code } })

describe.each([gnete, ksherRedirect, ksherQr] as Variant[])("payments that do not open: $name", (variant) => {
  it("three in a row with the same answer: one warning, which names the usual causes and stands on the card", async () => {
    const shop = aShop(variant)
    await refuses(shop, 6)
    await chooses(aShop(variant))
    await chooses(aShop(variant))
    expect(warned()).toEqual([])
    expect(await card(shop)).toMatchObject({ not_opening: null })

    const third = new Date(lane.clock.now().getTime() + minute)
    await chooses(aShop(variant))
    expect(warned()).toEqual([expect.stringContaining(`provider=${variant.providerId}`)])
    expect(warned()[0]).toMatch(
      variant.gateway === "gnete" ? /returnUrl.*way code.*host/ : /returnUrl.*channel.*appid/,
    )
    expect(await card(shop)).toMatchObject({
      not_opening: { answer: "66", payments: 3, last_at: third },
    })
    for (let more = 0; more < 3; more++) await chooses(aShop(variant))
    expect(warned()).toHaveLength(1)
    expect(await card(shop)).toMatchObject({ not_opening: { payments: 6 } })
    expect(await rows()).toHaveLength(1)
  })

  it("the next payment that opens takes the warning away, and the next three bring it back", async () => {
    const shop = aShop(variant)
    await refuses(shop, 3)
    for (let tries = 0; tries < 3; tries++) await chooses(aShop(variant))
    expect(await chooses(shop)).toBe("done")
    expect(await card(shop)).toMatchObject({ not_opening: null })
    expect(await rows()).toEqual([])
    await refuses(shop, 3)
    for (let tries = 0; tries < 3; tries++) await chooses(aShop(variant))
    expect(warned()).toHaveLength(2)
  })

  it("failures at the same moment are counted one by one, and warned of once", async () => {
    const shop = aShop(variant)
    await refuses(shop, 8)
    const shops = Array.from({ length: 8 }, () => aShop(variant))
    await Promise.all(shops.map((each) => each.attempt(() => each.choosePayment())))
    expect(warned()).toHaveLength(1)
    expect(await rows()).toMatchObject([{ fact: "not_opening", count: 8 }])
  })

  it("another answer begins anew", async () => {
    const shop = aShop(variant)
    for (const code of ["66", "66", "67", "67", "66"]) {
      await refuses(shop, 1, code)
      await chooses(aShop(variant))
    }
    expect(warned()).toEqual([])
    expect(await card(shop)).toMatchObject({ not_opening: null })
  })

  it.each(["reset", "http500", "http404", "empty", "garbage"] as const)(
    "a gateway that gives no answer (%s) has not refused anything",
    async (kind) => {
      const shop = aShop(variant)
      await shop.disturb(variant.calls.open, { kind, when: "before", times: 4 })
      for (let tries = 0; tries < 4; tries++) await chooses(aShop(variant))
      expect(await rows()).toEqual([])
    },
  )

  it("what our own rules refuse was never asked of the gateway", async () => {
    for (let tries = 0; tries < 4; tries++) {
      const shop = aShop(variant, 0.4)
      await chooses(shop)
      expect(shop.told).toEqual(["amount_invalid"])
    }
    expect(await rows()).toEqual([])
  })

  it("it is of the account that the entry has", async () => {
    const shop = aShop(variant)
    await refuses(shop, 3)
    for (let tries = 0; tries < 3; tries++) await chooses(aShop(variant))
    expect(await card(shop)).toMatchObject({ not_opening: { payments: 3 } })
    shop.deps.gateway = await anotherAccount(lane, variant)
    expect(await card(shop)).toMatchObject({ not_opening: null })
  })
})

it("Ksher: an amount below the channel's minimum is our own refusal", async () => {
  for (let tries = 0; tries < 4; tries++) {
    const shop = aShop(ksherPromptPay, 1)
    await chooses(shop)
    expect(shop.told).toEqual(["amount_too_small"])
  }
  expect(await rows()).toEqual([])
})

describe("Gnete: what usually stands behind it", () => {
  const tried = async (options: object) => {
    const { gateway } = createGneteGateway(
      {
        ...lane.sandbox.gnete,
        notifyBaseUrl: "http://127.0.0.1:9",
        wayCodes: ["UP_OP"],
        ...options,
      },
      { now: () => lane.clock.now() },
    )
    const shops = Array.from({ length: 3 }, () => aShop(gnete))
    for (const shop of shops) {
      shop.deps.gateway = gateway
      await chooses(shop)
    }
    return card(shops[2]!)
  }

  it("a returnUrl of 129 characters, answered by a system error", async () => {
    const of = (length: number) => ({ returnUrl: "http://127.0.0.1:9/".padEnd(length, "x") })
    expect(await tried(of(128))).toMatchObject({ not_opening: null })
    expect(await tried(of(129))).toMatchObject({ not_opening: { answer: "9999" } })
    expect(warned()).toHaveLength(1)
  })

  it("credentials of the other host, and a way code that the contract lacks", async () => {
    const stranger = await lane.sandbox.addGneteMerchant()
    expect(await tried({ appSecret: stranger.appSecret })).toMatchObject({
      not_opening: { answer: "9999:credentials" },
    })
    const narrow = await lane.sandbox.addGneteMerchant({ wayCodes: ["ALI_H5"] })
    expect(await tried(narrow)).toMatchObject({ not_opening: { answer: "9999:not_supported" } })
  })
})
