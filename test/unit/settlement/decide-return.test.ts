import type { Operation } from "../../../src/services/settlement"
import { decideReturn } from "../../../src/services/settlement/returns/decide-return"
import type { ReturnPicture } from "../../../src/services/settlement/returns/decide-return"
import { anOperation, aPayment, now } from "./pictures"

const asked: ReturnPicture = {
  payment: aPayment({ state: "paid", paidAmount: 10_000, paidAt: now, capturedAt: now }),
  operations: [],
  channel: { refund: true, partialRefund: true, refundQuery: true },
  ...{ oneAtATime: true, reversible: false, mostPaidOut: 0 },
  intent: { amount: { major: "40.00" }, refundId: "ref_2" },
  facts: { doubtsAsked: true, returnsLookedFor: "looked", notBooked: [] },
}

/** In doubt at first, accepted then and entered in Medusa: whoever had asked was told "not known, try again". */
const first = anOperation({
  ...{ id: "gpop_1", amount: 4_000, medusaAmount: "40.00", refundId: "ref_1", untold: true },
})
const second = (patch: Partial<Operation>): Operation =>
  anOperation({ ...first, id: "gpop_2", untold: false, ...patch })

const repeated = (...operations: Operation[]) => decideReturn({ ...asked, operations })

it("who was told that a refund is in doubt, and asks again when it has gone through, is told so once", () => {
  expect(repeated(first)).toMatchObject({ do: "refuse", refusal: { code: "earlier_refund_booked_first" } })
  expect(repeated({ ...first, untold: false, told: true })).toMatchObject({ do: "send", amount: 4_000 })
})

it("is told so too where that one failed after it was accepted, and the job has sent it again under its row", () => {
  const failed = { ...first, state: "refused" } as const
  const step = repeated(failed, second({ state: "succeeded" }))
  expect(step).toMatchObject({
    do: "refuse",
    refusal: { code: "earlier_refund_booked_first", booked: "since" },
    tells: { id: "gpop_1" },
  })
})

describe("a refund that counts as refused", () => {
  const refused = (patch: Partial<Operation>) =>
    anOperation({ id: "gpop_1", number: "R1", amount: 4_000, refundId: "ref_1", state: "refused", ...patch })
  const unsure = refused({ reason: "by_hand" })

  it.each([
    ["by a person's word", unsure],
    [
      "as a question found nothing after a failure that nobody documents",
      refused({ reason: "undocumented" }),
    ],
    ["by the refusal of a repetition", refused({ reason: "not_supported", attempts: 2 })],
  ])("%s is asked about before another is sent", (_why, operation) => {
    expect(repeated(operation)).toEqual({ do: "ask_about_refused", operations: [operation] })
  })

  it.each([
    ["by the gateway's answer to its only attempt", refused({ reason: "exceeds_balance" })],
    ["as the gateway says of its number", refused({ reason: "declined", attempts: 2 })],
    ["and was made in the console", refused({ reason: "by_hand", outside: true })],
    ["and never left", refused({ state: "not_sent", attempts: 2 })],
  ])("%s is not asked about", (_why, operation) => {
    expect(repeated(operation)).toMatchObject({ do: "send" })
  })

  it("is not asked about where the gateway has listed its refunds, cannot tell, or a person has recorded it", () => {
    const { facts, channel } = asked
    const operations = [unsure]
    const listed = { ...asked, operations, facts: { ...facts, returnsLookedFor: "listed" as const } }
    expect(decideReturn(listed)).toMatchObject({ do: "send" })
    expect(decideReturn({ ...asked, operations, channel: { ...channel, refundQuery: false } })).toMatchObject(
      {
        do: "send",
      },
    )
    const recorded = anOperation({ id: "gpop_3", amount: 4_000, outside: true, describedBy: ["R1"] })
    expect(repeated(unsure, recorded)).not.toMatchObject({ do: "ask_about_refused" })
  })

  it("keeps another from being sent as long as the gateway is silent about it, and no longer", () => {
    const after = (unanswered: Operation | undefined) =>
      decideReturn({
        ...asked,
        operations: [unsure],
        facts: { ...asked.facts, refusedAsked: { unanswered } },
      })
    expect(after(unsure)).toEqual({ do: "refuse", refusal: { code: "refund_unknown", operation: unsure } })
    expect(after(undefined)).toMatchObject({ do: "send" })
  })
})

describe("where it failed later, and the job has not made it again yet", () => {
  const failed = { ...first, state: "refused" } as const
  const owed = {
    do: "refuse",
    refusal: { code: "earlier_refund_booked_first", booked: "owed" },
    tells: { id: "gpop_1" },
  }

  it("is told so once: Medusa holds its row, and the job would send it beside the repetition", () => {
    expect(repeated(failed)).toMatchObject(owed)
    expect(repeated(failed, second({ state: "refused" }))).toMatchObject(owed)
    expect(repeated(failed, second({ state: "succeeded", refundId: "ref_9" }))).toMatchObject(owed)
    expect(repeated({ ...failed, untold: false, told: true })).toMatchObject({ do: "send" })
  })

  it("is sent where nothing is owed any more: Medusa has deleted the row, or a person has dismissed it", () => {
    const { facts } = asked
    const deleted = { ...asked, operations: [failed], facts: { ...facts, notBooked: [failed] } }
    expect(decideReturn(deleted)).toMatchObject({ do: "send" })
    const payment = { ...asked.payment, dismissed: [{ refundId: "ref_1", amount: 4_000 }] }
    expect(decideReturn({ ...asked, payment, operations: [failed] })).toMatchObject({ do: "send" })
  })

  it("its own row is made again, and asks nobody", () => {
    const intent = { ...asked.intent, refundId: "ref_1", byItself: true, owed: true } as const
    expect(decideReturn({ ...asked, intent, operations: [failed] })).toMatchObject({ do: "send" })
  })

  it("Medusa is asked whether it holds the row", () => {
    const { notBooked: _read, ...facts } = asked.facts
    expect(decideReturn({ ...asked, facts, operations: [failed] })).toMatchObject({
      do: "read_rows",
      done: [{ id: "gpop_1" }],
    })
  })
})

describe("beside a refund of 60.00 that waits for the shopper", () => {
  const waiting = anOperation({
    ...{ id: "gpop_1", kind: "payout", amount: 6_000, state: "pending", decisionId: "gpdc_1", attempts: 0 },
  })
  const fromAccount = { refund: false, partialRefund: false, refundQuery: false }
  const asking = (major: string, patch: Partial<ReturnPicture> = {}) => {
    const operations = [waiting]
    const intent = { ...asked.intent, amount: { major } }
    const facts = { ...asked.facts, notBooked: operations }
    return decideReturn({ ...asked, ...{ operations, intent, facts, channel: fromAccount }, ...patch })
  }

  it.each([
    ["a smaller one that fits beside it is asked for", "40.00", 10_000, { do: "ask_shopper", amount: 4_000 }],
    ["one of its amount is this very one", "60.00", 10_000, { do: "hand_over", operation: waiting }],
    ["a larger one takes it in", "100.00", 10_000, { do: "take_over", operations: [waiting] }],
    ["a smaller one for which nothing is left is refused", "50.00", 10_000, { refusal: { waiting: 6_000 } }],
    ["nothing takes it in that cannot be made", "100.00", 0, { refusal: { code: "refund_unsupported" } }],
    ["nor what is more than may be paid out", "100.00", 9_999, { refusal: { code: "refund_unsupported" } }],
  ] as const)("%s", (_what, major, mostPaidOut, step) => {
    expect(asking(major, { mostPaidOut })).toMatchObject(step)
  })
})
