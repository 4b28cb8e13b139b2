import { books, eventually, gatewayBooks, inRealMedusa, ledgerPayment, paidOrder, unpaidOrder } from "./world"

inRealMedusa((world) => {
  it.each(["thb", "hkd"] as const)("the carts of these tests are what Medusa makes: %s", async (currency) => {
    const shown = async ({ id }: { id: string }) => {
      const fields = "*items,*items.tax_lines,*shipping_methods,*shipping_address,*payment_collection"
      const { cart } = await world.shop.store("get", `/store/carts/${id}?fields=%2B${fields}`)
      return JSON.stringify(cart, (key, value: unknown) =>
        /(^|_)(id|at)$/.test(key) && key !== "variant_id" && key !== "region_id" ? typeof value : value,
      )
    }
    const filled = await world.shopper.fillCart(currency, { quantity: 1 })
    await world.shopper.fillCart(currency)
    const copied = await world.shopper.fillCart(currency)
    expect(copied).toMatchObject({ total: filled.total })
    expect(await shown(copied)).toEqual(await shown(filled))
  })

  it.each([
    ["pp_ksher_th", "truemoney", 35050, 350.5],
    ["pp_gnete_hk", "", 8840, 88.4],
  ])(
    "%s: a paid order that the admin cancels is given back, and the books agree",
    async (provider, channel, minor, major) => {
      const order = await paidOrder(world, provider, channel ? { channel } : {})
      expect(await books(world, order)).toMatchObject({ captured: major, refunded: 0, transactions: major })
      await world.shop.admin("post", `/admin/orders/${order.id}/cancel`)
      expect(await gatewayBooks(world, order)).toMatchObject({ taken: minor, returned: minor })
      const after = await eventually(
        () => books(world, order),
        (now) => now.sessions[0]?.gatewayState === "refunded",
      )
      expect(after).toMatchObject({
        status: "canceled",
        captured: major,
        refunded: major,
        collectionCaptured: major,
        collectionRefunded: major,
        transactions: 0,
      })
      expect(await ledgerPayment(world, order)).toMatchObject({ state: "refunded", attention: null })
    },
  )

  it.each(["pp_ksher_first", "pp_gnete_first"])(
    "%s: an unpaid link is closed when the admin cancels",
    async (provider) => {
      const order = await unpaidOrder(world, provider)
      await world.shop.admin("post", `/admin/orders/${order.id}/cancel`)
      const after = await eventually(
        () => books(world, order),
        (now) => now.sessions[0]?.gatewayState === "void",
      )
      expect(after.sessions[0]).toMatchObject({ status: "canceled" })
      expect(await gatewayBooks(world, order)).toMatchObject({
        taken: 0,
        state: "closed",
      })
      expect(await ledgerPayment(world, order)).toMatchObject({
        state: "void",
        settledBy: "close",
        attention: null,
      })
    },
  )
})
