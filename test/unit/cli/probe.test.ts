import { readFileSync, renameSync, writeFileSync } from "node:fs"
import path from "node:path"

import { questions } from "../../../src/cli/doctor/probe/questions"
import { found, secretsOf } from "../../support/secrets"
import { read } from "../docs/pages"
import {
  aroundEach,
  books,
  expectAllReturned,
  expectTruth,
  journals,
  options,
  payer,
  probe,
  sandbox,
  start,
  type Name,
} from "./probing"
import { folderWith, type } from "./terminal"

aroundEach()

describe("what the probe answers by ids stands in docs/unknowns.md", () => {
  it.each(["docs/unknowns.md", "docs/zh/unknowns.md"])("%s", (page) => {
    const sections = read(page).split(/^## /m)
    for (const gateway of ["ksher", "gnete"] as const) {
      const section = sections.find((one) => one.toLowerCase().startsWith(gateway)) ?? ""
      const ids = [...section.matchAll(/^\|.*\| `(\w+)` \|$/gm)].map(([, id]) => id)
      expect(ids.sort()).toEqual(
        questions
          .filter((one) => one.gateway === gateway)
          .map(({ id }) => id)
          .sort(),
      )
    }
  })
})

describe("a person who pays", () => {
  it("at Ksher answers every question that the channel can be asked, and has all of it back", async () => {
    const { code, report, values, files } = await probe("ksher")
    expect(values).toEqual({
      refund_number_twice: "same_refund",
      partial_refund: "yes",
      sign_v2: "rsa_2048",
      state_after_part: "refunded",
      list_without_number: "all",
      list_before_refund: "not_supported:KSHER_REFUND_NOT_FOUND",
      list_of_cards: "not_asked",
      unpaid_number_again: expect.stringMatching(/^failure:-7$/) as string,
      wrong_key: "failure:-2",
      time_zone: "not_asked",
      promptpay_layout: "not_asked",
    })
    expect(report).toMatchObject({ result: "complete", entry: "pp_ksher", amount: 2 })
    expect(report.orders.map(({ state }) => state)).toEqual(["closed", "returned", "not_opened"])
    expect(code).toBe(0)
    expect(files).toEqual(["ksher-gnete-probe.pp_ksher.md", "options.json"])
    expect((await books()).map(({ taken, returned, refunds }) => [taken, returned, refunds.length])).toEqual([
      [0, 0, 0],
      [2, 2, 2],
    ])
  })

  it("at Gnete, with a second payment that is cancelled", async () => {
    const { code, report, values } = await probe("gnete", {
      args: ["--yes", "--cancel"],
    })
    expect(values).toEqual({
      refund_before_settlement: "taken",
      state_unpaid: "1",
      cancel_time: expect.stringMatching(/^carried out@20/) as string,
      state_after_cancel: "reversed",
    })
    expect(report.orders.map(({ state }) => state)).toEqual(["closed", "returned", "returned"])
    expect(code).toBe(0)
    await expectAllReturned()
  })

  it("Gnete's cancel has a flag of its own", async () => {
    const { values } = await probe("gnete")
    expect(values).toMatchObject({ cancel_time: "not_asked", state_after_cancel: "not_asked" })
    const [order] = await books()
    expect(await sandbox.calls({ call: "pay/cancel", orderNo: order?.merchantOrderNo ?? "" })).toEqual([])
    expect((await books()).length).toBe(2)
  })
})

describe("who is asked first", () => {
  const typed = (answer: string | undefined) => ({
    isInteractive: true,
    ask: () => Promise.resolve(answer),
  })

  it("is shown the entry, the account without its middle, the amount, and that the phone and the money are their own", async () => {
    const { code, text } = await start("ksher", { args: [], terminal: typed("no") })
    const { appid } = sandbox.ksher
    expect(text).toMatch(/entry +pp_ksher$/m)
    expect(text).toMatch(new RegExp(`account +${appid.slice(0, 3)}…${appid.slice(-2)}, at 127`))
    expect(text).not.toContain(appid)
    expect(text).toMatch(/THB 0\.02, which you pay with your own phone and your own money/)
    expect(text).toMatch(/Nothing was sent\./)
    expect(code).toBe(2)
    expect(await books()).toEqual([])
  })

  it.each([
    ["nothing", undefined],
    ["a blank", ""],
    ["y", "y"],
  ])("%s is no yes", async (_, answer) => {
    expect((await start("gnete", { args: [], terminal: typed(answer) })).code).toBe(2)
    expect(await books()).toEqual([])
  })

  it("says yes, and it begins", async () => {
    expect((await start("gnete", { args: [], terminal: typed("yes") })).code).toBe(0)
  })

  it.each(["ksher", "gnete"] as const)(
    "without a terminal and without --yes nothing is sent: %s",
    async (gateway) => {
      const calls = (await sandbox.calls()).length
      const { code, text } = await start(gateway, { args: [] })
      expect([code, text]).toEqual([2, expect.stringMatching(/^Nothing was sent: .* give --yes\.$/)])
      expect((await sandbox.calls()).length).toBe(calls)
    },
  )
})

describe("a person who does not pay", () => {
  const never = () => new Promise(() => undefined)

  it.each(["ksher", "gnete"] as const)("gives up, and the order is closed: %s", async (gateway) => {
    const { code, report, values } = await probe(gateway, {
      terminal: { wait: never, untilStopped: () => Promise.resolve() },
    })
    expect([code, report.result]).toEqual([1, "incomplete"])
    expect(report.orders.map(({ state }) => state)).toEqual(["closed", "closed", "not_opened"])
    expect(Object.values(values)).toContain("open")
    for (const { state } of await books()) expect(state).toBe("closed")
  })

  it("is waited for until the order's time is over", async () => {
    const begun = Date.now()
    let passed = 0
    const { code } = await probe("gnete", {
      more: { expireSeconds: 60 },
      terminal: {
        now: () => new Date(begun + passed),
        wait: (ms) => Promise.resolve((passed += ms)),
      },
    })
    expect(code).toBe(1)
    expect(passed).toBeGreaterThanOrEqual(60_000)
    for (const { state } of await books()) expect(state).toBe("closed")
  })

  it.each(["ksher", "gnete"] as const)(
    "gives up, and pays all the same: all of it goes back: %s",
    async (gateway) => {
      const err = (line: string) => {
        const number = /^Closing .*\((\w+)\)$/.exec(line)?.[1]
        if (number && closings++ > 0) void sandbox.pay(number)
      }
      let closings = 0
      const { code } = await probe(gateway, {
        terminal: { wait: never, untilStopped: () => Promise.resolve(), err },
      })
      expect(closings).toBe(2)
      expect(code).toBe(0)
      expect((await books()).map(({ taken }) => taken)).toEqual([0, 2])
      await expectAllReturned()
    },
  )

  it("has a code that nobody can close: the report says so, and the next run returns what was paid", async () => {
    const more = { mode: "qr", channels: ["truemoney"] }
    const first = await probe("ksher", {
      more,
      terminal: { wait: never, untilStopped: () => Promise.resolve() },
    })
    expect(first.code).toBe(3)
    const shown = first.report.orders.find(({ order }) => order === "paid")
    expect(shown).toMatchObject({
      state: "open",
      toDo: expect.stringMatching(/may still be paid\. Do not pay it/),
    })
    await sandbox.pay(shown?.number ?? "")
    const second = await probe("ksher", { more, directory: first.directory })
    expect([second.code, second.report.result]).toEqual([0, "complete"])
    await expectAllReturned()
    expect(journals(second.files)).toEqual([])
  })
})

describe("channels", () => {
  it("that cannot be refunded take no payment: a code of PromptPay is only read", async () => {
    const { code, report, values } = await probe("ksher", { more: { mode: "qr", channels: ["promptpay"] } })
    expect(values).toMatchObject({ promptpay_layout: "known", partial_refund: "not_asked" })
    expect([code, report.orders.map(({ paid }) => paid)]).toEqual([0, [0, 0, 0]])
  })

  it.each([
    ["other_layout", "other_layout"],
    ["wrong_amount", "differs"],
  ] as const)("a code of PromptPay that is %s: %s", async (promptPayCode, expected) => {
    await sandbox.setQuirks({ ksher: { promptPayCode } })
    const { values } = await probe("ksher", { more: { mode: "qr", channels: ["promptpay"] } })
    expect(values.promptpay_layout).toBe(expected)
  })

  it("the first that answers the most is taken, or the one that is named, and from its smallest payment on", async () => {
    const more = { channels: ["promptpay", "alipay", "atome"] }
    expect((await probe("ksher", { more })).report).toMatchObject({ channel: "atome", amount: 2000 })
    const named = await probe("ksher", { more, args: ["--yes", "--channel", "alipay", "--amount", "1.50"] })
    expect(named.report).toMatchObject({ channel: "alipay", amount: 150, result: "complete" })
    await expectAllReturned()
    const small = start("ksher", { more, args: ["--yes", "--amount", "19.99"] })
    await expect(small).rejects.toThrow(/below the smallest payment/)
  })

  it("a card's refunds are known, or not", async () => {
    const { values } = await probe("ksher", { more: { channels: ["card"] } })
    expect(values.list_of_cards).toBe("succeeded")
  })

  it("an account that refunds only whole payments is refunded whole", async () => {
    const account = await sandbox.addKsherMerchant({ allowPartialRefund: false })
    const { code, report, values } = await probe("ksher", { more: account })
    expect(values).toMatchObject({ partial_refund: "not_asked", refund_number_twice: "not_asked" })
    expect([code, report.result]).toEqual([0, "complete"])
    await expectAllReturned()
  })

  it("outside Thailand the time of the payment says the zone", async () => {
    const account = await sandbox.addKsherMerchant({ utcOffset: 8, feeTypes: ["MYR"] })
    const more = { ...account, channels: ["wechat"] }
    const { values } = await probe("ksher", { more, args: ["--yes", "--currency", "MYR"] })
    expect(values.time_zone).toBe("right")
  })
})

describe("a refund that is not taken", () => {
  it("in part is refunded whole, and the report says that it is not refunded in part", async () => {
    await sandbox.nextRefund({ gateway: "gnete", outcome: "fail" })
    const { code, report } = await probe("gnete")
    expect([code, report.result]).toEqual([0, "complete"])
    await expectAllReturned()
  })

  it.each(["ksher", "gnete"] as const)(
    "for want of balance is held: how much, where, and what to do: %s",
    async (gateway) => {
      await sandbox.nextRefund({ gateway, outcome: "insufficient_balance", times: 9 })
      const first = await probe(gateway)
      await expectTruth(first)
      expect(first.code).toBe(3)
      const toDo = first.report.orders.find(({ order }) => order === "paid")?.toDo
      expect(toDo).toMatch(
        /(THB|HKD) 0\.02 of (THB|HKD) 0\.02 is held at (Ksher|Gnete), account .*….*, order \w{26}\./,
      )
      expect(toDo).toMatch(/Run the same command again/)
      await sandbox.clearOutcomes()
      const second = await probe(gateway, { directory: first.directory })
      // A balance that does not cover it says nothing of what the gateway refunds.
      expect([second.code, second.report.result]).toEqual([1, "incomplete"])
      const asked = gateway === "ksher" ? "partial_refund" : "refund_before_settlement"
      expect(second.values[asked]).toBe("open")
      await expectAllReturned()
    },
  )

  it("that takes its time is waited for", async () => {
    await sandbox.nextRefund({ gateway: "ksher", outcome: "in_progress" })
    expect((await probe("ksher")).code).toBe(0)
    await expectAllReturned()
  })
})

describe("an unfinished probe", () => {
  const unfinished = async (gateway: Name) => {
    await sandbox.nextRefund({ gateway, outcome: "insufficient_balance", times: 9 })
    const { directory, files } = await probe(gateway)
    await sandbox.clearOutcomes()
    const [journal = ""] = journals(files)
    return { directory, journal: path.join(directory, journal) }
  }

  it("is not continued without consent; that money is held is said all the same", async () => {
    const { directory } = await unfinished("gnete")
    const { code, text } = await start("gnete", { directory, args: [] })
    expect(code).toBe(3)
    expect(text).toMatch(/An unfinished probe of pp_gnete.*HKD 0\.02 is held at Gnete.*Nothing was sent/s)
  })

  it("belongs to one process: where that is alive, another leaves it alone", async () => {
    const { directory, journal } = await unfinished("gnete")
    renameSync(journal, path.join(directory, `ksher-gnete-probe.pp_gnete.${process.ppid}.jsonl`))
    await expect(start("gnete", { directory })).rejects.toThrow(
      new RegExp(`^Process ${process.ppid} is at a probe of pp_gnete`),
    )
  })

  it("of another account is left alone", async () => {
    const { directory } = await unfinished("gnete")
    const other = options("gnete", await sandbox.addGneteMerchant())
    writeFileSync(path.join(directory, "options.json"), JSON.stringify(other))
    await expect(start("gnete", { directory })).rejects.toThrow(/unfinished probe of .*another account now/)
  })

  it("whose last line was not whole on the disk goes on: that step was not sent", async () => {
    const { directory, journal } = await unfinished("gnete")
    writeFileSync(journal, `${readFileSync(journal, "utf8")}{"at":"2026-`)
    expect((await start("gnete", { directory })).code).toBe(1)
    await expectAllReturned()
  })

  it("that somebody has broken is named, and nothing is sent", async () => {
    const { directory, journal } = await unfinished("gnete")
    writeFileSync(journal, `${readFileSync(journal, "utf8")}{}\n`)
    await expect(start("gnete", { directory })).rejects.toThrow(/cannot be read: look up the orders/)
  })

  it("counts what was refunded in the gateway's console meanwhile", async () => {
    const { directory } = await unfinished("ksher")
    const order = (await books()).at(-1)
    await sandbox.refundInConsole(order?.merchantOrderNo ?? "", 1)
    expect((await start("ksher", { directory })).code).not.toBe(3)
    await expectAllReturned()
  })
})

describe("nothing that is secret or about the person", () => {
  it.each(["ksher", "gnete"] as const)(
    "is in the report, the journal or on the screen: %s",
    async (gateway) => {
      await sandbox.nextRefund({ gateway, outcome: "insufficient_balance", times: 9 })
      const { directory, files, spoken, report } = await probe(gateway)
      const written = files
        .filter((file) => file !== "options.json")
        .map((file) => readFileSync(path.join(directory, file), "utf8"))
      expect(written.length).toBe(2)
      const all = [spoken, JSON.stringify(report), ...written].join("\n")
      for (const secret of secretsOf(sandbox)) expect(found(all, secret)).toBeUndefined()
      for (const account of [sandbox.ksher.appid, sandbox.gnete.mchNo, sandbox.gnete.appId])
        expect(all).not.toContain(account)
    },
  )
})

describe("which entry", () => {
  const shop = (...ids: string[]) =>
    folderWith({
      "medusa-config.js": `module.exports = { modules: [{ resolve: "@medusajs/medusa/payment", options: { providers: ${JSON.stringify(
        ids.map((id) => ({
          resolve: "medusa-payment-ksher-gnete/providers/gnete",
          id,
          options: options("gnete"),
        })),
      )} } }] }`,
    })
  const typed = (directory: string, ...args: string[]) =>
    type(["doctor", "--probe", "--yes", ...args], {
      directory,
      wait: payer,
      untilStopped: () => new Promise(() => undefined),
    })

  it("is named where there are several", async () => {
    await expect(typed(shop("hk", "mo"))).rejects.toThrow(
      "Name the entry to probe with --entry: pp_gnete_hk, pp_gnete_mo.",
    )
    expect((await typed(shop("hk", "mo"), "--entry", "pp_gnete_mo")).text).toMatch(/entry +pp_gnete_mo/)
  })
  it("is the one that there is", async () => {
    expect((await typed(shop("hk"))).code).toBe(0)
  })
  it("has its options in order, or nothing is sent", async () => {
    const directory = folderWith({ "options.json": "{}" })
    await expect(start("gnete", { directory })).rejects.toThrow(/Run doctor without --probe first\.$/)
  })
})
