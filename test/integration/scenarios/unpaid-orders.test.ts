import type { PlacedOrder } from "../../../demo/shop"
import type { ProviderEntry } from "../entries"
import { expectBooks, gatewayBooks, inRealMedusa, ledgerPayment, runJob, unpaidOrder } from "../world"
import { atRest, calls, hour, minute, rows, ways } from "./support"

const day = 24 * hour
const wish = { completion: "order_first", unpaidOrder: { cancelAfterMinutes: 120 } }
const entries: ProviderEntry[] = [
  { gateway: "ksher", id: "first", options: { ...wish, channels: ["truemoney"], expireMinutes: 600 } },
  { gateway: "ksher", id: "demand", options: { ...wish, channels: ["truemoney"], open: "on_demand" } },
  { gateway: "ksher", id: "qr", options: { ...wish, mode: "qr", channels: ["promptpay"] } },
  { gateway: "ksher", id: "never", options: { completion: "order_first", channels: ["truemoney"] } },
  { gateway: "gnete", id: "first", options: { ...wish, expireSeconds: 36_000 } },
]

inRealMedusa(
  (world) => {
    afterEach(() => atRest(world))

    const statusOf = async (order: PlacedOrder): Promise<string> =>
      (await world.shop.admin("get", `/admin/orders/${order.id}`)).order.status
    /** The job runs every minute: here at the moments that matter, for an order that was placed just now. */
    const overTime = async (...moments: number[]) => {
      for (const ms of moments) await runJob(world, ms)
    }
    const afterTwoHours = () => overTime(3 * minute, 110 * minute, 20 * minute, 20 * minute)

    describe.each(ways)("at %s", (gateway, way) => {
      const provider = `pp_${gateway}_first`

      it("an unpaid order is ended after its time: closed first, confirmed, and cancelled then", async () => {
        const order = await unpaidOrder(world, provider)
        await overTime(3 * minute, 110 * minute)
        expect([await statusOf(order), (await gatewayBooks(world, order)).state]).toEqual(["pending", "open"])
        await overTime(20 * minute, 20 * minute)
        expect([await statusOf(order), (await gatewayBooks(world, order)).state]).toEqual([
          "canceled",
          "closed",
        ])
        const { state, orderId } = await ledgerPayment(world, order)
        expect([state, orderId]).toEqual(["void", order.id])
      })

      it("one that is paid is kept, also where the shop has heard nothing of it yet", async () => {
        const order = await unpaidOrder(world, provider)
        await overTime(3 * minute)
        await world.sandbox.pay(order.session.number, way.pay)
        await overTime(120 * minute, 20 * minute, 20 * minute)
        expect(await statusOf(order)).toBe("pending")
        await expectBooks(world, order, way.minor)
      })

      it("one is not ended while the close is not confirmed, and is once it is", async () => {
        const order = await unpaidOrder(world, provider)
        await overTime(3 * minute)
        const fault = { gateway, call: way.calls.query, kind: "http500", when: "before", times: 20 }
        await world.sandbox.fault(fault as never)
        await overTime(120 * minute, 20 * minute)
        expect(await statusOf(order)).toBe("pending")
        await world.sandbox.clearFaults()
        await overTime(20 * minute, 20 * minute)
        expect(await statusOf(order)).toBe("canceled")
      })
    })

    it("one is finished that died between the close and the cancel", async () => {
      const order = await unpaidOrder(world, "pp_ksher_first")
      await overTime(3 * minute)
      const { prototype } = world.plugin.host.constructor as { prototype: { cancelOrder: unknown } }
      const cancel = jest
        .spyOn(prototype as never, "cancelOrder")
        .mockRejectedValue(new Error("killed") as never)
      await overTime(130 * minute)
      expect(cancel).toHaveBeenCalled()
      expect([await statusOf(order), (await gatewayBooks(world, order)).state]).toEqual(["pending", "closed"])
      cancel.mockRestore()
      await overTime(3 * minute)
      expect(await statusOf(order)).toBe("canceled")
    })

    it("one whose payment waits to be opened is cancelled without a call to the gateway", async () => {
      const order = await unpaidOrder(world, "pp_ksher_demand")
      await afterTwoHours()
      expect(await statusOf(order)).toBe("canceled")
      const said = JSON.stringify(await world.sandbox.calls())
      expect(said).not.toContain(order.session.number)
    })

    it("one is kept whose PromptPay code lives, and is ended once it must have lapsed", async () => {
      const order = await unpaidOrder(world, "pp_ksher_qr")
      await afterTwoHours()
      await overTime(day, day)
      expect(await statusOf(order)).toBe("pending")
      await overTime(2 * day, 7 * hour, 7 * hour)
      expect(await statusOf(order)).toBe("canceled")
    })

    it("one is kept where the option is off", async () => {
      const order = await unpaidOrder(world, "pp_ksher_never")
      await afterTwoHours()
      await overTime(3 * day)
      expect(await statusOf(order)).toBe("pending")
    })

    it.each<[string, (order: PlacedOrder) => Promise<unknown>]>([
      [
        "is packed",
        async ({ id }) => {
          const { order } = await world.shop.admin("get", `/admin/orders/${id}`)
          const items = [{ id: order.items[0].id, quantity: 1 }]
          await world.shop.admin("post", `/admin/orders/${id}/fulfillments`, { items })
        },
      ],
      [
        "was paid over the counter",
        ({ id }) =>
          world.container.resolve("order").addOrderTransactions({
            ...{
              order_id: id,
              amount: 350.5,
              currency_code: "thb",
              reference: "till",
              reference_id: "till_1",
            },
          }),
      ],
      [
        "may be paid at another provider",
        ({ cart }) =>
          rows(
            world,
            `insert into payment_session (id, currency_code, amount, raw_amount, provider_id, data, status, payment_collection_id)
             values ('payses_' || ?, 'thb', 350.5, '{"value": "350.5"}', 'pp_system_default', '{}', 'pending', ?)`,
            [cart.collectionId, cart.collectionId],
          ),
      ],
      [
        "is partly paid",
        ({ id }) =>
          world.container.resolve("order").addOrderTransactions({
            ...{
              order_id: id,
              amount: 10,
              currency_code: "thb",
              reference: "gift_card",
              reference_id: "gift_1",
            },
          }),
      ],
      [
        "has a credit line",
        ({ id }) =>
          world.shop.admin("post", `/admin/orders/${id}/credit-lines`, {
            amount: 10,
            reference: "order",
            reference_id: id,
          }),
      ],
    ])("one is kept that %s", async (_what, happens) => {
      const order = await unpaidOrder(world, "pp_ksher_first")
      await happens(order)
      await afterTwoHours()
      expect(await statusOf(order)).toBe("pending")
    })

    it("one is kept whose shopper has opened another payment meanwhile, until that has had its time", async () => {
      const order = await unpaidOrder(world, "pp_ksher_first")
      await overTime(3 * minute, 100 * minute)
      const session = await world.shopper.choose(order.cart, "pp_ksher_first")
      await overTime(25 * minute)
      expect(await statusOf(order)).toBe("pending")
      expect((await gatewayBooks(world, { session })).state).toBe("open")
      await overTime(100 * minute, 20 * minute)
      expect(await statusOf(order)).toBe("canceled")
    })

    it("one is kept of which money comes in while it is being closed", async () => {
      const order = await unpaidOrder(world, "pp_ksher_first")
      await overTime(3 * minute)
      await world.sandbox.pay(order.session.number, { channel: "truemoney" })
      const fault = { gateway: "ksher", call: "cancel_order", kind: "timeout", when: "after" } as const
      await world.sandbox.fault(fault)
      await afterTwoHours()
      expect(await statusOf(order)).toBe("pending")
      await expectBooks(world, order, 35050)
      expect(await calls(world, order, "order_refund")).toEqual([])
    })
  },
  { entries },
)
