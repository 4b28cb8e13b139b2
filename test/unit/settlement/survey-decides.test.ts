import { committedAmount, isDone } from "../../../src/services/ledger"
import type { GatewayPayment, HostPayment, Operation } from "../../../src/services/settlement"
import { decideReturn } from "../../../src/services/settlement/returns/decide-return"
import type { ReturnIntent } from "../../../src/services/settlement/returns/decide-return"
import { decideCapture } from "../../../src/services/settlement/settling/decide-capture"
import { decideOwed, mostRefusals } from "../../../src/services/settlement/settling/decide-owed"
import type { OwedFacts, OwedPicture } from "../../../src/services/settlement/settling/decide-owed"
import { differences } from "../../../src/services/settlement/survey"
import type { Change } from "../../../src/services/settlement/survey"
import { aPayment, anOperation, now } from "./pictures"

/* What the comparison of books lists of money, beside what the next look at the same picture has captured and sent back. */

const paid = 10_000
const part = 4_000
const longAgo = new Date(now.getTime() - 60 * 60_000)

const payments: [string, Partial<GatewayPayment>][] = [
  ["paid and wanted", { state: "paid" }],
  ["paid and given up", { state: "paid", unwanted: "order_canceled" }],
  ["late", { state: "paid_late", unwanted: "closed" }],
]

const operation = (patch: Partial<Operation>): Operation =>
  anOperation({ id: "gpop_R1", number: "R1", settledAt: longAgo, ...patch })

const histories: [string, Operation[]][] = [
  ["nothing was tried", []],
  ["a part went back for the row", [operation({ amount: part, refundId: "ref_1" })]],
  ["a part went back in the console", [operation({ amount: part, outside: true })]],
  ["a part is in doubt", [operation({ amount: part, state: "unknown", refundId: "ref_1", settledAt: null })]],
  ["all is in doubt", [operation({ amount: paid, state: "unknown", settledAt: null })]],
  [
    "a part was accepted",
    [operation({ amount: part, state: "pending", refundId: "ref_1", settledAt: null })],
  ],
  [
    "a part waits for the shopper",
    [operation({ kind: "payout", amount: part, state: "pending", attempts: 0 })],
  ],
  ["a part was refused", [operation({ amount: part, state: "refused", refundId: "ref_1" })]],
  [
    "a part was refused too often",
    Array.from({ length: mostRefusals }, (_, index) =>
      operation({ id: `gpop_${index}`, amount: part, state: "refused", refundId: "ref_1" }),
    ),
  ],
]

const row = (id: string, amount: string) => ({ id, amount, createdAt: longAgo })
const inMedusa = (refunds: HostPayment["refunds"], captured = "100"): HostPayment => ({
  ...{ id: "pay_1", sessionId: "payses_1", collectionId: "col_1", captured, refunds },
})
const books: [string, HostPayment | undefined][] = [
  ["not in Medusa", undefined],
  ["authorized", inMedusa([], "0")],
  ["captured", inMedusa([])],
  ["captured, a part refunded", inMedusa([row("ref_1", "40")])],
  ["captured, two parts refunded", inMedusa([row("ref_1", "40"), row("ref_2", "10")])],
]

const stands: [string, Partial<GatewayPayment>][] = [
  ["nothing said", {}],
  ["it cannot be refunded", { attentionCode: "refund_unsupported" }],
  ["returned, amount unknown", { attentionCode: "outside_unclear", returnedUnsaid: true }],
  ["the part is dismissed", { dismissed: [{ refundId: "ref_1", amount: part }] }],
  ["a part of the rest is dismissed", { dismissed: [{ refundId: null, amount: part }] }],
  [
    "the return is left out of Medusa",
    { dismissed: [{ refundId: null, amount: 0, operationId: "gpop_R1" }] },
  ],
]

interface Case {
  name: string
  picture: Omit<OwedPicture, "facts" | "onlyAsks" | "gateway" | "latePayment">
  operations: Operation[]
}

const cases: Case[] = payments.flatMap(([ofPayment, payment]) =>
  histories.flatMap(([ofHistory, operations]) =>
    books.flatMap(([ofBooks, booked]) =>
      stands.flatMap(([ofStand, stand]) =>
        [true, false].map((canceled) => ({
          name: [ofPayment, ofHistory, ofBooks, ofStand, canceled ? "cancelled" : "stands"].join("; "),
          picture: {
            payment: made({ ...payment, ...stand }, operations, booked),
            ...{ booked, order: { id: "order_1", canceled }, now },
          },
          operations,
        })),
      ),
    ),
  ),
)

/** The payment is what its returns make of it. */
function made(patch: Partial<GatewayPayment>, operations: Operation[], booked: HostPayment | undefined) {
  const done = operations.filter(({ state }) => state === "succeeded")
  const refundedAmount = done.reduce((sum, { amount }) => sum + (amount ?? 0), 0)
  const capturedAt = booked && booked.captured !== "0" ? longAgo : null
  const state = refundedAmount > 0 ? ("partially_refunded" as const) : (patch.state ?? "paid")
  return aPayment({
    paidAmount: paid,
    paidAt: longAgo,
    createdAt: longAgo,
    refundedAmount,
    capturedAt,
    ...patch,
    state,
  })
}

/** What of the operations Medusa holds no row for. */
const unbooked = ({ operations, booked }: Pick<World, "operations" | "booked">): Operation[] => {
  const rows = new Set(booked?.refunds.map(({ id }) => id))
  return operations.filter((one) => isDone(one) && !rows.has(one.refundId ?? ""))
}

interface Looked {
  captures: boolean
  /** What is sent, in minor units. */
  sent: number
  /** What is not tried any more, and is left to a person. */
  leaves: number
}

/**
 * What the next looks do, by the decisions alone, while nothing else happens: what is in doubt turns out to be as is given, each return goes
 * through at once, and what Medusa does not know is entered.
 */
function look({ picture, operations: before }: Case, doubt: "succeeded" | "refused" = "succeeded"): Looked {
  const operations = before.map((one) =>
    one.state === "unknown" ? { ...one, state: doubt, settledAt: longAgo } : one,
  )
  const first: World = { payment: picture.payment, operations, booked: picture.booked }
  const looked: Looked = { captures: false, sent: 0, leaves: 0 }
  if (!first.payment.returnedUnsaid) {
    const capture = decideCapture({
      ...{ payment: first.payment, now },
      facts: {
        ...{ booked: first.booked ?? null, session: null, linked: true },
        returning: committedAmount(operations) > 0,
      },
    })
    looked.captures = capture.do === "tell"
    if (capture.do === "call_late") first.payment = { ...first.payment, state: "paid_late" }
  }
  let world = first
  for (let looks = 0; looks < 4; looks++) world = entered(returned(world, picture, looked))
  return looked
}

interface World {
  payment: GatewayPayment
  operations: Operation[]
  booked: HostPayment | undefined
}

/** One look at what is owed. */
function returned(begun: World, picture: Case["picture"], looked: Looked): World {
  let world = begun
  looked.leaves = 0
  let passed: OwedFacts["passed"] = []
  for (let turn = 0; turn < 24; turn++) {
    const { payment, operations, booked } = world
    const step = decideOwed({
      ...{ ...picture, payment, booked, facts: { operations, notBooked: unbooked(world), passed } },
      ...{ gateway: "ksher", latePayment: "refund", onlyAsks: false },
    })
    if (step.do === "rest") return world
    if (step.do === "read_operations" || step.do === "read_rows") throw new Error("All of it is known.")
    passed = [...passed, step.debt.refundId]
    if (step.do === "report") looked.leaves += Math.round(Number(step.debt.owed.amount) * 100)
    else if (step.do === "refund_row")
      world = asked(world, { amount: { major: step.row.amount }, refundId: step.row.id }, looked)
    else if (step.do === "refund_late") world = asked(world, { amount: "owed", refundId: null }, looked)
    // Medusa makes a row of its own for it, and deletes it where nothing comes of that.
    else
      world = asked(
        world,
        { amount: { major: step.amount }, refundId: `ref_${operations.length}_new` },
        looked,
      )
  }
  throw new Error("It comes to no rest.")
}

function asked(world: World, intent: ReturnIntent, looked: Looked): World {
  const { payment, operations, booked } = world
  const step = decideReturn({
    ...{ payment, operations, channel: { refund: true, partialRefund: true, refundQuery: true } },
    ...{ oneAtATime: false, reversible: false, mostPaidOut: 0, intent: { ...intent, owed: true } },
    facts: { doubtsAsked: true, returnsLookedFor: "looked", notBooked: unbooked(world) },
  })
  const { refundId } = intent
  if (step.do === "hand_over")
    return {
      ...world,
      operations: operations.map((one) => (one.id === step.operation.id ? { ...one, refundId } : one)),
    }
  if (step.do !== "send") return world
  looked.sent += step.amount
  const isNew = booked && refundId !== null && !booked.refunds.some(({ id }) => id === refundId)
  return {
    payment,
    booked: isNew
      ? { ...booked, refunds: [...booked.refunds, row(refundId, (step.amount / 100).toFixed(2))] }
      : booked,
    operations: [...operations, operation({ id: `new_${operations.length}`, amount: step.amount, refundId })],
  }
}

/** What Medusa does not know is entered there, unless it holds a row for it, or a person left it out. */
function entered(world: World): World {
  const { payment, booked } = world
  if (!booked || booked.captured === "0") return world
  const toEnter = unbooked(world).filter(({ id }) => !payment.dismissed.some((one) => one.operationId === id))
  return toEnter.reduce<World>((now, { id, amount }) => {
    const refundId = `entered_${id}`
    const refunds = [...(now.booked?.refunds ?? []), row(refundId, ((amount ?? 0) / 100).toFixed(2))]
    return {
      ...now,
      booked: { ...booked, refunds },
      operations: now.operations.map((one) => (one.id === id ? { ...one, refundId } : one)),
    }
  }, world)
}

const listed = ({ picture, operations }: Case): Change[] =>
  differences({
    ...picture,
    ...{ operations, standing: undefined, listed: undefined, beyond: 0, books: [] },
    why: picture.payment.unwanted,
  })

const sumOf = (changes: readonly Change[], code: Change["code"]): number =>
  changes
    .filter((change) => change.code === code)
    .reduce((sum, { from, to }) => sum + Math.round((Number(from) - Number(to)) * 100), 0)

it("are more than a thousand", () => {
  expect(cases.length).toBeGreaterThan(1_000)
})

it("lists a capture where the next look has Medusa capture, or a part went back before that", () => {
  for (const one of cases) {
    const { payment, booked } = one.picture
    const isPart =
      payment.state === "partially_refunded" &&
      !payment.unwanted &&
      !payment.returnedUnsaid &&
      payment.capturedAt === null
    const isListed = sumOf(listed(one), "capture") !== 0
    expect([one.name, booked?.captured, isListed]).toEqual([
      one.name,
      booked?.captured,
      look(one).captures || isPart,
    ])
  }
})

it("lists what goes back by itself, with what of it is left to a person, and no more", () => {
  const wrong = cases
    .filter((one) => !isExcepted(one))
    .flatMap((one) => {
      const changes = listed(one)
      const back = Math.max(
        ...[sumOf(changes, "late"), sumOf(changes, "cancelled_order"), sumOf(changes, "refunds"), 0],
      )
      // Of what is in doubt it is said besides that it is asked about: either end is right.
      const ends = (["succeeded", "refused"] as const).map((doubt) => look(one, doubt))
      const least = Math.min(...ends.map(({ sent }) => sent))
      const most = Math.max(...ends.map(({ sent, leaves }) => sent + leaves))
      return back >= least && back <= most
        ? []
        : [`${one.name}: listed ${back}, ${least} to ${most} goes back`]
    })
  expect(wrong).toEqual([])
})

/** A row that is owed, beside a return of another amount that Medusa does not know: the sums of both are set side by side. */
const isExcepted = ({ name }: Case): boolean =>
  /(console|waits for the shopper); captured, two parts refunded; the part is dismissed; stands/.test(name)
