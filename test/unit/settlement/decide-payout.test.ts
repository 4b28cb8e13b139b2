import { answeredUnknown, isQuiet, notSent, refused, succeeded, unknown } from "../../../src/core"
import type { OperationState, Outcome, PayoutRecord } from "../../../src/core"
import { decidePayout } from "../../../src/services/settlement/shopper-payouts/decide-payout"
import type {
  PayoutFacts,
  PayoutPicture,
  PayoutStep,
} from "../../../src/services/settlement/shopper-payouts/decide-payout"

const noon = new Date("2026-11-28T12:00:00+07:00")
const night = new Date("2026-11-28T02:45:00+07:00")
const later = (ms: number) => new Date(noon.getTime() + ms)

const link = { id: "gprl_1", wrongTries: 0, expiresAt: later(1), madeBy: null }
const waiting: PayoutPicture = {
  operation: {
    ...{ state: "pending", amount: 100, attempts: 0, reason: "given", code: null, message: null },
    updatedAt: later(-3_600_000),
  },
  row: { isGiven: true, link, releasedAt: null },
  readable: true,
  left: 0,
  doubtBeside: false,
  policy: { maxAmount: 100, release: "automatic", sendAgain: false },
  now: noon,
  facts: {},
  onlyAsks: false,
}

const record = { gatewayNo: "K1", fee: 260 }
const done = succeeded<PayoutRecord>(record)
const absent = refused("absent", "KSHER_INVALID_ORDER_NO", "Ksher knows no order with this number.")
const failed = answeredUnknown("KSHER_X", "Ksher answered with a code that its documents do not list.")
const lost = unknown("timeout", "No answer.")
const invalid = refused("invalid", "not_sent", "It is no account.")
const unsent = notSent("connection", "It was not sent.")

/** Every picture of these values: what holds for all of them is a rule, and no example. */
function* pictures(): Generator<PayoutPicture> {
  const states: OperationState[] = ["pending", "sent", "unknown", "succeeded", "refused"]
  const answers: (Outcome<PayoutRecord> | undefined)[] = [undefined, done, absent, lost]
  const endings: typeof answers = [undefined, done, failed, unsent, invalid]
  const balances: PayoutFacts["balance"][] = [undefined, succeeded(99), succeeded(100)]
  for (const state of states)
    for (const asked of answers)
      for (const sent of endings)
        for (const balance of balances)
          for (const bits of Array.from({ length: 1 << 9 }, (_, n) => n)) {
            const is = (at: number) => (bits & (1 << at)) !== 0
            yield {
              operation: {
                ...waiting.operation,
                state,
                attempts: state === "pending" ? 0 : is(0) ? 1 : 2,
                reason: is(1) ? "answered" : null,
              },
              row: { isGiven: is(2), link, releasedAt: is(3) ? noon : null },
              readable: is(2) && is(4),
              left: is(5) ? 0 : -1,
              doubtBeside: is(0) && is(6),
              policy: {
                maxAmount: is(6) ? 100 : 99,
                release: is(7) ? "automatic" : "by_admin",
                sendAgain: is(8),
              },
              now: is(0) === is(4) ? noon : night,
              facts: {
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
      read_balance: 0,
      send: 0,
      book: 0,
      refuse: 0,
    }
    const wrong: PayoutPicture[] = []
    for (const picture of pictures()) {
      const step = decidePayout(picture)
      counts[step.do] += 1
      if (step.do !== "send") continue
      const { operation, row, readable, left, doubtBeside, policy, now, facts, onlyAsks } = picture
      const first =
        operation.state === "pending" &&
        row.isGiven &&
        left >= 0 &&
        !doubtBeside &&
        facts.balance?.kind === "succeeded" &&
        facts.balance.value >= 100 &&
        (row.releasedAt !== null || (policy.release === "automatic" && policy.maxAmount >= 100))
      const again =
        (operation.state === "sent" || operation.state === "unknown") &&
        policy.sendAgain &&
        facts.asked === absent
      if (!(first || again) || !readable || isQuiet(now) || onlyAsks || facts.sent) wrong.push(picture)
    }
    expect(wrong).toEqual([])
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(0)
  })

  it("it is booked on a success alone, and refused only by two signed answers or before it was sent", () => {
    const wrong: PayoutPicture[] = []
    for (const picture of pictures()) {
      const step = decidePayout(picture)
      const { facts, operation } = picture
      if (step.do === "book" && facts.sent !== done && facts.asked !== done) wrong.push(picture)
      if (step.do !== "refuse") continue
      const isRefusedHere = facts.sent?.kind === "refused"
      const isTwice = operation.reason === "answered" && operation.attempts === 1 && facts.asked === absent
      if (!isRefusedHere && !isTwice) wrong.push(picture)
    }
    expect(wrong).toEqual([])
  })

  it("what has ended is left alone", () => {
    for (const picture of pictures())
      if (["succeeded", "refused"].includes(picture.operation.state) && !picture.facts.sent)
        expect(decidePayout(picture)).toEqual({ do: "rest" })
  })
})

it.each<[string, Partial<PayoutPicture>, PayoutStep]>([
  [
    "nobody was asked",
    { row: { ...waiting.row, isGiven: false, link: null } },
    { do: "rest", for: "no_link" },
  ],
  ["the shopper has a link", { row: { ...waiting.row, isGiven: false } }, { do: "rest" }],
  [
    "the link expired",
    { row: { ...waiting.row, isGiven: false, link: { ...link, expiresAt: noon } } },
    { do: "rest", for: "link_expired" },
  ],
  [
    "the link is locked",
    { row: { ...waiting.row, isGiven: false, link: { ...link, wrongTries: 10 } } },
    { do: "rest", for: "link_locked" },
  ],
  ["an account is named", {}, { do: "read_balance" }],
  ["its key is gone", { readable: false }, { do: "rest", for: "unreadable" }],
  ["another return of the payment is in doubt", { doubtBeside: true }, { do: "rest" }],
  ["it is night", { now: night }, { do: "rest" }],
  ["more would go back than was paid", { left: -1 }, { do: "rest", for: "beyond" }],
  ["it is above the limit", { policy: { ...waiting.policy, maxAmount: 99 } }, { do: "rest", for: "release" }],
  ["the balance is too small", { facts: { balance: succeeded(99) } }, { do: "rest", for: "balance" }],
  ["the balance is not known", { facts: { balance: lost } }, { do: "rest" }],
  ["the balance covers it", { facts: { balance: succeeded(100) } }, { do: "send" }],
])("%s", (_, changes, step) => {
  expect(decidePayout({ ...waiting, ...changes })).toEqual(step)
})

/** One payout, and what Ksher truly did. */
interface World {
  state: OperationState
  attempts: number
  reason: string | null
  /** How often money moved. */
  paid: number
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
    case "rest":
      return world.turns > 0 ? [dead] : []
    case "read_balance":
      return [dead, { ...next, facts: { ...world.facts, balance: succeeded(100) } }]
    case "ask": {
      const as = (asked: Outcome<PayoutRecord>) => ({ ...next, facts: { ...world.facts, asked } })
      const told = world.paid > 0 && !world.isUnderWay ? [as(done)] : [as(absent)]
      const arrived = world.isUnderWay ? [{ ...as(done), isUnderWay: false }] : []
      return [dead, as(lost), ...told, ...arrived]
    }
    case "send": {
      const written = { ...next, state: "sent" as const, attempts: world.attempts + 1, reason: null }
      const moved = { ...written, sends: world.sends + 1 }
      const unsure = (reason: string | null, patch: Partial<World>): World => ({
        ...moved,
        ...{ state: "unknown", reason, facts: { balance: succeeded(100) } },
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
      ]
    }
    case "book":
      return [dead, { ...next, state: "succeeded", facts: {} }]
    case "refuse":
      return [dead, { ...next, state: "refused", facts: {} }]
  }
}

function walk(sendAgain: boolean, each: (world: World) => void): number {
  const start: World = {
    ...{
      state: "pending",
      attempts: 0,
      reason: "given",
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
    const { state, attempts, reason, facts } = world
    const operation = { ...waiting.operation, state, attempts, reason }
    const policy = { ...waiting.policy, sendAgain }
    queue.push(...moves(world, { ...waiting, operation, policy, facts }))
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
