import { answeredUnknown, isQuiet, notSent, refused, succeeded, unknown } from "../../../src/core"
import type { OperationState, Outcome, PayoutRecord } from "../../../src/core"
import type { Operation } from "../../../src/services/settlement"
import {
  decidePayout,
  lateToAsk,
  nextLateAsk,
} from "../../../src/services/settlement/shopper-payouts/decide-payout"
import type {
  PayoutFacts,
  PayoutPicture,
  PayoutStep,
} from "../../../src/services/settlement/shopper-payouts/decide-payout"
import { anOperation } from "./pictures"

const noon = new Date("2026-11-28T12:00:00+07:00")
const night = new Date("2026-11-28T02:45:00+07:00")
const later = (ms: number) => new Date(noon.getTime() + ms)

const link = { id: "gprl_1", wrongTries: 0, expiresAt: later(1), madeBy: null }
const waiting: PayoutPicture = {
  operation: {
    ...{ state: "pending", amount: 100, attempts: 0, reason: "given", code: null, message: null },
    updatedAt: later(-3_600_000),
  },
  row: { givenAt: noon, link, releasedAt: null },
  isOn: true,
  paysOut: true,
  hasEarlier: false,
  absentSince: null,
  toBeBooked: false,
  readable: true,
  left: 0,
  doubtBeside: false,
  isMet: false,
  policy: { maxAmount: 100, release: "automatic", sendAgain: false },
  now: noon,
  facts: {},
  onlyAsks: false,
}

const looked = { returnsLookedFor: "sure" } as const
const failedOnce: PayoutPicture["operation"] = {
  ...waiting.operation,
  ...{ state: "unknown", attempts: 1, reason: "answered", code: "KSHER_X", message: "m" },
}
const maySendAgain: Partial<PayoutPicture> = {
  operation: { ...failedOnce, reason: null, code: null },
  policy: { ...waiting.policy, sendAgain: true },
}
const poorOnce = { ...failedOnce, code: "KSHER_BALANCE_NOT_ENOUGH" }

const record = { gatewayNo: "K1", fee: 260 }
const done = succeeded<PayoutRecord>(record)
const absent = refused("absent", "KSHER_INVALID_ORDER_NO", "Ksher knows no order with this number.")
const failed = answeredUnknown("KSHER_X", "Ksher answered with a code that its documents do not list.")
const lost = unknown("timeout", "No answer.")
const invalid = refused("invalid", "not_sent", "It is no account.")
const poor = answeredUnknown("KSHER_BALANCE_NOT_ENOUGH", "The balance does not cover it.")
const unsent = notSent("connection", "It was not sent.")

/** Every picture of these values: what holds for all of them is a rule, and no example. */
function* pictures(): Generator<PayoutPicture> {
  const states: OperationState[] = ["pending", "sent", "unknown", "succeeded", "refused"]
  const answers: (Outcome<PayoutRecord> | undefined)[] = [undefined, done, absent, lost]
  const endings: typeof answers = [undefined, done, failed, unsent, invalid]
  const balances: PayoutFacts["balance"][] = [undefined, succeeded(99), succeeded(100)]
  const looks: Pick<PayoutFacts, "earlierAsked" | "returnsLookedFor">[] = [
    {},
    { earlierAsked: "none" },
    { returnsLookedFor: "sure" },
    { earlierAsked: "none", returnsLookedFor: "sure" },
    { earlierAsked: "unsure", returnsLookedFor: "sure" },
    { earlierAsked: "none", returnsLookedFor: "unsure" },
  ]
  for (const state of states)
    for (const asked of answers)
      for (const sent of endings)
        for (const [balance, looked] of balances.flatMap((one) =>
          looks.map((other) => [one, other] as const),
        ))
          for (const bits of Array.from({ length: 1 << 9 }, (_, n) => n)) {
            const is = (at: number) => (bits & (1 << at)) !== 0
            yield {
              operation: {
                ...waiting.operation,
                state,
                attempts: state === "pending" ? 0 : is(0) ? 1 : 2,
                reason: is(1) ? "answered" : null,
                code: is(7) ? "KSHER_BALANCE_NOT_ENOUGH" : "KSHER_X",
              },
              isOn: !(is(1) && is(4) && is(7)),
              paysOut: !(is(1) && is(5) && is(8)),
              hasEarlier: is(1),
              absentSince: is(8) ? later(is(3) ? -120_000 : -119_999) : null,
              row: { givenAt: is(2) ? noon : null, link, releasedAt: is(3) ? noon : null },
              toBeBooked: is(3) && is(5) && is(6),
              readable: is(2) && is(4),
              left: is(5) ? 0 : -1,
              doubtBeside: is(0) && is(6),
              isMet: is(1) && is(6) && is(8),
              policy: {
                maxAmount: is(6) ? 100 : 99,
                release: is(7) ? "automatic" : "by_admin",
                sendAgain: is(8),
              },
              now: is(0) === is(4) ? noon : night,
              facts: {
                ...looked,
                ...(asked && { asked }),
                ...(sent && { sent }),
                ...(balance && { balance }),
              },
              onlyAsks: is(3) && is(8),
            }
          }
}

describe("of every picture", () => {
  it("money is sent only where all of it allows it", () => {
    const counts: Record<PayoutStep["do"], number> = {
      rest: 0,
      ask: 0,
      ask_earlier: 0,
      look_for_returns: 0,
      read_balance: 0,
      send: 0,
      book: 0,
      refuse: 0,
      wait_for_balance: 0,
      end: 0,
    }
    const wrong: PayoutPicture[] = []
    for (const picture of pictures()) {
      const step = decidePayout(picture)
      counts[step.do] += 1
      if (step.do !== "send") continue
      const { operation, row, readable, left, doubtBeside, policy, now, facts, onlyAsks } = picture
      const first =
        operation.state === "pending" &&
        row.givenAt !== null &&
        left >= 0 &&
        !doubtBeside &&
        !picture.toBeBooked &&
        picture.isOn &&
        picture.paysOut &&
        (!picture.hasEarlier || facts.earlierAsked === "none") &&
        facts.returnsLookedFor === "sure" &&
        facts.balance?.kind === "succeeded" &&
        facts.balance.value >= 100 &&
        (row.releasedAt !== null || (policy.release === "automatic" && policy.maxAmount >= 100))
      const again =
        (operation.state === "sent" || operation.state === "unknown") &&
        policy.sendAgain &&
        (!picture.hasEarlier || facts.earlierAsked === "none") &&
        facts.returnsLookedFor === "sure" &&
        facts.asked === absent
      if (!(first || again) || picture.isMet || !readable || isQuiet(now) || onlyAsks || facts.sent)
        wrong.push(picture)
    }
    expect(wrong).toEqual([])
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(0)
  })

  it("it is booked on a success alone, and counts as failed only by a signed failure and two absences, or before it was sent", () => {
    const wrong: PayoutPicture[] = []
    for (const picture of pictures()) {
      const step = decidePayout(picture)
      const { facts, operation } = picture
      if (step.do === "book" && facts.sent !== done && facts.asked !== done) wrong.push(picture)
      if (step.do !== "refuse" && step.do !== "wait_for_balance") continue
      const isRefusedHere = facts.sent?.kind === "refused" && step.do === "refuse"
      const since = picture.absentSince?.getTime() ?? Infinity
      const isTwice =
        operation.reason === "answered" &&
        operation.attempts === 1 &&
        facts.asked === absent &&
        picture.now.getTime() - since >= 120_000
      if (!isRefusedHere && !isTwice) wrong.push(picture)
      // The account is forgotten with a refusal: not where only the balance was too small.
      const isPoor = operation.code === "KSHER_BALANCE_NOT_ENOUGH"
      if (isTwice && !isRefusedHere && isPoor !== (step.do === "wait_for_balance")) wrong.push(picture)
    }
    expect(wrong).toEqual([])
  })

  it("what has ended is left alone", () => {
    const isOver = ({ operation, facts }: PayoutPicture) =>
      ["succeeded", "refused"].includes(operation.state) && !facts.sent
    const steps = new Set<string>()
    for (const picture of pictures()) if (isOver(picture)) steps.add(JSON.stringify(decidePayout(picture)))
    expect([...steps]).toEqual(['{"do":"rest"}'])
  })
})

it.each<[string, Partial<PayoutPicture>, PayoutStep]>([
  [
    "nobody was asked",
    { row: { ...waiting.row, givenAt: null, link: null } },
    { do: "rest", for: "no_link" },
  ],
  ["the shopper has a link", { row: { ...waiting.row, givenAt: null } }, { do: "rest" }],
  [
    "the link expired",
    { row: { ...waiting.row, givenAt: null, link: { ...link, expiresAt: noon } } },
    { do: "rest", for: "link_expired" },
  ],
  [
    "the link is locked",
    { row: { ...waiting.row, givenAt: null, link: { ...link, wrongTries: 10 } } },
    { do: "rest", for: "link_locked" },
  ],
  ["an account is named", {}, { do: "look_for_returns" }],
  ["a payout before it was refused", { hasEarlier: true }, { do: "ask_earlier" }],
  [
    "of that one nothing sure is said",
    { hasEarlier: true, facts: { earlierAsked: "unsure" } },
    { do: "rest", for: "unsent" },
  ],
  [
    "nothing came of that one",
    { hasEarlier: true, facts: { earlierAsked: "none" } },
    { do: "look_for_returns" },
  ],
  ["nothing was returned in the console", { facts: looked }, { do: "read_balance" }],
  [
    "the gateway does not say whether something was",
    { facts: { returnsLookedFor: "unsure" } },
    { do: "rest", for: "unsent" },
  ],
  ["the option is off", { isOn: false }, { do: "rest", for: "switched_off" }],
  [
    "the option is off, and the shopper has a link",
    { isOn: false, row: { ...waiting.row, givenAt: null } },
    { do: "rest", for: "switched_off" },
  ],
  ["its channel is not paid out any more", { paysOut: false }, { do: "rest", for: "switched_off" }],
  ["its key is gone", { readable: false }, { do: "rest", for: "unreadable" }],
  ["another return of the payment is in doubt", { doubtBeside: true }, { do: "rest", stays: true }],
  ["Medusa has yet to book it", { toBeBooked: true }, { do: "rest", stays: true }],
  ["it is night", { now: night }, { do: "rest", stays: true }],
  ["more would go back than was paid", { left: -1 }, { do: "rest", for: "beyond" }],
  ["it is above the limit", { policy: { ...waiting.policy, maxAmount: 99 } }, { do: "rest", for: "release" }],
  [
    "the balance is too small",
    { facts: { ...looked, balance: succeeded(99) } },
    { do: "rest", for: "balance" },
  ],
  ["the balance is not known", { facts: { ...looked, balance: lost } }, { do: "rest", for: "unsent" }],
  [
    "it did not leave",
    { operation: { ...waiting.operation, state: "sent", attempts: 1 }, facts: { ...looked, sent: unsent } },
    { do: "rest", for: "unsent" },
  ],
  [
    "Ksher knows nothing of it, and said so for the first time",
    { operation: failedOnce, absentSince: noon, facts: { asked: absent } },
    { do: "rest" },
  ],
  [
    "it said so long enough ago",
    { operation: failedOnce, absentSince: later(-120_000), facts: { asked: absent } },
    { do: "refuse", reason: "undocumented", code: "KSHER_X", message: "m" },
  ],
  [
    "the balance was too small for the fee",
    { operation: poorOnce, absentSince: noon, facts: { asked: absent } },
    { do: "rest", for: "balance" },
  ],
  [
    "and Ksher knows nothing of it for long enough",
    { operation: poorOnce, absentSince: later(-120_000), facts: { asked: absent } },
    { do: "wait_for_balance", code: poor.code, message: "m" },
  ],
  [
    "it may be sent again, and a payout before it was refused",
    { ...maySendAgain, hasEarlier: true, facts: { asked: absent } },
    { do: "ask_earlier" },
  ],
  [
    "it may be sent again, and of that one nothing sure is said",
    { ...maySendAgain, hasEarlier: true, facts: { asked: absent, earlierAsked: "unsure" } },
    { do: "rest" },
  ],
  [
    "it may be sent again, and nothing came of that one",
    { ...maySendAgain, hasEarlier: true, facts: { asked: absent, earlierAsked: "none" } },
    { do: "look_for_returns" },
  ],
  [
    "it may be sent again, and the gateway does not say whether something was returned in the console",
    { ...maySendAgain, facts: { asked: absent, returnsLookedFor: "unsure" } },
    { do: "rest" },
  ],
  [
    "it may be sent again, and nothing was returned in the console",
    { ...maySendAgain, facts: { asked: absent, returnsLookedFor: "sure" } },
    { do: "send" },
  ],
  ["the balance covers it", { facts: { ...looked, balance: succeeded(100) } }, { do: "send" }],
])("%s", (_, changes, step) => {
  expect(decidePayout({ ...waiting, ...changes })).toEqual(step)
})

/** One payout, and what Ksher truly did. */
interface World {
  state: OperationState
  attempts: number
  reason: string | null
  code: string | null
  /** Ksher knows nothing of it: said just now, or so long ago that what is on its way has arrived since. */
  absent: "now" | "before" | null
  /** How often money moved. */
  paid: number
  /** Since it began to wait: for the balance it begins anew, nothing having come of what was sent. */
  sends: number
  /** Money that is on its way: Ksher may not know it yet. */
  isUnderWay: boolean
  facts: PayoutFacts
  turns: number
}

/** Each way that Ksher, the network and the life of the process can go on from here. */
function moves(world: World, picture: PayoutPicture): World[] {
  const step = decidePayout(picture)
  const next = { ...world, turns: world.turns + 1 }
  const dead = { ...world, facts: {}, turns: 0 }
  switch (step.do) {
    case "end":
      throw new Error("Nothing is in the place of another here.")
    case "rest": {
      // Time goes by: what was on its way has arrived.
      const later = { ...dead, isUnderWay: false, absent: world.absent && ("before" as const) }
      return world.turns > 0 ? [dead, later] : []
    }
    case "read_balance":
      return [dead, { ...next, facts: { ...world.facts, balance: succeeded(100) } }]
    case "ask": {
      const as = (asked: Outcome<PayoutRecord>) => ({ ...next, facts: { ...world.facts, asked } })
      const first = world.reason === "answered" ? (world.absent ?? "now") : "now"
      const told = world.paid > 0 && !world.isUnderWay ? [as(done)] : [{ ...as(absent), absent: first }]
      const arrived = world.isUnderWay ? [{ ...as(done), isUnderWay: false }] : []
      return [dead, { ...as(lost), absent: null }, ...told, ...arrived]
    }
    case "ask_earlier":
    case "look_for_returns":
      return [
        dead,
        { ...next, facts: { ...world.facts, returnsLookedFor: "sure" } },
        { ...next, facts: { ...world.facts, returnsLookedFor: "unsure" } },
      ]
    case "send": {
      const written = {
        ...next,
        ...{ state: "sent" as const, attempts: world.attempts + 1, reason: null, code: null },
        // What Ksher did not know before says nothing of what is sent now.
        absent: null,
      }
      const moved = { ...written, sends: world.sends + 1 }
      const unsure = (reason: string | null, patch: Partial<World>): World => ({
        ...moved,
        ...{ state: "unknown", reason, facts: { ...looked, balance: succeeded(100) } },
        ...patch,
      })
      const paid = world.paid + 1
      return [
        // Dead before the call, and dead after it with the money gone.
        { ...written, facts: {}, turns: 0 },
        { ...moved, paid, facts: {}, turns: 0 },
        { ...moved, paid, facts: {}, turns: 0, isUnderWay: true },
        // Nothing left the machine: a first attempt waits again.
        {
          ...written,
          ...(written.attempts === 1 && { state: "pending" as const, attempts: 0, reason: "given" }),
          facts: { ...world.facts, sent: unsent },
        },
        { ...moved, paid, facts: { ...world.facts, sent: done } },
        unsure(null, { paid }),
        unsure(null, { paid, isUnderWay: true }),
        unsure(null, {}),
        unsure("answered", {}),
        unsure("answered", { code: "KSHER_BALANCE_NOT_ENOUGH" }),
        // Called failed, and it goes through a moment later.
        unsure("answered", { paid, isUnderWay: true }),
        unsure("answered", { paid, isUnderWay: true, code: "KSHER_BALANCE_NOT_ENOUGH" }),
      ]
    }
    case "book":
      return [dead, { ...next, state: "succeeded", facts: {} }]
    case "refuse":
      return [dead, { ...next, state: "refused", facts: {} }]
    case "wait_for_balance":
      return [
        dead,
        {
          ...dead,
          ...{ state: "pending", attempts: 0, reason: "given", absent: null, sends: 0 },
        },
      ]
  }
}

function walk(sendAgain: boolean, each: (world: World) => void): number {
  const start: World = {
    ...{
      state: "pending",
      attempts: 0,
      reason: "given",
      code: null,
      absent: null,
      paid: 0,
      sends: 0,
      isUnderWay: false,
      facts: {},
      turns: 0,
    },
  }
  const seen = new Set<string>()
  const queue = [start]
  for (let world = queue.pop(); world; world = queue.pop()) {
    const { sends, ...rest } = world
    const key = JSON.stringify({ ...rest, sends: Math.min(sends, 4) })
    if (seen.has(key)) continue
    seen.add(key)
    each(world)
    const { state, attempts, reason, code, facts } = world
    const operation = { ...waiting.operation, state, attempts, reason, code }
    const policy = { ...waiting.policy, sendAgain }
    const absentSince = world.absent === null ? null : later(world.absent === "now" ? 0 : -120_000)
    queue.push(...moves(world, { ...waiting, operation, policy, facts, absentSince }))
  }
  return seen.size
}

describe("walked through whatever Ksher, the network and the process may do", () => {
  it("a payout is sent once, comes to rest within eight turns, and what is called refused has not moved", () => {
    const ends = new Set<string>()
    const size = walk(false, (world) => {
      expect(world.turns).toBeLessThanOrEqual(8)
      expect(world.paid).toBeLessThanOrEqual(1)
      expect(world.sends).toBeLessThanOrEqual(1)
      if (world.state === "refused") expect(world.paid).toBe(0)
      if (world.state === "succeeded") expect(world.paid).toBe(1)
      ends.add(world.state)
    })
    expect([...ends].sort()).toEqual(["pending", "refused", "sent", "succeeded", "unknown"])
    expect(size).toBeGreaterThan(30)
  })

  it("switched on, it is sent again and again only under its number, three times at most, and is never called refused then", () => {
    walk(true, (world) => {
      expect(world.attempts).toBeLessThanOrEqual(3)
      if (world.state === "refused") expect([world.paid, world.attempts]).toEqual([0, 1])
    })
  })
})

describe("one that was asked for before, and waits again under its number", () => {
  const again = { ...waiting, operation: { ...waiting.operation, code: "KSHER_BALANCE_NOT_ENOUGH" } }
  const rich = { ...looked, balance: succeeded(100) }

  it("is asked about first: Ksher may have paid it since", () => {
    expect(decidePayout(again)).toEqual({ do: "ask" })
    expect(decidePayout({ ...again, facts: { ...rich, asked: done } })).toMatchObject({ do: "book" })
  })

  it.each<[string, Outcome<PayoutRecord>, PayoutStep]>([
    ["knows no such payout", absent, { do: "send" }],
    ["signs that it failed", failed, { do: "send" }],
    ["does not answer", lost, { do: "rest", for: "unsent" }],
  ])("where Ksher %s", (_, asked, step) => {
    expect(decidePayout({ ...again, facts: { ...rich, asked } })).toEqual(step)
  })
})

describe("a payout that counted as refused", () => {
  const day = 24 * 3_600_000
  const sent = (ago: number, patch: Partial<Operation> = {}) =>
    anOperation({ kind: "payout", state: "refused", sentAt: later(-ago), ...patch })

  it.each([
    ["a moment ago", sent(0), 1],
    ["a week ago", sent(7 * day), 1],
    ["eight days ago", sent(8 * day), 0],
    ["nine days ago, and that a person called refused today", sent(9 * day, { settledAt: noon }), 1],
    ["and called refused eight days ago", sent(9 * day, { settledAt: later(-8 * day) }), 0],
    ["an hour ago, and that waited again until it was called refused", sent(day / 24, { attempts: 0 }), 1],
    ["and was taken back when it waited again", sent(0, { attempts: 0, state: "not_sent" }), 1],
    ["and waits again", sent(0, { attempts: 0, state: "pending" }), 0],
    [
      "and was returned another way",
      sent(0, { attempts: 0, state: "succeeded", reason: "by_hand", byHand: "other" }),
      1,
    ],
    [
      "and went back in the console",
      sent(0, { attempts: 0, state: "succeeded", reason: "by_hand", byHand: "console" }),
      0,
    ],
    ["and that a person saw in the console", sent(0, { state: "succeeded", reason: "by_hand" }), 0],
    ["never", sent(0, { attempts: 0, sentAt: null }), 0],
    ["never, and was taken back", sent(0, { attempts: 0, sentAt: null, state: "not_sent" }), 0],
    ["and was a refund", sent(0, { kind: "refund" }), 0],
  ])("and that was sent %s is asked about by a look: %#", (_, operation, count) => {
    expect(lateToAsk([operation], noon)).toHaveLength(count)
  })

  it("is looked at an hour, a day and a week after it was sent, and then no more", () => {
    const next = (...ages: number[]) =>
      nextLateAsk(
        ages.map((age) => sent(age)),
        noon,
      )
    expect(next(0)).toEqual(later(day / 24))
    expect(next(day / 24)).toEqual(later(day - day / 24))
    expect(next(2 * day, day / 2)).toEqual(later(day / 2))
    expect(next(7 * day)).toBeNull()
    expect(nextLateAsk([sent(9 * day, { settledAt: noon })], noon)).toEqual(later(day / 24))
    expect(next()).toBeNull()
  })
})
