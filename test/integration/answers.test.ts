import * as answers from "../../src/api/answers"
import { routes } from "../../scripts/openapi"
import { inRealMedusa, ledgerPayment, paidOrder, unpaidOrder } from "./world"

inRealMedusa(
  (world) => {
    const base = "/admin/gateway-payments"
    const checked = new Set<string>()

    /** What a real Medusa answered is what docs/openapi.json promises: no field more, none less. */
    function expectAnswer(route: string, data: unknown): void {
      const name = routes[route]?.answer
      if (name === undefined || !(name in answers)) throw new Error(`${route} has no schema.`)
      const { error } = answers[name as keyof typeof answers].safeParse(data)
      expect([route, error?.issues ?? []]).toEqual([route, []])
      checked.add(route)
    }

    it("the store's routes", async () => {
      const token = await world.shopper.register("contract@shop.example")
      const order = await unpaidOrder(world, "pp_ksher_first", token)
      const { id } = order.session
      const ask = (path: string) => world.shop.tryStore("get", path)
      expectAnswer(
        "GET /store/gateway-payments/{session_id}",
        (await ask(`/store/gateway-payments/${id}`)).data,
      )
      const cart = await world.shopper.fillCart("thb")
      const methods = await ask(`/store/gateway-payments/methods?cart_id=${cart.id}`)
      expect(methods.data.methods.length).toBeGreaterThan(1)
      expectAnswer("GET /store/gateway-payments/methods", methods.data)
      const opened = await world.shop.tryStore("post", `/store/gateway-payments/${id}/open`, {})
      expect(opened.status).toBe(200)
      expectAnswer("POST /store/gateway-payments/{session_id}/open", opened.data)
      const cancelled = await world.shop.tryStore("post", `/store/orders/${order.id}/cancel`, {}, token)
      expectAnswer("POST /store/orders/{id}/cancel", cancelled.data)
    })

    it("the admin's routes, of payments that were refunded, decided on and cancelled", async () => {
      const order = await paidOrder(world, "pp_ksher_th", { channel: "truemoney" })
      const hk = await paidOrder(world, "pp_gnete_hk")
      await world.sandbox.resendNotification(order.session.number)
      const { id } = await ledgerPayment(world, order)
      await world.shop.admin("post", `/admin/orders/${hk.id}/cancel`)
      const { version } = await ledgerPayment(world, order)
      const decided = await world.shop.admin("post", `${base}/${id}/resolve`, {
        action: "refund",
        amount: "10.00",
        version,
        note: "A part, as promised",
      })
      expect(decided.gateway_payment.operations.length).toBeGreaterThan(1)
      expect(decided.gateway_payment.decisions).toHaveLength(1)
      expect(decided.gateway_payment.notifications).toHaveLength(1)
      expectAnswer(`POST ${base}/{id}/resolve`, decided)
      expectAnswer(`GET ${base}/{id}`, await world.shop.admin("get", `${base}/${id}`))
      expectAnswer(`POST ${base}/{id}/sync`, await world.shop.admin("post", `${base}/${id}/sync`, {}))
      expectAnswer(`GET ${base}`, await world.shop.admin("get", `${base}?limit=1`))
      const [from, to] = [-1, 1].map((days) => new Date(Date.now() + days * 86_400_000).toISOString())
      const totals = await world.shop.admin("get", `${base}/totals?from=${from}&to=${to}`)
      expect(totals.totals.length).toBeGreaterThan(1)
      expectAnswer(`GET ${base}/totals`, totals)
      await world.sandbox.refundInConsole(order.session.number, 500)
      const compared = await world.shop.admin("post", `${base}/reconcile`, { dry_run: true })
      expect(compared.changes.length).toBeGreaterThan(0)
      expectAnswer(`POST ${base}/reconcile`, compared)
      const { account } = world.plugin.depsOf("pp_gnete_hk").gateway
      const own = new URLSearchParams({ gateway: "gnete", account }).toString()
      const columns = { day: "Date", amount: "Amount" }
      const mapping = { currency: "hkd", listsTransferred: true, columns }
      const saved = await world.shop.admin("post", `${base}/payouts/mapping`, {
        gateway: "gnete",
        account,
        mapping,
      })
      expectAnswer(`POST ${base}/payouts/mapping`, saved)
      expectAnswer(
        `GET ${base}/payouts/mapping`,
        await world.shop.admin("get", `${base}/payouts/mapping?${own}`),
      )
      const today = new Date().toISOString().slice(0, 10)
      const imported = await world.shop.http.post(
        `${base}/payouts/import?${own}`,
        `Date,Amount\n${today},1.00\n,`,
        { headers: { ...world.shop.adminHeaders, "content-type": "text/csv" } },
      )
      expect(imported.data.problems).toHaveLength(1)
      expectAnswer(`POST ${base}/payouts/import`, imported.data)
      await world.shop.http.post(`${base}/payouts/import?${own}`, `Date,Amount\n${today},1.00`, {
        headers: { ...world.shop.adminHeaders, "content-type": "text/csv" },
      })
      const days = `from=${today}&to=${today}`
      const payouts = await world.shop.admin("get", `${base}/payouts?${days}`)
      expect(payouts.accounts.length).toBeGreaterThan(1)
      expectAnswer(`GET ${base}/payouts`, payouts)
      const behind = await world.shop.admin(
        "get",
        `${base}/payouts/payments?${own}&${days}&channel=UP_OP&currency_code=hkd`,
      )
      expectAnswer(`GET ${base}/payouts/payments`, behind)
      const unpaid = await unpaidOrder(world, "pp_ksher_first")
      const made = await world.shop.admin("post", `${base}/links`, { order_id: unpaid.id })
      expectAnswer(`POST ${base}/links`, made)
      const links = await world.shop.admin("get", `${base}/links?order_id=${unpaid.id}`)
      expect([links.payable, links.links.length]).toEqual([expect.anything(), 1])
      expectAnswer(`GET ${base}/links`, links)
      const tested = await world.shop.admin("post", `${base}/providers/pp_ksher_th/check`, {})
      expectAnswer(`POST ${base}/providers/{id}/check`, tested)
      const cards = await world.shop.admin("get", `${base}/providers`)
      expectAnswer(`GET ${base}/providers`, cards)
    })

    it("the notification's and the file's are no JSON of ours, and every other route was checked", () => {
      const others = Object.entries(routes)
        .filter(([, { answer }]) => answer === "text/csv" || answer === "the gateway's")
        .map(([route]) => route)
      expect(others).toEqual([
        "POST /hooks/gateway/{provider_id}",
        `GET ${base}/export`,
        `GET ${base}/payouts/export`,
      ])
      expect([...checked, ...others].sort()).toEqual(Object.keys(routes).sort())
    })
  },
  { plugin: { payoutBooks: { since: "2026-01-01" } } },
)
