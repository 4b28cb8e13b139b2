import { randomBytes } from "node:crypto"

import Ajv from "ajv/dist/2020"

import * as answers from "../../src/api/answers"
import { openapi, routes } from "../../scripts/openapi"
import { inRealMedusa, ledgerPayment, paidOrder, standardEntries, unpaidOrder } from "./world"

const payouts = { encryptionKey: `1:${randomBytes(32).toString("base64")}`, maxAmount: 1000 }

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
      const place = `${base}/payouts`
      const saved = await world.shop.admin("post", `${place}/mapping`, { gateway: "gnete", account, mapping })
      expectAnswer(`POST ${place}/mapping`, saved)
      expectAnswer(`GET ${place}/mapping`, await world.shop.admin("get", `${place}/mapping?${own}`))
      const today = new Date().toISOString().slice(0, 10)
      const send = (statement: string) =>
        world.shop.http.post(`${place}/import?${own}`, statement, {
          headers: { ...world.shop.adminHeaders, "content-type": "text/csv" },
        })
      const imported = await send(`Date,Amount\n${today},1.00\n,`)
      expect(imported.data.problems).toHaveLength(1)
      expectAnswer(`POST ${place}/import`, imported.data)
      await send(`Date,Amount\n${today},1.00`)
      expectAnswer(
        `POST ${place}/forget`,
        await world.shop.admin("post", `${place}/forget`, { gateway: "gnete", account }),
      )
      await send(`Date,Amount\n${today},1.00`)
      const days = `from=${today}&to=${today}`
      const payouts = await world.shop.admin("get", `${place}?${days}`)
      expect(payouts.accounts.length).toBeGreaterThan(1)
      expectAnswer(`GET ${place}`, payouts)
      const behind = `${place}/payments?${own}&${days}&channel=UP_OP&currency_code=hkd`
      expectAnswer(`GET ${place}/payments`, await world.shop.admin("get", behind))
      const unpaid = await unpaidOrder(world, "pp_ksher_first")
      const made = await world.shop.admin("post", `${base}/links`, { order_id: unpaid.id })
      expectAnswer(`POST ${base}/links`, made)
      const links = await world.shop.admin("get", `${base}/links?order_id=${unpaid.id}`)
      expect([links.payable, links.links.length]).toEqual([expect.anything(), 1])
      expectAnswer(`GET ${base}/links`, links)
      const promptPay = await paidOrder(world, "pp_ksher_payout", { channel: "promptpay" })
      const { id: paidId } = await ledgerPayment(world, promptPay)
      await world.shop.admin("post", `${base}/${paidId}/resolve`, {
        ...{ action: "refund", note: "Wanted", version: (await ledgerPayment(world, promptPay)).version },
      })
      const waiting = await world.shop.admin("get", `${base}/${paidId}`)
      expectAnswer(`GET ${base}/{id}`, waiting)
      const payout = waiting.gateway_payment.operations.find(
        ({ kind }: { kind: string }) => kind === "payout",
      )
      const asked = { action: "link", operation_id: payout.id, link_id: null, given_at: null }
      const linked = await world.shop.admin("post", `${base}/${paidId}/payout`, asked)
      expect(linked.link.url).toContain("/refund/")
      expectAnswer(`POST ${base}/{id}/payout`, linked)
      const tested = await world.shop.admin("post", `${base}/providers/pp_ksher_th/check`, {})
      expectAnswer(`POST ${base}/providers/{id}/check`, tested)
      const cards = await world.shop.admin("get", `${base}/providers`)
      expectAnswer(`GET ${base}/providers`, cards)
    })

    describe("what docs/openapi.json forbids, the server refuses", () => {
      interface Described {
        parameters: { name: string; in: string; required: boolean; schema: object }[]
        requestBody?: { content: Record<string, { schema: BodySchema }> }
      }
      interface BodySchema {
        properties: Record<string, object>
        required?: string[]
        additionalProperties?: boolean
      }
      /** What each route takes without complaint: one field after the other is spoiled. */
      const bases: Record<string, Record<string, unknown>> = {
        "GET /store/gateway-payments/methods": { region_id: "reg_1", currency: "thb", amount: "1.00" },
        "POST /store/gateway-payments/{session_id}/open": {},
        [`GET ${base}`]: {},
        [`GET ${base}/export`]: {},
        [`GET ${base}/totals`]: { from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z" },
        [`GET ${base}/links`]: { order_id: "order_1" },
        [`POST ${base}/links`]: { order_id: "order_1" },
        [`POST ${base}/{id}/sync`]: {},
        [`POST ${base}/{id}/resolve`]: { action: "dismiss", version: 1, note: "Looked at" },
        [`POST ${base}/{id}/payout`]: {
          ...{ action: "release", operation_id: "gpop_1" },
          ...{ link_id: "gprl_1", given_at: "2026-11-28T05:00:00.000Z" },
        },
        [`POST ${base}/reconcile`]: { dry_run: true },
      }
      // An empty parameter is one that was left out.
      const asText = ["x", "-1", "1.5", "2026-13-45", "x".repeat(2_000)]
      const asJson = [null, true, -1, 0, 1.5, [], {}, "", ...asText]
      const ajv = new Ajv({ strict: false, validateFormats: false, coerceTypes: false })
      const ofText = new Ajv({ strict: false, validateFormats: false, coerceTypes: true })
      const described = (route: string) => {
        const [method = "", place = ""] = route.split(" ")
        return openapi.paths[place]![method.toLowerCase()] as Described
      }
      const taking = Object.keys(routes).filter((route) => {
        const { parameters, requestBody } = described(route)
        return requestBody !== undefined || parameters.some((one) => one.in === "query")
      })

      let paymentId = ""
      beforeAll(async () => {
        paymentId = (await ledgerPayment(world, await paidOrder(world, "pp_ksher_th"))).id
      })

      it("of every route that takes something", () => {
        expect(Object.keys(bases).sort()).toEqual(taking.sort())
      })

      it.each(Object.keys(bases))("%s", async (route) => {
        const [method = "", place = ""] = route.split(" ")
        const path = place.replace("{session_id}", "unknown_1").replace("{id}", paymentId)
        const { parameters, requestBody } = described(route)
        const body = requestBody?.content["application/json"]?.schema
        const ask = async (fields: Record<string, unknown>) => {
          const query = body ? "" : `?${new URLSearchParams(fields as Record<string, string>).toString()}`
          const send = place.startsWith("/store") ? world.shop.tryStore : world.shop.tryAdmin
          const answer = await send.call(
            world.shop,
            method.toLowerCase() as "get" | "post",
            `${path}${query}`,
            body ? fields : undefined,
          )
          return [answer.status, (answer.data as { code?: string }).code]
        }
        const spoiled: [string, Record<string, unknown>][] = body
          ? [
              ...Object.entries(body.properties).flatMap(([name, schema]) =>
                asJson
                  .filter((value) => !ajv.validate(schema, value))
                  .map((value): [string, Record<string, unknown>] => [
                    name,
                    { ...bases[route], [name]: value },
                  ]),
              ),
              ...(body.additionalProperties === false
                ? [["a field that is not there", { ...bases[route], nothing: 1 }] satisfies [string, object]]
                : []),
            ]
          : parameters
              .filter((one) => one.in === "query")
              .flatMap(({ name, schema }) =>
                asText
                  .filter((value) => !ofText.validate({ properties: { [name]: schema } }, { [name]: value }))
                  .map((value): [string, Record<string, unknown>] => [
                    name,
                    { ...bases[route], [name]: value },
                  ]),
              )
        const needed = body
          ? (body.required ?? [])
          : parameters.filter((one) => one.in === "query" && one.required).map(({ name }) => name)
        const lacking = needed.map((name): [string, Record<string, unknown>] => [
          `${name} left out`,
          Object.fromEntries(Object.entries(bases[route]!).filter(([key]) => key !== name)),
        ])
        expect((await ask(bases[route]!))[1]).not.toBe("request_invalid")
        for (const [what, fields] of [...spoiled, ...lacking]) {
          // It is said before anything is looked up or sent.
          expect([what, ...(await ask(fields))]).toEqual([what, 400, "request_invalid"])
        }
        expect(spoiled.length).toBeGreaterThan(0)
      })
    })

    it("the notification's, the file's and the events' are no JSON of ours, and every other route was checked", () => {
      const others = Object.entries(routes)
        .filter(([, { answer }]) => answer.startsWith("text/") || answer === "the gateway's")
        .map(([route]) => route)
      expect(others).toEqual([
        "POST /hooks/gateway/{provider_id}",
        "GET /store/gateway-payments/{session_id}/events",
        `GET ${base}/export`,
        `GET ${base}/payouts/export`,
      ])
      expect([...checked, ...others].sort()).toEqual(Object.keys(routes).sort())
    })
  },
  {
    plugin: { payoutBooks: { since: "2026-01-01" } },
    entries: [
      ...standardEntries,
      { gateway: "ksher", id: "payout", options: { channels: ["promptpay"], payouts } },
    ],
  },
)
