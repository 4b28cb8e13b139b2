import { backToThePresent, inRealMedusa, ledgerPayment, paidOrder, travel } from "./world"

const day = 86_400_000
const dayOf = (ms: number) => new Date(Date.now() + ms).toISOString().slice(0, 10)
const range = `from=${dayOf(-30 * day)}&to=${dayOf(30 * day)}`
const base = "/admin/gateway-payments/payouts"
const since = `${dayOf(-70 * day).slice(0, 7)}-01`

/** More than 8 MB of good rows. */
const aLargeFile = () => {
  const row = (_: unknown, at: number) => `01/01/2026,L${at},1.00,,1.00,${"x".repeat(200)}`
  return ["Date,No,Amount,Fee,Paid out,Note", ...Array.from({ length: 45_000 }, row)].join("\n")
}

inRealMedusa(
  (world) => {
    afterAll(backToThePresent)

    const admin = (method: "get" | "post", path: string, body?: object) =>
      world.shop.admin(method, path, body)
    const readAccount = async () => {
      const { gateway } = world.plugin.depsOf("pp_ksher_th")
      const read = await gateway.readAccount()
      if (read.kind !== "succeeded") throw new Error(read.kind)
      gateway.learn({ info: read.value, readAt: new Date() })
    }
    const booksOf = async (gateway: string) => {
      const { accounts } = await admin("get", `${base}?${range}`)
      return accounts.find((one: { gateway: string }) => one.gateway === gateway)
    }

    it("what Ksher paid out is fetched by the job, and explained by the payments", async () => {
      // Else a payment of the last hour before a Thai midnight is of the next day there.
      await world.sandbox.changeKsherMerchant(world.sandbox.ksher.appid, { settlementCutOff: 24 })
      const order = await paidOrder(world, "pp_ksher_th", { channel: "truemoney" })
      const moneyOf = async () => {
        const { id, state, paidAmount, refundedAmount, attentionCode } = await ledgerPayment(world, order)
        return { id, state, paidAmount, refundedAmount, attentionCode }
      }
      await readAccount()
      const { id, ...before } = await moneyOf()
      await world.sandbox.advance(3 * day)
      travel(3 * day)
      for (let run = 0; run < 3; run++) await world.plugin.fetchPayouts()
      const books = await booksOf("ksher")
      expect(books.progress).toMatchObject({ failed: 0, why: null, code: null })
      expect(books.progress.answered).toBe(books.progress.asked)
      expect(books.days).toEqual([
        expect.objectContaining({
          channel: "truemoney",
          explained: true,
          state: "transferred",
          difference: "0.00",
        }),
      ])
      expect(books.channels).toEqual([
        expect.objectContaining({
          channel: "truemoney",
          fee_percent: expect.stringMatching(/^(2\.000|1\.999|2\.00\d)$/),
        }),
      ])
      expect(await moneyOf()).toEqual({ id, ...before })

      const [{ account, from, to }] = books.days
      const key = `gateway=ksher&account=${account}&channel=truemoney&currency_code=thb`
      const { payments } = await admin("get", `${base}/payments?${key}&from=${from}&to=${to}`)
      expect(payments).toEqual([expect.objectContaining({ id, kind: "paid" })])
      const file = await world.shop.admin("get", `${base}/export?${range}`)
      expect(String(file)).toContain("truemoney,thb,")
    })

    const gnete = () => {
      const { gateway } = world.plugin.depsOf("pp_gnete_hk")
      return { gateway: "gnete", account: gateway.account }
    }
    const upload = async (csv: string, { gateway, account } = gnete()) => {
      const query = new URLSearchParams({ gateway, account }).toString()
      return world.shop.http.post(`${base}/import?${query}`, csv, {
        headers: { ...world.shop.adminHeaders, "content-type": "text/csv" },
      })
    }

    it("a statement is imported by the columns that were said once, every row of it or none, and never twice", async () => {
      expect(await upload("Date,Amount\n")).toMatchObject({ status: 400 })
      const columns = { day: "Date", amount: "Amount", fee: "Fee", reference: "No", transferred: "Paid out" }
      const mapping = { currency: "HKD", channel: "UP_OP", dateFormat: "DD/MM/YYYY", columns }
      await admin("post", `${base}/mapping`, { ...gnete(), mapping })
      const shown = await admin("get", `${base}/mapping?${new URLSearchParams(gnete()).toString()}`)
      expect(shown.mapping).toMatchObject({ currency: "hkd", timeZone: "Asia/Hong_Kong", columns })

      const written = dayOf(-5 * day)
        .split("-")
        .reverse()
        .join("/")
      const head = "\uFEFFDate,No,Amount,Fee,Paid out"
      const good = [head, `${written},P1,"1,000.50",10.00,990.50`, `${written},P2,20.00,0.20,19.80`].join(
        "\r\n",
      )
      const bad = [
        head,
        `${written},P1,1.00,,`,
        `31/02/2026,P3,1.00,,`,
        `${written},P4,1.005,,`,
        `${written},P1,2.00,,`,
        `,P5,2.00,,`,
        `${written},P6,,,`,
        `${written},P7,1.2.3,,`,
        `${written},${"P".repeat(65)},1.00,,`,
      ]
      expect((await upload(bad.join("\n"))).data).toMatchObject({
        added: 0,
        problems: [
          {
            ...{ line: 3, code: "day_invalid", values: { column: "Date", format: "DD/MM/YYYY" } },
            reason: "What stands under Date is not a day written DD/MM/YYYY.",
          },
          { line: 4, code: "amount_too_fine", values: { column: "Amount", most: 2 } },
          { line: 5, code: "row_repeated", values: { before: 2 } },
          { line: 6, code: "day_missing", values: { column: "Date" } },
          { line: 7, code: "amount_missing", values: { column: "Amount" } },
          { line: 8, code: "amount_invalid", values: { column: "Amount" } },
          { line: 9, code: "word_invalid", values: { column: "No", most: 64 } },
        ],
      })
      const [once, again] = [await upload(good), await upload(good)]
      expect(once.data).toEqual({ added: 2, changed: 0, unchanged: 0, problems: [] })
      expect(again.data).toEqual({ added: 0, changed: 0, unchanged: 2, problems: [] })
      const books = await booksOf("gnete")
      expect(books.days).toEqual([
        expect.objectContaining({
          settled: "1020.50",
          fee: "10.20",
          transferred: "1010.30",
          state: "transferred",
        }),
      ])
    })

    it.each([
      ["a file that is too large", aLargeFile, 400, null],
      ["nothing", () => "", 200, "empty_file"],
      ["a quotation mark that is not closed", () => 'Date,No,Amount,Fee,Paid out\n"x', 200, "not_csv"],
      ["a column that is not there", () => "Day,No,Amount,Fee,Paid out", 200, "column_missing"],
      ["a column that is there twice", () => "Date,No,Amount,Fee,Paid out,No", 200, "column_repeated"],
    ])("%s: nothing is imported", async (_name, csv, status, code) => {
      const answer = await upload(csv())
      expect(answer.status).toBe(status)
      if (status === 200) expect(answer.data).toMatchObject({ added: 0, problems: [{ code }] })
      expect((await booksOf("gnete")).days).toHaveLength(1)
    })

    it("an account that nobody has is not found", async () => {
      expect(await upload("", { gateway: "gnete", account: "other" })).toMatchObject({ status: 404 })
    })
  },
  { plugin: { payoutBooks: { since } } },
)
