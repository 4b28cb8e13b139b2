import type { Gateway, Outcome, Standing } from "../../../src/core"
import { openLedger, returns } from "../../../src/services/ledger"
import type { Ledger } from "../../../src/services/ledger"
import { deciding } from "../../../src/services/settlement/people/deciding"
import { refund } from "../../../src/services/settlement/traced"
import { openQueryWorld, type QueryWorld } from "../queries/world"
import { walkThrough, type Walked } from "./breadth"
import { begin, channel, currency, faultOf, keyOf, movesOf, ours, paid } from "./payouts"
import type { Domain, Move, Rules, State } from "./payouts"
import { wrongRules } from "./wrong-payout-rules"

const walk = (rules: Rules, most: Domain, each?: (move: Move) => void): Walked =>
  walkThrough({ begin, keyOf, faultOf, movesOf: (state: State) => movesOf(state, rules, most) }, each)

const domain: Domain = { asks: 2, operations: 2 }

describe("every picture of refunds that wait for the shopper", () => {
  it.each<[string, Domain]>([
    ["whatever becomes of them", domain],
    ["also where they are sent again", { asks: 1, operations: 2, sendAgain: true }],
    ["whatever people ask for", { asks: 3, operations: 4, isCalm: true }],
  ])("%s: no more goes out than was asked for, or than is left", (_, most) => {
    const { states, moves, fault } = walk(ours, most)
    console.log(`${states} pictures, ${moves} steps`)
    if (fault) console.log([fault.what, ...fault.path].join("\n"))
    expect(fault?.what).toBeUndefined()
  })
})

describe("a wrong rule is noticed:", () => {
  it.each(wrongRules.map((rule) => [rule.name, rule] as const))("%s", (_name, rule) => {
    const { fault } = walk(rule.rules, domain)
    expect(fault?.what).toMatch(rule.fault)
  })
})

/** A request that nobody disturbs, from the state before it to its end. */
interface Path {
  before: State
  moves: readonly Move[]
}

const isBegun = ({ request }: State): boolean => request !== null && Object.keys(request.facts).length === 0

/** Every way that each request can go, once for each step that it takes beside operations like these. */
function requests(): Path[] {
  const paths = new Map<string, Path>()
  const seen = new Set<string>()
  walk(ours, { asks: 3, operations: 3, isCalm: true }, ({ state: before }) => {
    if (!isBegun(before) || seen.has(keyOf(before))) return
    seen.add(keyOf(before))
    const { operations, rows, request } = before
    const { amount, refundId, owed } = request!.intent
    const alike = operations.map((one) => [
      ...[one.amount, one.state, one.reason, one.refundId === refundId, one.decisionId, one.untold, one.told],
      rows.some(({ id }) => id === one.refundId),
    ])
    for (const moves of pathsFrom(before))
      paths.set(JSON.stringify([amount, owed, alike, moves.map(({ what }) => what)]), { before, moves })
  })
  return [...paths.values()]
}

function pathsFrom(state: State): Move[][] {
  if (!state.request) return [[]]
  return movesOf(state, ours, domain)
    .filter(({ isAside }) => !isAside)
    .flatMap((move) => pathsFrom(move.state).map((rest) => [move, ...rest]))
}

const shown = (operations: State["operations"]) =>
  returns(operations).map(
    ({ kind, amount, state, reason, refundId, medusaAmount, decisionId, untold, told }) => ({
      ...{ kind, amount, state, reason, refundId, medusaAmount, untold, told },
      isByHand: decisionId !== null,
    }),
  )

describe("what a request comes to in the walk", () => {
  let world: QueryWorld
  beforeAll(async () => (world = await openQueryWorld("walk_payouts")))
  afterAll(() => world.base.close())

  /** Answers about the order as the path says, and notes what is left over. */
  const scripted = (moves: readonly Move[]): { gateway: Gateway; left: NonNullable<Move["order"]>[] } => {
    const left = moves.flatMap(({ order }) => order ?? [])
    const query = async (): Promise<Outcome<Standing>> => {
      const said = left.shift()
      if (said === undefined) throw new Error("The walk asks nothing more.")
      if (said === "silent") return { kind: "unknown", code: "timeout", message: "No answer." }
      return {
        kind: "succeeded",
        value: { state: said, returned: "unsaid", amount: { minor: paid, currency } },
      }
    }
    const gateway = {
      ...world.deps.gateway,
      query,
      channelFacts: () => channel,
      refundsOf: async () => ({ kind: "refused", reason: "not_supported", code: "", message: "No list." }),
      shopperPayouts: { currency, most: 100, absentCode: "absent" },
    }
    return { gateway: gateway as unknown as Gateway, left }
  }

  async function aPaymentLike({ payment, operations }: State): Promise<string> {
    const { id } = await world.base.aPayment("paid", { amount: paid, currency, channel: "promptpay" })
    const noted = { paidAmount: paid, paidAt: world.base.clock.now(), capturedAt: world.base.clock.now() }
    await world.base.ledger.payments.update(id, { ...noted, returnedUnsaid: payment.returnedUnsaid })
    await world.base.database.query(
      "update gateway_payment set refunded_amount = ?, state = ? where id = ?",
      [...[payment.refundedAmount, payment.state, id]],
    )
    for (const one of operations) await makePayout(id, one)
    world.base.clock.forward(1)
    return id
  }

  async function makePayout(paymentId: string, one: State["operations"][number]): Promise<void> {
    world.base.clock.forward(1)
    const { amount, refundId, medusaAmount, decisionId } = one
    const made = await world.base.ledger.operations.intendPayout(paymentId, {
      ...{ amount: amount ?? 0, refundId, medusaAmount, decisionId },
    })
    await world.base.database.query(
      "update gateway_operation set state = ?, reason = ?, attempts = ?, untold = ?, told = ? where id = ?",
      [one.state, one.reason, one.attempts, one.untold, one.told, made.id],
    )
    if (one.reason === "given") await answer(made.id)
  }

  async function answer(operationId: string): Promise<void> {
    const { database, clock } = world.base
    await database.query("update gateway_operation set reason = 'given' where id = ?", [operationId])
    await database.query("update gateway_shopper_payout set given_at = ? where operation_id = ?", [
      ...[clock.now(), operationId],
    ])
  }

  /** The shopper names an account between the decision to take a refund over and its being taken. */
  function answeringFirst(): Ledger {
    const { database, clock } = world.base
    let isFirst = true
    return openLedger(
      {
        ...database,
        query: async <Row>(sql: string, bindings: readonly unknown[] = []) => {
          if (isFirst && sql.includes("set state = 'not_sent', reason = ?")) {
            isFirst = false
            await answer((bindings[0] as string[]).at(-1) ?? "")
          }
          return database.query<Row>(sql, bindings)
        },
      },
      clock,
    )
  }

  it("is what the code does", async () => {
    const paths = requests()
    const ends = new Map<string, number>()
    for (const { before, moves } of paths) {
      const id = await aPaymentLike(before)
      const { intent, isByHand } = before.request!
      const { gateway, left } = scripted(moves)
      const held = new Set(before.rows.map((row) => row.id))
      const isRace = moves.some((move) => move.isRace)
      const deps = {
        ...world.deps,
        gateway,
        policy: {
          ...world.deps.policy,
          payouts: {
            keys: [],
            maxAmount: 100,
            release: "automatic" as const,
            sendAgain: false,
            linkHours: 1,
          },
        },
        ledger: isRace ? answeringFirst() : world.ledger,
        refundsHeld: async (ids: readonly string[]) => new Set(ids.filter((one) => held.has(one))),
      }
      const ask = () => refund({ of: { id }, ...intent }, deps)
      const heard = await (isByHand ? deciding.run({ decisionId: "gpdc_1" }, ask) : ask()).then(
        () => "granted",
        (error: unknown) => ((error as { code?: string }).code ? "refused" : String(error)),
      )
      const last = moves.at(-1)!
      const now = await world.base.ledger.payments.get(id)
      const operations = await world.base.ledger.operations.ofPayment(id)
      const path = [before.request?.intent, ...moves.map(({ what }) => what)]
      expect({
        path,
        left,
        answer: heard,
        unsaid: now?.returnedUnsaid,
        operations: shown(operations),
      }).toEqual({
        ...{ path, left: [], answer: last.granted === undefined ? "refused" : "granted" },
        ...{ unsaid: last.state.payment.returnedUnsaid, operations: shown(last.state.operations) },
      })
      for (const { what } of moves) ends.set(what, (ends.get(what) ?? 0) + 1)
    }
    console.log(`${paths.length} requests`, Object.fromEntries(ends))
    expect([...ends.keys()]).toEqual(
      expect.arrayContaining([
        "ask_shopper",
        "hand_over",
        "take_over",
        "take_over, and the shopper answers first",
      ]),
    )
  })
})
