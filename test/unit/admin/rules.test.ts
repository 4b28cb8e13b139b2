import { asParams, isFiltered, readView } from "../../../src/admin/rules/list-view"
import {
  amountLeft,
  asResolution,
  channelLimit,
  firstDraft,
  isMoving,
  problemsOf,
  resolutionsOf,
} from "../../../src/admin/rules/payment"
import { operation, payment } from "./payments"

describe("what is left of a payment", () => {
  it("is what was paid less what went back, is on its way, or is in doubt", () => {
    const operations = (["succeeded", "pending", "unknown", "sent"] as const).map((state) =>
      operation({ state, amount: 50.1 }),
    )
    expect(amountLeft(payment({ operations }))).toBe(150.1)
  })

  it("is not touched by what was refused or never sent, nor by a close", () => {
    const operations = [
      operation({ state: "refused" }),
      operation({ state: "not_sent" }),
      operation({ kind: "close", amount: null }),
    ]
    expect(amountLeft(payment({ operations }))).toBe(350.5)
  })

  it("is never less than nothing", () => {
    expect(amountLeft(payment({ operations: [operation({ amount: 400 })] }))).toBe(0)
  })

  it("has no decimals where the currency has none", () => {
    const yen = payment({ currency_code: "jpy", paid_amount: 1200, operations: [operation({ amount: 200 })] })
    expect(firstDraft(yen).amount).toBe("1000")
  })
})

describe("what a person may decide", () => {
  it("of a paid payment: refund it, or record what was returned another way", () => {
    expect(resolutionsOf(payment())).toEqual(["refund", "record_refund"])
  })

  it("of a PromptPay payment: only record", () => {
    const capabilities = { refund: false, partial_refund: false }
    expect(resolutionsOf(payment({ capabilities }))).toEqual(["record_refund"])
  })

  it("under attention: also dismiss", () => {
    expect(resolutionsOf(payment({ attention: "Look." }))).toContain("dismiss")
  })

  it("of an unpaid payment: nothing, and under attention dismiss", () => {
    expect(resolutionsOf(payment({ state: "pending", paid_amount: 0 }))).toEqual([])
    expect(resolutionsOf(payment({ state: "void", paid_amount: 0, attention: "Look." }))).toEqual(["dismiss"])
  })

  it("of a refund in doubt: nothing while the gateway is about to answer, and what was found once it is under attention", () => {
    const operations = [operation({ state: "unknown" })]
    expect(resolutionsOf(payment({ operations }))).toEqual([])
    expect(resolutionsOf(payment({ operations, attention: "Look." }))).toEqual([
      "record_refund",
      "refund",
      "dismiss",
    ])
  })

  it("of a refund in doubt is never suggested", () => {
    const doubtful = payment({ operations: [operation({ state: "unknown" })], attention: "Look." })
    expect(firstDraft(doubtful).action).toBeNull()
    expect(problemsOf(firstDraft(doubtful), doubtful).action).toBe("action_missing")
  })
})

describe("what a channel cannot do", () => {
  const none = { refund: false, partial_refund: false }

  it("is said before the shopper has paid, and after", () => {
    expect(channelLimit(payment({ state: "pending", capabilities: none }))).toBe("no_refund")
    expect(channelLimit(payment({ capabilities: none }))).toBe("no_refund")
    expect(channelLimit(payment({ capabilities: { refund: true, partial_refund: false } }))).toBe(
      "whole_only",
    )
  })

  it("is not said where nothing can be owed any more, or nothing is known", () => {
    expect(channelLimit(payment({ state: "refunded", capabilities: none }))).toBeNull()
    expect(channelLimit(payment({ state: "void", capabilities: none }))).toBeNull()
    expect(channelLimit(payment({ capabilities: undefined }))).toBeNull()
  })
})

describe("a draft", () => {
  const draft = (amount: string) => ({ action: "refund" as const, amount, note: "Agreed by phone." })

  it.each([
    ["", "amount_missing"],
    ["12,50", "amount_form"],
    ["1 000", "amount_form"],
    ["-5", "amount_form"],
    ["1e3", "amount_form"],
    ["1.005", "amount_decimals"],
    ["0", "amount_range"],
    ["350.51", "amount_range"],
  ])("of the amount %j is %s", (amount, problem) => {
    expect(problemsOf(draft(amount), payment()).amount).toBe(problem)
  })

  it.each(["350.5", "350.50", "0.01", " 100 "])("of the amount %j is good", (amount) => {
    expect(problemsOf(draft(amount), payment())).toEqual({})
  })

  it("of a part is refused for a channel that refunds whole payments only, unless it is recorded", () => {
    const whole = payment({ capabilities: { refund: true, partial_refund: false } })
    expect(problemsOf(draft("100"), whole).amount).toBe("whole_only")
    expect(problemsOf({ ...draft("100"), action: "record_refund" }, whole)).toEqual({})
  })

  it("needs a note that is not too long", () => {
    expect(problemsOf({ ...draft("1"), note: "  " }, payment()).note).toBe("note_missing")
    expect(problemsOf({ ...draft("1"), note: "x".repeat(1001) }, payment()).note).toBe("note_long")
  })

  it("to dismiss needs and sends no amount", () => {
    const dismissal = { action: "dismiss" as const, amount: "no number", note: " Seen. " }
    const held = payment({ attention: "Look." })
    expect(problemsOf(dismissal, held)).toEqual({})
    expect(asResolution(dismissal, held)).toEqual({ action: "dismiss", note: "Seen." })
  })

  it("about a refund in doubt sends no amount: it is decided as it was sent", () => {
    const doubtful = payment({ operations: [operation({ state: "unknown" })], attention: "Look." })
    const found = { action: "record_refund" as const, amount: "1", note: "Seen in the console." }
    expect(asResolution(found, doubtful)).toEqual({ action: "record_refund", note: "Seen in the console." })
  })
})

describe("a payment is looked at again", () => {
  it("while the shopper may pay, or an operation runs", () => {
    expect(isMoving(payment({ state: "pending" }))).toBe(true)
    expect(isMoving(payment({ operations: [operation({ state: "pending" })] }))).toBe(true)
  })

  it("and not once all is settled", () => {
    expect(isMoving(payment({ operations: [operation()] }))).toBe(false)
  })
})

describe("the list's address", () => {
  it("says what is searched, filtered and paged, and is read back", () => {
    const view = { q: "01ORDER", gateway: "ksher", state: "paid", attention: "true", page: 2 }
    expect(readView(asParams(view))).toEqual(view)
  })

  it("is empty for the first page of everything", () => {
    expect(asParams({ page: 0 }).toString()).toBe("")
    expect(isFiltered(readView(new URLSearchParams()))).toBe(false)
  })

  it("leaves out what makes no sense", () => {
    const params = new URLSearchParams("gateway=paypal&state=lost&attention=maybe&page=-3&q=%20")
    expect(readView(params)).toEqual({ page: 0 })
  })
})
