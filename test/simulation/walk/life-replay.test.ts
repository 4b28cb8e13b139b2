import { hasMoney } from "../../../src/core"
import type { Gateway, Outcome } from "../../../src/core"
import { openLedger } from "../../../src/services/ledger"
import type { GatewayPayment, Ledger } from "../../../src/services/ledger"
import { authorize } from "../../../src/services/settlement"
import type { SettleDeps } from "../../../src/services/settlement"
import { withLease } from "../../../src/services/settlement/lease"
import { captureInMedusa } from "../../../src/services/settlement/settling/capture"
import { settleAtGateway } from "../../../src/services/settlement/settling/settle-at-gateway"
import { openQueryWorld, type QueryWorld } from "../queries/world"
import {
  beginLife,
  beginLook,
  booksOf,
  demandOf,
  keyOfLife,
  kinds,
  lifeRules,
  look,
  stepsOf,
  timeOf,
} from "./life"
import type { Asked, Kind, Life, Step } from "./life"

/*
 * The walk says in its own words what a step does. Here the code does it, on a real ledger: each way that a look can go is played once,
 * from a life in which it goes so, and must ask the same questions in the same order and come to the same end.
 */

interface Way {
  from: Life
  steps: readonly Step[]
}

/** Every way in which a look that nobody disturbs can go from here, without what goes back after it. */
function waysFrom(from: Life): Way[] {
  const ways: Way[] = []
  let open: (readonly Step[])[] = [[beginLook(from)]]
  while (open.length) {
    const longer: typeof open = []
    for (const steps of open) {
      const life = (steps.at(-1) as Step).life
      if (!life.look || life.look.at === "return") ways.push({ from, steps })
      else longer.push(...look(life, lifeRules).map((step) => [...steps, step]))
    }
    open = longer
  }
  return ways
}

/** Between looks. What has gone back is counted from operations, which the other walk has. */
const mayBegin = ({ look: begun, payment }: Life): boolean => begun === null && payment.state !== "refunded"

/** What tells one way from another: where it begins, in the ledger's words, and what is done. */
const nameOf = ({ from, steps }: Way): string =>
  [
    from.payment.state,
    from.payment.unwanted,
    from.payment.attentionCode,
    ...steps.map(({ what }) => what),
  ].join(" > ")

/** So many lives are looked from: the ways repeat themselves long before. */
const mostLives = 4_000

function waysOf(kind: Kind): Way[] {
  const ways = new Map<string, Way>()
  const seen = new Set([keyOfLife(beginLife(kind))])
  let layer = [beginLife(kind)]
  let lives = 0
  while (layer.length && lives < mostLives) {
    const next: Life[] = []
    for (const life of layer) {
      if (mayBegin(life) && lives++ < mostLives)
        for (const way of waysFrom(life)) if (!ways.has(nameOf(way))) ways.set(nameOf(way), way)
      for (const { life: reached } of stepsOf(life, kind, lifeRules)) {
        if (seen.has(keyOfLife(reached))) continue
        seen.add(keyOfLife(reached))
        next.push(reached)
      }
    }
    layer = next
  }
  return [...ways.values()]
}

/** The walk's clock. */
class WalkClock {
  time = new Date(0)
  now = (): Date => this.time
}

let world: QueryWorld
let ledger: Ledger
const clock = new WalkClock()
beforeAll(async () => {
  world = await openQueryWorld("life")
  ledger = openLedger(world.base.database, clock)
})
afterAll(() => world.base.close())

/** A payment of the ledger that is as the walk's. */
async function made({ payment }: Life): Promise<GatewayPayment> {
  const { id, sessionId, collectionId } = await world.base.aPayment("created", {
    ...{ mode: payment.mode, channel: payment.channel, amount: payment.amount, currency: payment.currency },
  })
  const { state, unwanted, attentionCode, attention, attentionValues, settledBy, action } = payment
  const { createdAt, openedAt, expiresAt, paidAt, capturedAt } = payment
  await world.base.database.query(
    `update gateway_payment set state = ?, unwanted = ?, attention_code = ?, attention = ?, attention_values = ?, settled_by = ?,
       action = ?, created_at = ?, opened_at = ?, on_demand = ?, expires_at = ?, paid_at = ?, captured_at = ?, order_id = ?,
       paid_amount = ?, refunded_amount = ?, asked_amount = ? where id = ?`,
    [
      ...[state, unwanted, attentionCode, attention, JSON.stringify(attentionValues), settledBy],
      ...[JSON.stringify(action), createdAt, openedAt, payment.onDemand, expiresAt, paidAt, capturedAt],
      ...[payment.orderId, payment.paidAmount, payment.refundedAmount, payment.amount, id],
    ],
  )
  return { ...payment, id, sessionId, collectionId }
}

/** Answers as the way says, and notes what is left of it. */
function scripted(steps: readonly Step[]): { gateway: Gateway; left: Asked[] } {
  const left = steps.flatMap(({ asked }) => asked ?? [])
  const next = async (name: Asked["name"]): Promise<Outcome<unknown>> => {
    const asked = left.shift()
    if (asked?.name !== name)
      throw new Error(`asked ${name}, where the walk asks ${asked?.name ?? "nothing"}`)
    return asked.outcome
  }
  const gateway = {
    ...{ name: "ksher", account: "mch1", listsRefunds: true },
    channelFacts: (channel?: string) => ({
      refund: true,
      refundQuery: false,
      close: channel !== "promptpay",
    }),
    query: () => next("query"),
    close: () => next("close"),
    refundsOf: async () => ({ kind: "succeeded", value: [] }),
  }
  return { gateway: gateway as unknown as Gateway, left }
}

/** Medusa, as it is in the walk. `takes`: whether it takes the money that it is told of. */
function shopOf(
  life: Life,
  payment: GatewayPayment,
  steps: readonly Step[],
): SettleDeps["host"] & SettleDeps["medusa"] {
  let now: Life = { ...life, payment }
  const takes = steps.some(({ what }) => what.startsWith("tell: Medusa takes it"))
  const { shop } = life
  const order = shop.order === "none" ? undefined : { id: "order_1", canceled: shop.order === "canceled" }
  const host = {
    session: async () =>
      shop.session === "gone" ? undefined : { amount: "0.02", beingOpened: shop.session === "opening" },
    orderOf: async () => order,
    linkOrder: async () => order,
    payment: async () => booksOf(now) ?? undefined,
    demandOf: async () => demandOf(now),
    capture: async () => {
      const { status } = await authorize(
        payment.sessionId,
        depsOf(now, payment, steps, scripted(steps).gateway),
      )
      if (status === "captured" && takes) now = { ...now, shop: { ...now.shop, captured: true } }
      return takes ? {} : { problem: "It did not." }
    },
  }
  return host as unknown as SettleDeps["host"] & SettleDeps["medusa"]
}

function depsOf(life: Life, payment: GatewayPayment, steps: readonly Step[], gateway: Gateway): SettleDeps {
  const shop = shopOf(life, payment, steps)
  return {
    ...world.deps,
    gateway,
    ledger,
    clock,
    host: shop,
    medusa: { ...world.deps.medusa, demandOf: shop.demandOf },
  }
}

/** One look, as `settle` does it, without what goes back after it. */
async function play({ from, steps }: Way): Promise<{ now: GatewayPayment; left: string[] }> {
  clock.time = timeOf(from)
  const payment = await made(from)
  const { gateway, left } = scripted(steps)
  const deps = depsOf(from, payment, steps, gateway)
  const { payment: asked } = await withLease(payment.id, deps, (leased, held, operations) =>
    settleAtGateway(leased, operations, { ...held, host: deps.host }),
  )
  if (hasMoney(asked.state)) await captureInMedusa({ payment: asked, booked: undefined }, deps)
  const now = await ledger.payments.get(payment.id)
  if (!now) throw new Error("The payment is gone.")
  return { now, left: left.map(({ name }) => name) }
}

const shown = ({
  state,
  unwanted,
  attentionCode,
  capturedAt,
  paidAmount,
  refundedAmount,
}: GatewayPayment) => ({
  ...{ state, unwanted, attentionCode, isCaptured: capturedAt !== null, paidAmount, refundedAmount },
})

describe("what a look of the walk does", () => {
  it.each(kinds)("%s: is what the code does", async (kind) => {
    const ways = waysOf(kind)
    console.log(`${kind}: ${ways.length} ways`)
    expect(ways.length).toBeGreaterThan(50)
    for (const way of ways) {
      const { now, left } = await play(way)
      const end = (way.steps.at(-1) as Step).life.payment
      const name = nameOf(way)
      expect({ name, left, ...shown(now) }).toEqual({ name, left: [], ...shown(end) })
    }
  })
})
