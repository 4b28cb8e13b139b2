import type { Currency, PlacedOrder } from "../../../demo/shop"
import { books, eventually, gatewayBooks, inRealMedusa, ledgerPayment, type ProviderEntry } from "../world"
import { atRest, deliver, refund } from "./support"

/** Yen have no decimals, and a Japanese merchant's channel takes them; Kuwaiti dinars have three, and no gateway takes them. */
const entries: ProviderEntry[] = [
  { gateway: "ksher", id: "jp", currency: "jpy", options: { channels: ["alipay"], minorUnits: { jpy: 0 } } },
  { gateway: "ksher", id: "unasked", currency: "jpy", options: { channels: ["alipay"] } },
  { gateway: "ksher", id: "kw", currency: "kwd", options: { channels: ["alipay"] } },
  { gateway: "gnete", id: "kw", currency: "kwd" },
  { gateway: "gnete", id: "jp", currency: "jpy" },
]

inRealMedusa(
  (world) => {
    afterEach(() => atRest(world))

    /** A cart with ten per cent on top: Medusa's total is 1101.1 yen, which no one can pay. */
    async function paidInYen(): Promise<PlacedOrder> {
      const { tax_region } = await world.shop.admin("post", "/admin/tax-regions", {
        country_code: "jp",
        provider_id: "tp_system",
        default_tax_rate: { name: "Consumption tax", code: "ct", rate: 10 },
      })
      const cart = await world.shopper.fillCart("jpy")
      await world.shop.admin("delete", `/admin/tax-regions/${tax_region.id}`)
      expect(cart.total).toBe(1101.1)
      const session = await world.shopper.choose(cart, "pp_ksher_jp")
      await world.sandbox.pay(session.number, { channel: "alipay" })
      await deliver(world, { session })
      const done = await world.shopper.complete(cart)
      if (!done.orderId) throw new Error(`The cart was not completed: ${done.error}`)
      return { id: done.orderId, cart, session }
    }

    it("yen: opened, notified, captured, and refunded in parts to the last one", async () => {
      const order = await paidInYen()
      await eventually(
        () => books(world, order),
        ({ captured, transactions }) => captured === 1101.1 && transactions === 1101.1,
      )
      expect(await ledgerPayment(world, order)).toMatchObject({ digits: 0, amount: 1101, paidAmount: 1101 })
      expect((await gatewayBooks(world, order)).taken).toBe(1101)

      const back: number[] = []
      for (const amount of [300, 400.4, 400.7]) {
        expect((await refund(world, order, amount)).status).toBe(200)
        back.push((await gatewayBooks(world, order)).returned)
      }
      expect(back).toEqual([300, 700, 1101])
      await eventually(
        () => books(world, order),
        ({ refunded, transactions }) => refunded === 1101.1 && transactions === 0,
      )
      expect(await ledgerPayment(world, order)).toMatchObject({ state: "refunded", refundedAmount: 1101 })
      expect((await refund(world, order, 1)).status).toBe(400)
    })

    it.each<[string, Currency, RegExp]>([
      ["pp_ksher_unasked", "jpy", /Ksher has to say how it counts yen/],
      ["pp_ksher_kw", "kwd", /Ksher takes THB, MYR, AED and JPY, not KWD/],
      ["pp_gnete_kw", "kwd", /KWD/],
      ["pp_gnete_jp", "jpy", /JPY/],
    ])("%s: %s is refused in words, and nothing is opened", async (provider, currency, words) => {
      const cart = await world.shopper.fillCart(currency)
      const path = `/store/payment-collections/${cart.collectionId}/payment-sessions`
      const answer = await world.shop.tryStore("post", path, { provider_id: provider, data: {} })
      expect([answer.status, answer.data.code]).toEqual([400, "currency_unsupported"])
      expect(answer.data.message).toMatch(words)
    })
  },
  { entries },
)
