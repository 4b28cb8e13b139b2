import resources, { namespace } from "../../../src/admin/i18n"
import { attentionFound, attentionText, dismissalText, type Writer } from "../../../src/admin/text/attention"
import { attentionCodes, changeCodes, dismissals, type Sum } from "../../../src/core"
import { amountText, changeText, refundsOf, settleable, valueText } from "../../../src/admin/text/changes"
import { nameOfChannel } from "../../../src/admin/text/channels"
import { localeOf, moneyOf, shareOf } from "../../../src/admin/text/format"
import type { Notification } from "../../../src/admin/api/schema"
import { timelineOf } from "../../../src/admin/text/timeline"
import { attentions } from "../../support/attentions"
import { notification, operation, payment } from "./payments"

type Tree = { [key: string]: string | Tree }

const leaves = (tree: Tree, prefix = ""): [key: string, text: string][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [[`${prefix}${key}`, value]] : leaves(value, `${prefix}${key}.`),
  )

const english = new Map(leaves(resources.en[namespace]))

/** As `useText` writes, for each language; `used` takes down the keys. */
const writers = (used = new Set<string>()): [language: string, writer: Writer][] =>
  Object.entries(resources).map(([language, { [namespace]: tree }]) => {
    const texts = new Map(leaves(tree))
    const t: Writer["t"] = (key, values = {}) => {
      used.add(key)
      const text = texts.get(key)
      if (text === undefined) throw new Error(`${language} has no ${key}.`)
      return text.replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string) => String(values[name] ?? whole))
    }
    const locale = localeOf(language)
    const channel = (code: string): string => {
      const name = nameOfChannel(code, locale)
      return typeof name === "string" ? name : t(name.text, name.values)
    }
    return [language, { t, channel, money: (amount, currency) => moneyOf(amount, currency, locale) }]
  })

/** What a person reads of the values, in whatever language: each amount, and each number. */
const shownIn = (values: object, { money }: Writer): string[] =>
  Object.values(values as Record<string, unknown>).flatMap((value) => {
    if (isSum(value)) return [money(Number(value.amount), value.currency)]
    return typeof value === "string" && /^[A-Z]+1$/.test(value) ? [value] : []
  })

const sum: Sum = { amount: "1.00", currency: "thb" }

const isSum = (value: unknown): value is Sum =>
  typeof value === "object" && value !== null && "amount" in value && "currency" in value

describe("the timeline", () => {
  it("is in one order, newest first, whoever did it", () => {
    const entries = timelineOf(
      payment({
        paid_at: "2026-03-01T08:01:00.000Z",
        operations: [
          operation({ id: "open", kind: "open", settled_at: "2026-03-01T08:00:00.000Z" }),
          operation({ id: "refund", settled_at: "2026-03-01T08:03:00.000Z" }),
        ],
        notifications: [notification({ id: "note", created_at: "2026-03-01T08:02:00.000Z" })],
      }),
    )
    expect(entries.map((entry) => entry.id)).toEqual(["refund", "note", "gpay_1:paid", "open"])
  })

  it("never has the shopper pay before the payment was opened: gateways tell whole seconds", () => {
    const entries = timelineOf(
      payment({
        paid_at: "2026-03-01T08:00:00.000Z",
        operations: [operation({ id: "open", kind: "open", settled_at: "2026-03-01T08:00:00.417Z" })],
      }),
    )
    expect(entries.map((entry) => entry.id)).toEqual(["gpay_1:paid", "open"])
  })

  it("says of an operation how it stands, with the number to quote", () => {
    const [entry] = timelineOf(
      payment({
        operations: [operation({ state: "refused", code: "E1", message: "No balance.", gateway_no: "77" })],
      }),
    )
    expect(entry).toMatchObject({
      text: "timeline.operation.refund.refused",
      tone: "problem",
      amount: 100,
      detail: "No balance.",
      code: "E1",
      numbers: [
        { label: "numbers.ours", value: "01REFUND" },
        { label: "numbers.gateways", value: "77" },
      ],
    })
  })

  it("says of a repeated operation how often it was sent", () => {
    const [entry] = timelineOf(payment({ operations: [operation({ attempts: 3, state: "unknown" })] }))
    expect(entry).toMatchObject({ tone: "waiting", times: { text: "timeline.attempts", times: 3 } })
  })

  it("calls what was recorded by hand made outside, with the note and without a number that means nothing there", () => {
    const [entry] = timelineOf(
      payment({
        operations: [operation({ outside: true, merchant_no: "by-hand-1", message: "By transfer." })],
      }),
    )
    expect(entry).toMatchObject({ text: "timeline.outside", detail: "By transfer.", numbers: [] })
  })

  it("says what a person decided, with the note, and what it came to", () => {
    const decision = {
      id: "gdec_1",
      action: "refund" as const,
      operation_id: null,
      amount: 7,
      how: null,
      refund_id: null,
      note: "Agreed by phone.",
      decided_by: "user_1",
      created_at: "2026-03-01T08:00:00.000Z",
    }
    const entryOf = (answer: string | null) =>
      timelineOf(payment({ decisions: [{ ...decision, answer }] }))[0]
    expect(entryOf("done")).toMatchObject({
      text: "timeline.decision.refund",
      detail: "Agreed by phone.",
      by: "user_1",
      tone: "done",
      problem: null,
    })
    expect(entryOf("refund_refused")).toMatchObject({ tone: "problem", problem: "problem.refund_refused" })
    expect(entryOf(null)).toMatchObject({ tone: "waiting", problem: null })
  })

  it("says who decided a refund that a decision made", () => {
    const decision = {
      ...{
        id: "gdec_1",
        action: "refund" as const,
        operation_id: null,
        amount: 7,
        how: null,
        refund_id: null,
      },
      ...{ note: "Agreed.", decided_by: "user_1", answer: "done", created_at: "2026-03-01T08:00:00.000Z" },
    }
    const entries = timelineOf(
      payment({
        decisions: [decision],
        operations: [operation({ decision_id: "gdec_1" }), operation({ id: "gop_2" })],
      }),
    )
    expect(Object.fromEntries(entries.map(({ id, by }) => [id, by]))).toEqual({
      gdec_1: "user_1",
      gop_1: "user_1",
      gop_2: null,
    })
  })

  it("does not present a forged message as the gateway's", () => {
    const [entry] = timelineOf(
      payment({
        notifications: [notification({ verified: false, result: "ignored", reason: "Bad signature." })],
      }),
    )
    expect(entry).toMatchObject({
      text: "timeline.notification.unverified",
      tone: "problem",
      detail: "Bad signature.",
    })
  })
})

describe("what stands beside a notification", () => {
  const [language, { t }] = writers().find(([name]) => name === "th")!
  const said = (facts: Partial<Notification>) => {
    const [entry] = timelineOf(payment({ notifications: [notification(facts)] }))
    return [entry?.said && t(entry.said), entry?.detail]
  }

  it(`is in the reader's language, by its code, and the server's sentence stays beside it (${language})`, () => {
    expect(
      said({ verified: false, result: "ignored", code: "unsigned", reason: "it carries no signature" }),
    ).toEqual(["ไม่มีลายเซ็น", "it carries no signature"])
    expect(said({ result: "failed", code: "busy", message: "Somebody is at it." })).toEqual([
      t("problem.busy"),
      "Somebody is at it.",
    ])
  })

  it("is the server's own sentence where an older release stored no code", () => {
    expect(said({ result: "failed", code: null, message: "It failed." })).toEqual([null, "It failed."])
  })

  it("and beside what is under way there is nothing that the line does not say itself", () => {
    const asked = {
      asked_at: "2026-03-01T08:00:00.000Z",
      asked_outcome: "pending",
      asked_message: "In English.",
    } as const
    const [entry] = timelineOf(
      payment({ operations: [operation({ state: "pending", message: "In English.", ...asked })] }),
    )
    expect([entry?.detail, entry?.asked?.detail, entry?.asked?.text]).toEqual([
      null,
      null,
      "timeline.asked.pending",
    ])
  })
})

describe("attention", () => {
  it("has a reason, something to do, and what was found, for every code in every language", () => {
    const used = new Set<string>()
    for (const [language, writer] of writers(used))
      for (const { code, values } of attentions) {
        const { reason, todos } = attentionText(code, values)
        const found = attentionFound(code, values, writer)
        const texts = [writer.t(reason), ...todos.map((todo) => writer.t(todo)), found ?? ""]
        for (const text of texts)
          expect([language, code, text]).toEqual([language, code, expect.stringMatching(/\S/)])
        expect([language, code, found]).toEqual([
          language,
          code,
          expect.not.stringMatching(/\{\{|undefined|null|object/),
        ])
        for (const shown of shownIn(values, writer))
          expect([language, code, found]).toEqual([language, code, expect.stringContaining(shown)])
      }
    const forAttention = [...english.keys()].filter((key) =>
      /^attention\.(found|unwanted|change|quote|todo\.payout_waits_)/.test(key),
    )
    expect(forAttention.filter((key) => !used.has(key))).toEqual([])
  })

  it.each([
    ["qr_stays_open", { why: "order_canceled", gateway: "ksher", channel: "promptpay" }],
    ["refund_unsupported", { why: "whole_only", channel: "promptpay" }],
    ["refund_unsupported", { why: "no_refunds", channel: "promptpay", gateway: "ksher", amount: sum }],
  ])("%s calls the channel by its name", (code, values) => {
    for (const [, writer] of writers())
      expect(attentionFound(code, values, writer)).toContain(writer.channel("promptpay"))
  })

  it("says before it is dismissed what that decides, for every code by which the server decides something", () => {
    for (const code of attentionCodes) {
      const decides = dismissals[code]
      expect(dismissalText(code)).toBe(decides && `resolve.dismissal.${decides}`)
    }
    expect(dismissalText("something_new")).toBeUndefined()
    expect(dismissalText(null)).toBeUndefined()
  })

  it("of an unknown code, and of a release that kept its sentence alone, is still told", () => {
    const [[, writer] = []] = writers()
    if (!writer) throw new Error("There is no language.")
    expect(attentionFound("something_new", { order: "A1" }, writer)).toBeNull()
    expect(attentionFound("no_order", null, writer)).toBeNull()
    expect(attentionText("something_new")).toEqual({
      reason: "attention.title",
      todos: ["attention.todo.other"],
    })
  })
})

describe("the reconcile report", () => {
  const change = (code: string, number?: string) => ({
    ...{ gateway_payment_id: "gpay_1", code, what: "in its own words", from: "", to: "" },
    ...(number === undefined ? {} : { number }),
  })

  it("has words in every language for each difference that a comparison names", () => {
    expect(changeCodes.filter((code) => changeText(change(code)) === null)).toEqual([])
  })

  it("names the operation that is in doubt, and a refund that was made at the gateway only", () => {
    expect(changeText(change("doubt", "01REFUND"))).toEqual({
      text: "reconcile.what.doubt",
      number: "01REFUND",
    })
    expect(changeText(change("refund_there", "900001"))).toEqual({
      text: "reconcile.what.refund_there",
      number: "900001",
    })
  })

  it("shows what it has no words for as it came", () => {
    expect(changeText(change("something_new"))).toBeNull()
  })

  it("tells what running it puts right", () => {
    const codes = ["late", "captured_beyond", "unpaid_there", "not_settled"]
    expect(settleable(codes.map((code) => change(code))).map(({ code }) => code)).toEqual(["late"])
  })

  it("adds up by currency what goes back to the payers of the payments that are put right", () => {
    const compared = (id: string, currency_code: string, refund_amount: number) => ({
      ...{
        id,
        order_id: null,
        merchant_order_no: id,
        gateway: "ksher" as const,
        currency_code,
        refund_amount,
      },
    })
    const payments = [
      ...[compared("a", "thb", 200.5), compared("b", "thb", 0.1), compared("c", "hkd", 3)],
      ...[compared("d", "hkd", 0), compared("e", "thb", 99)],
    ]
    expect(refundsOf(payments, ["a", "a", "b", "c", "d"])).toEqual([
      { currency: "thb", amount: 200.6 },
      { currency: "hkd", amount: 3 },
    ])
    expect(refundsOf(payments, ["d"])).toEqual([])
  })

  it("knows an amount from a word", () => {
    expect(["350.50", "0", "-1.5", "void", "", "1e3"].map(amountText)).toEqual([
      350.5,
      0,
      -1.5,
      null,
      null,
      null,
    ])
  })

  it("translates states, and leaves amounts alone", () => {
    expect(valueText("paid_late")).toBe("state.paid_late")
    expect(valueText("closed")).toBe("reconcile.value.closed")
    expect(valueText("350.50")).toBeNull()
  })
})

describe("numbers and languages", () => {
  it("knows Medusa's codes by the browser's", () => {
    expect(["en", "th", "zhCN", "zhTW", "ptBR"].map(localeOf)).toEqual([
      "en",
      "th",
      "zh-CN",
      "zh-TW",
      "pt-BR",
    ])
  })

  it("writes money with its currency's code and decimals", () => {
    expect(moneyOf(350.5, "thb", "en").replace(/\s/g, " ")).toBe("THB 350.50")
    expect(moneyOf(1200, "jpy", "en").replace(/\s/g, " ")).toBe("JPY 1,200")
  })

  it("writes a share as a percentage", () => {
    expect(shareOf(1 / 8, "en")).toBe("12.5%")
  })
})
