import { PaymentProblem, hasMoney } from "../../../src/core"
import type { Gateway, Outcome } from "../../../src/core"
import { openLedger } from "../../../src/services/ledger"
import type { Decision, GatewayPayment, Ledger, Notification } from "../../../src/services/ledger"
import { authorize } from "../../../src/services/settlement"
import type { SettleDeps } from "../../../src/services/settlement"
import { withLease } from "../../../src/services/settlement/lease"
import { noteActed } from "../../../src/services/settlement/notify"
import { mostTries } from "../../../src/services/settlement/schedule"
import { carryOut } from "../../../src/services/settlement/people/carry-out"
import { captureInMedusa } from "../../../src/services/settlement/settling/capture"
import { refundOwed } from "../../../src/services/settlement/settling/owed-refunds"
import { reload } from "../../../src/services/settlement/required"
import { clearStaleAttention } from "../../../src/services/settlement/settle"
import { settleAtGateway } from "../../../src/services/settlement/settling/settle-at-gateway"
import { openQueryWorld, type QueryWorld } from "../queries/world"
import {
  beginLife,
  beginLook,
  booksOf,
  demandOf,
  happenings,
  keyOfLife,
  kinds,
  lifeRules,
  look,
  otherSession,
  stepsOf,
  timeOf,
} from "./life"
import type { Asked, Kind, Life, Message, Step } from "./life"

/*
 * The walk says in its own words what a step does. Here the code does it, on a real ledger: each way that a look can go is played once,
 * from a life in which it goes so, and must ask the same questions in the same order and come to the same end.
 */

interface Way {
  from: Life
  steps: readonly Step[]
}

/**
 * Every way in which a look that nobody disturbs can go from here, without what goes back after it: one of the job's, one for a message, one
 * of a person who only asks. And what a person dismisses.
 */
function waysFrom(from: Life, kind: Kind): Way[] {
  const steps = [beginLook(from), ...happenings(from, kind)]
  const ways: Way[] = steps.filter(isDecision).map((step) => ({ from, steps: [step] }))
  let open: (readonly Step[])[] = steps.filter(({ life }) => life.look).map((step) => [step])
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

const isDecision = ({ dismissed, recorded }: Step): boolean =>
  dismissed !== undefined || recorded !== undefined

/** Whether a way is one that only this kind has: the others are a page's. */
const isOwn = ({ from, steps: [first, ...steps] }: Way, kind: Kind): boolean => {
  if (first && isDecision(first)) return true
  if (kind === "told") return first?.life.message?.isActing === true
  if (kind === "desk") return first?.life.onlyAsks === true
  if (kind === "hold") return from.payment.state === "paid_late" || from.payment.unwanted !== null
  if (kind === "parts" || kind === "unsaid") return from.console.length > 0
  if (kind !== "kin") return true
  return from.shop.other !== "none" || steps.some(({ what }) => what === overtaken)
}

const overtaken = "tell: another payment is faster"

/** Between looks. What has gone back is counted from operations, which the other walk has. */
const mayBegin = ({ look: begun, payment }: Life): boolean => begun === null && payment.state !== "refunded"

/** What tells one way from another: where it begins, in the ledger's words, and what is done. */
const nameOf = ({ from, steps }: Way): string =>
  [
    from.payment.state,
    from.payment.unwanted,
    from.payment.attentionCode,
    from.shop.other,
    from.message?.tries,
    from.operations.length,
    ...steps.map(({ what }) => what),
  ].join(" > ")

/** So many lives are looked from: the ways repeat themselves long before. */
const mostLives = (kind: Kind): number => (kind === "told" || kind === "kin" ? 1_000 : 4_000)

function waysOf(kind: Kind): Way[] {
  const ways = new Map<string, Way>()
  const seen = new Set([keyOfLife(beginLife(kind))])
  let layer = [beginLife(kind)]
  let lives = 0
  while (layer.length && lives < mostLives(kind)) {
    const next: Life[] = []
    for (const life of layer) {
      if (mayBegin(life) && lives++ < mostLives(kind))
        for (const way of waysFrom(life, kind))
          if (isOwn(way, kind) && !ways.has(nameOf(way))) ways.set(nameOf(way), way)
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
async function made({ payment, due, shop, operations }: Life): Promise<GatewayPayment> {
  const { id, sessionId, collectionId } = await world.base.aPayment("created", {
    ...{ mode: payment.mode, channel: payment.channel, amount: payment.amount, currency: payment.currency },
  })
  const { state, unwanted, attentionCode, attention, attentionValues, settledBy, action } = payment
  const { createdAt, openedAt, expiresAt, paidAt, capturedAt } = payment
  await world.base.database.query(
    `update gateway_payment set state = ?, unwanted = ?, attention_code = ?, attention = ?, attention_values = ?, settled_by = ?,
       action = ?, created_at = ?, opened_at = ?, on_demand = ?, expires_at = ?, paid_at = ?, captured_at = ?, order_id = ?,
       paid_amount = ?, refunded_amount = ?, asked_amount = ?, next_check_at = ?, returned_unsaid = ?, dismissed = ? where id = ?`,
    [
      ...[state, unwanted, attentionCode, attention, JSON.stringify(attentionValues), settledBy],
      ...[JSON.stringify(action), createdAt, openedAt, payment.onDemand, expiresAt, paidAt, capturedAt],
      ...[payment.orderId, payment.paidAmount, payment.refundedAmount, payment.amount],
      ...[due ? new Date(0) : null, payment.returnedUnsaid, JSON.stringify(payment.dismissed), id],
    ],
  )
  const now = { ...payment, id, sessionId, collectionId }
  for (const operation of operations)
    await ledger.operations.recordOutside(id, {
      ...{ kind: "refund", number: operation.number, amount: operation.amount ?? 0 },
      ...(operation.byHand ? { byHand: operation.byHand } : {}),
    })
  await makeOther(now, shop.other === "reserved" || shop.other === "captured")
  return now
}

/** The other payment of the order: it is there, and Medusa is being told of it or not. */
async function makeOther(payment: GatewayPayment, isReserved: boolean): Promise<void> {
  const { amount, currency, collectionId } = payment
  const other = await world.base.aPayment("paid", {
    ...{ sessionId: otherSession(payment), collectionId, amount, currency },
  })
  await world.base.database.query(
    "update gateway_payment set paid_amount = ?, captured_at = null, reserved_at = ? where id = ?",
    [amount, isReserved ? new Date(0) : null, other.id],
  )
}

const reserveOther = (payment: GatewayPayment) =>
  world.base.database.query("update gateway_payment set reserved_at = ? where session_id = ?", [
    new Date(0),
    otherSession(payment),
  ])

/** Answers as the way says, and notes what is left of it. */
function scripted({ kind }: Life, steps: readonly Step[]): { gateway: Gateway; left: Asked[] } {
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
      refundQuery: kind === "parts",
      close: channel !== "promptpay",
    }),
    query: () => next("query"),
    close: () => next("close"),
    refundsOf: () => next("list"),
  }
  return { gateway: gateway as unknown as Gateway, left }
}

/** Medusa, as it is in the walk. `takes`: whether it takes the money that it is told of. */
function shopOf(
  life: Life,
  payment: GatewayPayment,
  steps: readonly Step[],
  isTold: boolean,
): SettleDeps["host"] & SettleDeps["medusa"] {
  let now: Life = { ...life, payment }
  const takes = steps.some(({ what }) => what.startsWith("tell: Medusa takes it"))
  const isOvertaken = steps.some(({ what }) => what === overtaken)
  const { shop } = life
  const order = shop.order === "none" ? undefined : { id: "order_1", canceled: shop.order === "canceled" }
  const host = {
    session: async () =>
      shop.session === "gone" ? undefined : { amount: "0.02", beingOpened: shop.session === "opening" },
    orderOf: async () => order,
    linkOrder: async () => order,
    payment: async () => booksOf(now) ?? undefined,
    demandOf: async () => {
      const demand = demandOf(now)
      if (isTold && isOvertaken) {
        await reserveOther(payment)
        now = { ...now, shop: { ...now.shop, other: "reserved" } }
      }
      return demand
    },
    // What goes back is the other walk's.
    refund: () => Promise.reject(new Error("Nothing is returned here.")),
    capture: async () => {
      const { status } = await authorize(
        payment.sessionId,
        depsOf(now, payment, steps, scripted(now, steps).gateway, true),
      )
      if (status === "captured" && takes) now = { ...now, shop: { ...now.shop, captured: true } }
      return takes ? {} : { problem: "It did not." }
    },
  }
  return host as unknown as SettleDeps["host"] & SettleDeps["medusa"]
}

/** `isTold`: Medusa has just been told of the money, and asks whether it may take it. */
function depsOf(
  life: Life,
  payment: GatewayPayment,
  steps: readonly Step[],
  gateway: Gateway,
  isTold = false,
): SettleDeps {
  const shop = shopOf(life, payment, steps, isTold)
  return {
    ...world.deps,
    policy: { ...world.deps.policy, latePayment: life.kind === "hold" ? "hold" : "refund" },
    refundsHeld: async () => new Set<string>(),
    ...(steps[0]?.life.onlyAsks ? { onlyAsks: true as const } : {}),
    gateway,
    ledger,
    clock,
    host: shop,
    medusa: { ...world.deps.medusa, demandOf: shop.demandOf },
  }
}

/** What the ledger keeps of the message that a look is for. */
async function makeMessage({ id, number }: GatewayPayment, { says, tries }: Message): Promise<Notification> {
  const fate = { result: "received", message: null, nextTryAt: null } as const
  const { stored } = await ledger.notifications.store({
    ...{ providerId: "pp_ksher_th", about: says === "paid" ? "payment" : "refund", bodyHash: id },
    ...{ names: { number }, verified: true, reason: null, code: null, state: null },
    ...{ orderNo: number, gatewayNo: null, refundNo: null, amount: null, currency: null },
    ...{ ours: fate, nobodys: fate, bound: { atMost: 9, since: new Date(0) } },
  })
  if (!stored) throw new Error("The message was not stored.")
  await world.base.database.query(
    "update gateway_notification set tries = ?, gateway_payment_id = ?, result = ?, code = ? where id = ?",
    [tries, id, tries ? "failed" : "received", tries ? "paid_not_confirmed" : null, stored.notification.id],
  )
  return { ...stored.notification, tries }
}

/** One look, as `settle` does it, without what goes back after it. Or what a person dismisses. */
async function play({ from, steps }: Way): Promise<{ now: GatewayPayment; left: string[]; message: string }> {
  clock.time = timeOf(from)
  const payment = await made(from)
  const [first] = steps
  const { gateway, left } = scripted(from, steps)
  const deps = depsOf(from, payment, steps, gateway)
  const message = first?.life.message ?? from.message
  const notification = message ? await makeMessage(payment, message) : undefined
  if (first?.dismissed) await decide(payment, { action: "dismiss" }, deps)
  else if (first?.recorded) await decide(payment, recordOf(first.recorded), deps)
  else await lookAt(payment, notification, steps, deps)
  const now = await ledger.payments.get(payment.id)
  if (!now) throw new Error("The payment is gone.")
  return { now, left: left.map(({ name }) => name), message: await becameOf(payment) }
}

const recordOf = (minor: number): Partial<Decision> => ({
  ...{ action: "record_refund", amount: `0.0${minor}`, how: "console", note: "Looked up." },
})

/** A person's decision, who is told where it could not be carried out. */
async function decide(payment: GatewayPayment, decision: Partial<Decision>, deps: SettleDeps): Promise<void> {
  try {
    await carryOut(payment, { id: `gdec_${payment.id}`, ...decision } as Decision, [], deps)
  } catch (error) {
    if (!(error instanceof PaymentProblem)) throw error
  }
}

async function lookAt(
  payment: GatewayPayment,
  notification: Notification | undefined,
  steps: readonly Step[],
  deps: SettleDeps,
): Promise<void> {
  const { payment: asked } = await withLease(payment.id, deps, (leased, held, operations) =>
    settleAtGateway(leased, operations, { ...held, host: deps.host }),
  )
  const seen = await inMedusa(asked, steps, deps)
  if (!notification || steps.at(-1)?.life.look || !steps[0]?.life.message?.isActing) return
  await noteActed(notification, seen, deps)
}

/** The half that Medusa has a part in, up to a return that is owed. */
async function inMedusa(
  asked: GatewayPayment,
  steps: readonly Step[],
  deps: SettleDeps,
): Promise<GatewayPayment> {
  const isCaptured = hasMoney(asked.state) && !asked.returnedUnsaid
  const { payment } = isCaptured
    ? await captureInMedusa({ payment: asked, booked: undefined }, deps)
    : { payment: asked }
  if (steps.at(-1)?.life.look) return payment
  const order = await deps.host.orderOf(payment.collectionId ?? "")
  const owing = hasMoney(payment.state)
    ? await refundOwed(payment, await deps.host.payment(payment.sessionId), order, deps)
    : payment
  return clearStaleAttention(await reload(owing, deps), deps)
}

async function becameOf({ id }: GatewayPayment): Promise<string> {
  const [kept] = await world.base.database.query<{ result: string; next_try_at: Date | null }>(
    "select result, next_try_at from gateway_notification where gateway_payment_id = ?",
    [id],
  )
  if (kept?.result !== "failed") return kept?.result ?? "none"
  return kept.next_try_at ? "tried again" : "given up"
}

/** As the walk says it. What waits to be acted on at the end is as it was. */
function messageOf({ from, steps }: Way): string {
  const before = steps[0]?.life.message ?? from.message
  const after = steps.at(-1)?.life.message
  if (!before) return "none"
  if (!after) return "acted"
  if (after.isActing || !before.isActing) return before.tries ? "given up" : "received"
  return after.tries >= mostTries ? "given up" : "tried again"
}

const shown = ({
  state,
  unwanted,
  attentionCode,
  capturedAt,
  paidAmount,
  refundedAmount,
  returnedUnsaid,
  dismissed,
}: GatewayPayment) => ({
  ...{
    returnedUnsaid,
    dismissed,
    state,
    unwanted,
    attentionCode,
    isCaptured: capturedAt !== null,
    paidAmount,
    refundedAmount,
  },
})

describe("what a look of the walk does", () => {
  it.each(kinds)("%s: is what the code does", async (kind) => {
    const ways = waysOf(kind)
    console.log(`${kind}: ${ways.length} ways`)
    expect(ways.length).toBeGreaterThan(50)
    for (const way of ways) {
      const { now, left, message } = await play(way)
      const end = (way.steps.at(-1) as Step).life
      const name = nameOf(way)
      const due = way.steps.some(isDecision) ? { isDue: now.nextCheckAt !== null } : {}
      expect({ name, left, message, ...due, ...shown(now) }).toEqual({
        ...{ name, left: [], message: messageOf(way) },
        ...(way.steps.some(isDecision) ? { isDue: end.due } : {}),
        ...shown(end.payment),
      })
    }
  })
})
