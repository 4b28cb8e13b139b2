import type { Gateway, Outcome, PaymentProblem, RefundRecord } from "../../../src/core"
import { returns } from "../../../src/services/ledger"
import type { Decision } from "../../../src/services/ledger"
import type { SettleDeps } from "../../../src/services/settlement"
import { carryOut } from "../../../src/services/settlement/people/carry-out"
import { refund } from "../../../src/services/settlement/traced"
import { openQueryWorld, type QueryWorld } from "../queries/world"
import { channelOf, currency, flavours, isGnete, paid, type Flavour } from "./truth"
import { begin, keyOf, movesOf, ours, type Called, type Move, type State } from "./walk"

/*
 * The walk says in its own words what a step does. Here the code does it, on a real ledger, and is answered as in the walk: each move of a
 * request that nobody disturbs is played once, and must ask the same questions in the same order and come to the same end.
 */

const domain = { asks: 1, repetitions: 0, operations: 1 }

type Path = readonly Move[]

const isRunning = ({ request, asking }: State): boolean => request !== null || asking !== null

/** What follows of itself: no process dies. */
const followers = (state: State, flavour: Flavour): Move[] =>
  movesOf(state, flavour, ours, domain).filter(({ what }) => !what.includes("dies"))

/** One path through each move, to the end of its request. */
function pathsOf(flavour: Flavour): Path[] {
  const first = movesOf(begin(flavour), flavour, ours, domain).filter(({ what }) => /^refund \d$/.test(what))
  const seen = new Set<string>()
  const paths: Path[] = []
  let layer: Path[] = first.map((move) => [move])
  while (layer.length) {
    const next: Path[] = []
    for (const path of layer) {
      const state = path.at(-1)!.state
      if (!isRunning(state)) {
        paths.push(path)
        continue
      }
      const isNew = !seen.has(keyOf(state))
      seen.add(keyOf(state))
      const moves = followers(state, flavour)
      // A state that was walked on from before needs no second look: any way to its end will do.
      next.push(...(isNew ? moves : moves.slice(0, 1)).map((move) => [...path, move]))
    }
    layer = next
  }
  return paths
}

/** Answers as the path says, and notes what is asked. */
function scripted(flavour: Flavour, calls: readonly Called[]): { gateway: Gateway; left: Called[] } {
  const left = [...calls]
  const numbers: string[] = []
  const next = (name: Called["name"], number?: string): Outcome<unknown> => {
    const call = left.shift()
    if (call?.name !== name) throw new Error(`asked ${name}, where the walk asks ${call?.name ?? "nothing"}`)
    if (number !== undefined && !numbers.includes(number)) numbers.push(number)
    return call.outcome
  }
  const renamed = (outcome: Outcome<RefundRecord[]>): Outcome<RefundRecord[]> =>
    outcome.kind === "succeeded"
      ? { ...outcome, value: outcome.value.map((one, at) => ({ ...one, number: numbers[at] ?? one.number })) }
      : outcome
  const gateway = {
    name: isGnete(flavour) ? "gnete" : "ksher",
    account: "mch1",
    listsRefunds: !isGnete(flavour),
    refundsOneAtATime: isGnete(flavour),
    channelFacts: () => channelOf(flavour),
    refund: async ({ number }: { number: string }) => next("refund", number),
    cancel: async () => next("cancel"),
    query: async () => next("query"),
    refundQuery: async () => next("refundQuery"),
    cancelQuery: async () => next("cancelQuery"),
    refundsOf: async () => renamed(next("refundsOf") as Outcome<RefundRecord[]>),
  }
  return { gateway: gateway as unknown as Gateway, left }
}

let world: QueryWorld
beforeAll(async () => (world = await openQueryWorld("walk")))
afterAll(() => world.base.close())

const shown = (operations: State["operations"]) =>
  returns(operations)
    .map(({ kind, amount, state, reason, code, refundId, medusaAmount, attempts }) => ({
      ...{ kind, amount, state, reason, code, refundId, medusaAmount, attempts },
    }))
    .sort((one, other) => one.kind.localeCompare(other.kind))

/** What an answer says, whatever its numbers are. */
const saidBy = (outcome: Outcome<unknown>): string =>
  outcome.kind === "succeeded" ? (outcome.value as { state: string }).state : outcome.kind

/** Each word of a person that the walk hears, once for each way that the operation and the gateway's answer can be. */
function wordsOf(flavour: Flavour): Move[] {
  const words = new Map<string, Move>()
  const seen = new Set<string>()
  const most = { asks: 1, repetitions: 0, operations: 2 }
  let layer = [begin(flavour)]
  while (layer.length && seen.size < mostStates) {
    const next: State[] = []
    for (const state of layer)
      for (const move of movesOf(state, flavour, ours, most)) {
        const { word } = move
        if (word) {
          const { kind, state: as, reason, amount, attempts } = word.operation
          const answers = word.calls.map(({ outcome }) => saidBy(outcome))
          const name = [kind, as, reason, amount, attempts, word.wentThrough, ...answers]
          const key = [...name, word.before.operations.length].join()
          if (!words.has(key)) words.set(key, move)
        }
        if (seen.has(keyOf(move.state))) continue
        seen.add(keyOf(move.state))
        next.push(move.state)
      }
    layer = next
  }
  return [...words.values()]
}

const mostStates = 20_000

/** An operation of the walk in the ledger, as it is there. */
async function makeOperation(paymentId: string, one: State["operations"][number]): Promise<string> {
  const { kind, amount, refundId, medusaAmount, outside, number } = one
  const made = outside
    ? await world.base.ledger.operations.recordOutside(paymentId, {
        ...{ kind: kind as "refund" | "cancel", number, amount: amount ?? 0 },
      })
    : await world.base.ledger.operations.intend(paymentId, {
        ...{ kind: kind, amount: amount ?? 0, refundId, medusaAmount },
      })
  const id = made?.id ?? ""
  await world.base.database.query(
    "update gateway_operation set state = ?, reason = ?, code = ?, gateway_no = ?, attempts = ?, settled_at = ? where id = ?",
    [
      ...[one.state, one.reason, one.code, one.gatewayNo, one.attempts],
      ...[one.state === "succeeded" || one.state === "refused" ? world.base.clock.now() : null, id],
    ],
  )
  return id
}

describe("what a person's word comes to in the walk", () => {
  const hearsNobody = (flavour: Flavour) => flavour === "ksher_repeats" || flavour === "gnete_finishes"

  it.each(flavours.filter((one) => !hearsNobody(one)))("%s: is what the code does", async (flavour) => {
    const words = wordsOf(flavour)
    expect(words.length).toBeGreaterThan(4)
    for (const { what, word, state } of words) {
      if (!word) continue
      const payment = await world.base.aPayment("paid", {
        ...{ gateway: isGnete(flavour) ? "gnete" : "ksher", amount: paid, currency },
      })
      const { refundedAmount, state: before } = word.before.payment
      await world.base.ledger.payments.update(payment.id, {
        paidAmount: paid,
        paidAt: world.base.clock.now(),
      })
      await world.base.database.query(
        "update gateway_payment set refunded_amount = ?, state = ? where id = ?",
        [refundedAmount, before, payment.id],
      )
      let operationId = ""
      for (const one of word.before.operations) {
        const id = await makeOperation(payment.id, one)
        if (one.id === word.operation.id) operationId = id
      }
      const { gateway, left } = scripted(flavour, word.calls)
      const decision = { action: word.wentThrough ? "went_through" : "did_not", operationId, note: "Seen." }
      const deps = { ...world.deps, gateway } as unknown as SettleDeps
      const answer = await carryOut(payment, decision as Decision, [], deps).then(
        () => "done",
        (error: unknown) => (error as PaymentProblem).code,
      )
      const now = await world.base.ledger.payments.get(payment.id)
      const operations = await world.base.ledger.operations.ofPayment(payment.id)
      const ends = (all: State["operations"]) =>
        returns(all)
          .map(({ kind, amount, state: as }) => [kind, amount, as].join(" "))
          .sort()
      const isHeard = state.operations.some(({ reason }) => reason === "by_hand")
      expect({ what, left, answer, state: now?.state, ends: ends(operations) }).toEqual({
        ...{ what, left: [], answer: isHeard ? "done" : "changed" },
        ...{ state: state.payment.state, ends: ends(state.operations) },
      })
    }
    console.log(`${flavour}: ${words.length} words`)
  })
})

describe("what a step of the walk does", () => {
  it.each(flavours)("%s: is what the code does", async (flavour) => {
    const paths = pathsOf(flavour)
    expect(paths.length).toBeGreaterThan(20)
    for (const path of paths) {
      const [begun] = path
      const end = path.at(-1)!.state
      const intent = begun!.state.request!.intent
      const payment = await world.base.aPayment("paid", {
        ...{ gateway: isGnete(flavour) ? "gnete" : "ksher", amount: paid, currency },
      })
      await world.base.ledger.payments.update(payment.id, {
        paidAmount: paid,
        paidAt: world.base.clock.now(),
      })
      // What is known of an account by the payment before is not known here.
      await world.base.database.query("delete from gateway_account_fact")
      const { gateway, left } = scripted(
        flavour,
        path.flatMap(({ call }) => call ?? []),
      )
      world.mood.sameDay = isGnete(flavour) && begin(flavour).isSameDay
      const deps = { ...world.deps, gateway, wait: async () => undefined }
      const answer = await refund({ of: { id: payment.id }, ...intent }, deps).then(
        () => "done",
        () => "thrown",
      )
      const now = await world.base.ledger.payments.get(payment.id)
      const operations = await world.base.ledger.operations.ofPayment(payment.id)
      const told = { asked: path.map(({ what }) => what), left: left.map(({ name }) => name) }
      expect({
        ...told,
        answer: answer === "done",
        operations: shown(operations),
        state: now?.state,
      }).toEqual({
        ...told,
        left: [],
        answer: end.rows.length > 0,
        operations: shown(end.operations),
        state: end.payment.state,
      })
    }
    console.log(`${flavour}: ${paths.length} requests`)
  })
})
