import { inRealMedusa } from "./world"

inRealMedusa((world) => {
  describe("GET /store/gateway-payments/:session_id/events", () => {
    const listening: AbortController[] = []
    afterEach(() => listening.splice(0).forEach((one) => one.abort()))

    const listen = (sessionId: string, headers: HeadersInit = world.shop.storeHeaders()) => {
      const gone = new AbortController()
      listening.push(gone)
      const { signal } = gone
      return fetch(`${world.shop.url}/store/gateway-payments/${sessionId}/events`, { headers, signal })
    }

    async function* payments(answer: Response) {
      const decoder = new TextDecoder()
      for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>)
        for (const [, data = ""] of decoder.decode(chunk).matchAll(/^data: (.+)$/gm))
          yield JSON.parse(data).gateway_payment
    }

    const openCode = async () => {
      const cart = await world.shopper.fillCart("thb")
      return { cart, session: await world.shopper.choose(cart, "pp_ksher_qr") }
    }

    it("tells what the other route tells, again when it has changed, and the server's time", async () => {
      const { cart, session } = await openCode()
      const answer = await listen(session.id)
      expect(answer.headers.get("content-type")).toBe("text/event-stream")
      expect(answer.headers.get("cache-control")).toBe("no-store, no-transform")
      expect(answer.headers.get("access-control-expose-headers")).toBe("Date")
      const told = payments(answer)
      const { data } = await world.shop.tryStore("get", `/store/gateway-payments/${session.id}`)
      expect((await told.next()).value).toEqual(data.gateway_payment)
      await world.sandbox.pay(session.number)
      await world.shopper.complete(cart)
      expect((await told.next()).value).toMatchObject({ state: "paid", action: null })
    })

    it("asks for the publishable key, and knows no other sessions than the ledger's", async () => {
      const { session } = await openCode()
      expect((await listen(session.id, {})).status).toBe(400)
      const unknown = await listen("payses_nowhere")
      expect([unknown.status, await unknown.json()]).toMatchObject([404, { code: "payment_unknown" }])
    })

    it("tells ten of a payment at a time; the eleventh asks instead, and listens once one has gone", async () => {
      const { session } = await openCode()
      for (let at = 0; at < 10; at++) expect((await listen(session.id)).status).toBe(200)
      expect((await listen(session.id)).status).toBe(204)
      expect((await listen((await openCode()).session.id)).status).toBe(200)
      listening[0]!.abort()
      let status = 204
      // The server hears of it by the connection that closes.
      while (status === 204) status = (await listen(session.id)).status
      expect(status).toBe(200)
    })
  })
})
