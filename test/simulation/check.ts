import { hasMoney, holdsMoney, isOpen, isUnclear } from "../../src/core"
import {
  committedAmount,
  isWaitingPayout,
  openLedger,
  returnedAmount,
  returnedTwice,
  returns,
  standingOf,
  type GatewayPayment,
  type Operation,
} from "../../src/services/ledger"
import {
  captured,
  exactly,
  pendingDifference,
  refunded,
  rounded,
  sum,
  type Order,
  type Payment,
} from "../support/fake-medusa"
import { moved, type ModelGateway, type ModelOrder } from "../support/model-gateway"
import type { ModelPayout } from "../support/model-payouts"
import type { World } from "./world"

/** What the books look like when everything has settled. */
export interface Verdict {
  /** What must not be, in words. */
  problems: string[]
  /** Payments whose money the shop keeps although Medusa gave them up, as it was configured or as a person decided. */
  held: number
  /** Payments that Gnete took money for after it had closed them, while every notification of it got lost. */
  unheard: number
  /** Payments that wait for a person, by reason. */
  attention: Record<string, number>
  states: Record<string, number>
}

/** One gateway payment from all three sides. */
interface Case {
  payment: GatewayPayment
  operations: Operation[]
  order: ModelOrder | undefined
  gateway: ModelGateway
  medusa: Payment | undefined
  /** What the gateway was asked to pay out for it. */
  payouts: ModelPayout[]
  world: World
  /** A verified notification says that it was paid. */
  toldPaid: boolean
}

const minute = 60_000
const hour = 60 * minute

type Finding = string | false | undefined

/** Compares the gateway's books, the ledger and Medusa's books, payment by payment and as a whole. */
export async function check(world: World): Promise<Verdict> {
  const ledger = openLedger(world.connection, world.scheduler.clock)
  const { payments } = await ledger.payments.list({ limit: 1000, offset: 0, order: "created_at" })
  const verdict: Verdict = { problems: [], held: 0, unheard: 0, attention: {}, states: {} }
  const toldPaid = await paymentsToldPaid(world)
  const cases: Case[] = []
  for (const payment of payments) {
    const operations = await ledger.operations.ofPayment(payment.id)
    const one = caseOf(payment, operations, world, toldPaid.has(payment.id))
    cases.push(one)
    count(verdict.states, payment.state)
    if (payment.attentionCode) count(verdict.attention, payment.attentionCode)
    if (payment.attentionCode === "late_held" || keptByHand(one)) verdict.held++
    if (unheardOf(one)) verdict.unheard++
    for (const problem of problemsOf(one)) verdict.problems.push(`${payment.number}: ${problem}`)
  }
  verdict.problems.push(
    ...medusasOwnBooks(world),
    ...intents(world, cases),
    ...payoutsOfNobody(world, cases),
    ...world.unexpected,
    ...world.tables.unasked,
    ...[...world.gateways.values()].flatMap((gateway) => gateway.violations),
    ...(await unheard(world)),
  )
  return verdict
}

const count = (counts: Record<string, number>, key: string) => (counts[key] = (counts[key] ?? 0) + 1)

function caseOf(payment: GatewayPayment, operations: Operation[], world: World, toldPaid: boolean): Case {
  const gateway = world.gateways.get(payment.providerId)
  if (!gateway) throw new Error(`There is no gateway for ${payment.id}.`)
  const medusa = [...world.tables.payments.values()].find((one) => one.sessionId === payment.sessionId)
  const numbers = new Set(operations.filter(({ kind }) => kind === "payout").map(({ number }) => number))
  const payouts = gateway.payouts.made.filter(({ number }) => numbers.has(number))
  const order = gateway.orders.get(payment.number)
  return { payment, operations, gateway, medusa, world, toldPaid, payouts, order }
}

async function paymentsToldPaid(world: World): Promise<Set<string>> {
  const rows = await world.connection.query<{ gateway_payment_id: string }>(
    `select distinct gateway_payment_id from gateway_notification where about = 'payment' and verified`,
  )
  return new Set(rows.map((row) => row.gateway_payment_id))
}

/**
 * Gnete's query goes on calling an order closed that was paid after it was closed: its notification is all that tells. Where
 * each of its six tries got lost, nothing in the world outside the gateway knows of the money.
 */
const unheardOf = ({ payment, gateway, order, toldPaid }: Case): boolean =>
  payment.state === "void" &&
  gateway.rules.name === "gnete" &&
  order?.state === "closed" &&
  order.moneyIn > 0 &&
  !toldPaid

function problemsOf(one: Case): string[] {
  const { attentionCode } = one.payment
  const findings = [
    ...always(one),
    ...(attentionCode === null ? whenSettled(one) : underAttention(one, attentionCode)),
  ]
  return findings.filter((finding): finding is string => typeof finding === "string")
}

const orderOf = ({ payment, world }: Case) => {
  const collection = world.tables.collections.get(payment.collectionId ?? "")
  return world.tables.orders.get(collection?.orderId ?? "")
}

/** What the shopper has back, by whatever way. */
const backOf = ({ order, payouts }: Case): number =>
  (order ? moved(order) : 0) +
  payouts.filter(({ state }) => state === "done").reduce((total, one) => total + one.amount, 0)

/**
 * What no caution prevents: Ksher denied a payout and sent it after the next one; or somebody returned money in the console in the moment
 * in which a payout left.
 */
const isExcused = ({ payouts, payment, world }: Case): boolean => {
  const byHand = world.returnedByHand.get(payment.number)
  const atOnce = ({ arrivedAt }: ModelPayout) =>
    byHand !== undefined && Math.abs(arrivedAt - byHand) < 10 * minute
  return payouts.some((one) => one.denied || atOnce(one))
}

/** True however it ended. */
function always(one: Case): Finding[] {
  const { payment, operations, order, medusa } = one
  const moneyIn = order?.moneyIn ?? 0
  const back = backOf(one)
  const hidden = (order?.returns ?? []).filter((entry) => entry.console && entry.moved)
  const unseen = hidden.reduce((sum, entry) => sum + entry.amount, 0)
  return [
    back > moneyIn && !isExcused(one) && `${back} went back for ${moneyIn} paid`,
    back > moneyIn &&
      payment.attentionCode === null &&
      `${back} went back for ${moneyIn} paid, and nobody is told`,
    ...payoutsOf(one),
    returnedAmount(operations) > back &&
      `the ledger says ${returnedAmount(operations)} went back, it was ${back}`,
    back > committedAmount(operations) + unseen &&
      `${back} went back and the ledger commits only ${committedAmount(operations)}`,
    hasMoney(payment.state) && moneyIn === 0 && `${payment.state}, and nothing was ever paid`,
    medusa !== undefined &&
      rounded(captured(medusa)) > moneyIn &&
      `Medusa captured ${captured(medusa)} of ${moneyIn}`,
    medusa !== undefined && medusa.captures.length > 1 && `Medusa captured ${medusa.captures.length} times`,
    payment.nextCheckAt === null && silentlyOpen(payment, operations),
  ]
}

/** Each is sent once, to an account that was named for it, and where an admin has to release it, after that. */
function payoutsOf({ payouts, payment, gateway, world }: Case): Finding[] {
  const { policy } = world.schedule.entries.find(({ id }) => id === payment.providerId) ?? {}
  const needsRelease = ({ amount }: ModelPayout) =>
    policy?.payouts?.release === "by_admin" || amount > (policy?.payouts?.maxAmount ?? 0)
  return payouts.flatMap((one) => {
    const known = world.payouts.get(one.number)
    const arrived = gateway.payouts.made.filter(({ number }) => number === one.number)
    return [
      arrived.length > 1 && `payout ${one.number} arrived ${arrived.length} times`,
      !known?.named.has(one.receiver) && `payout ${one.number} went to ${one.receiver}, which nobody named`,
      needsRelease(one) &&
        !known?.released.size &&
        `payout ${one.number} was sent, and nobody had released it`,
    ]
  })
}

/** Sent, and in no ledger. */
const payoutsOfNobody = (world: World, cases: readonly Case[]): string[] => {
  const known = new Set(cases.flatMap(({ payouts }) => payouts))
  return [...world.gateways.values()]
    .flatMap(({ payouts }) => payouts.made)
    .filter((one) => !known.has(one))
    .map(({ number }) => `payout ${number} was sent, and no operation carries it`)
}

/** Nobody will ever look at it again, and it is not settled. */
function silentlyOpen(payment: GatewayPayment, operations: readonly Operation[]): Finding {
  if (payment.attentionCode !== null) return undefined
  if (isOpen(payment.state) && !neverOpened(payment, operations)) return `silently open: ${payment.state}`
  const open = returns(operations).find((one) => isUnclear(one.state) || one.state === "pending")
  return open && `silently open: ${open.kind} ${open.number} is ${open.state}`
}

/** It was refused, or not sent: nothing is at the gateway, nobody has a link, and there is nothing to tell anybody. */
const neverOpened = (payment: GatewayPayment, operations: readonly Operation[]): boolean =>
  payment.state === "failed" &&
  payment.action === null &&
  (payment.unwanted === null ||
    operations.every((one) => one.kind !== "open" || one.state === "refused" || one.state === "not_sent"))

/** "Dismiss": the shop keeps the money that is held, and nothing more is to be done. */
const keptByHand = ({ payment, world }: Case): boolean =>
  payment.dismissed.some(({ amount }) => amount > 0) &&
  hasMoney(payment.state) &&
  world.dismissed.has(payment.number)

/** Nobody has to look at it: all three books must agree, and nothing may be owed. */
function whenSettled(one: Case): Finding[] {
  const { payment, operations, order, medusa, world } = one
  const moneyIn = order?.moneyIn ?? 0
  const back = backOf(one)
  const held = keptByHand(one) ? 0 : moneyIn - back
  const shop = orderOf(one)
  const session = world.tables.sessions.get(payment.sessionId)
  if (invisible(one) || unheardOf(one)) return []
  const openOperation = returns(operations).find(
    (entry) => isUnclear(entry.state) || entry.state === "pending",
  )
  return [
    moneyIn > 0 && !hasMoney(payment.state) && `paid there and ${payment.state} here`,
    hasMoney(payment.state) &&
      payment.paidAmount !== moneyIn &&
      `${payment.paidAmount} paid here, ${moneyIn} there`,
    payment.refundedAmount !== back && `${payment.refundedAmount} returned here, ${back} there`,
    openOperation && `${openOperation.kind} ${openOperation.number} is still ${openOperation.state}`,
    medusa &&
      rounded(refunded(medusa)) !== back &&
      `Medusa refunded ${refunded(medusa)}, the gateway ${back}`,
    medusa &&
      rounded(captured(medusa)) !== moneyIn &&
      `Medusa captured ${captured(medusa)}, the gateway took ${moneyIn}`,
    !medusa && held !== 0 && `${held} is held and Medusa knows nothing of it`,
    medusa && held > 0 && payment.state === "paid_late" && "late, and Medusa holds money of it",
    medusa && !shop && held !== 0 && `${held} is held and there is no order`,
    shop?.canceled && held !== 0 && `the order is cancelled and ${held} is held`,
    shop?.canceled && payable(one) && "the order is cancelled and can still be paid",
    !shop && !session && payable(one) && "its session is gone and it can still be paid",
    shop &&
      payable(one) &&
      payment.amount > rounded(pendingDifference(shop)) + 1 &&
      `it can still be paid, and the order asks for ${pendingDifference(shop)}`,
    payment.state === "void" && payable(one) && "it is void and can still be paid",
    payment.announced !== standingOf(payment) &&
      session !== undefined &&
      !neverOpened(payment, operations) &&
      `announced ${payment.announced}, is ${standingOf(payment)}`,
    session &&
      session.metadata.gateway_state !== payment.state &&
      payment.announced !== "" &&
      `Medusa's session says ${String(session.metadata.gateway_state)}, it is ${payment.state}`,
    ...rowsAndOperations(one),
  ]
}

/** Ksher says "refunded" of a part and of the whole: beside a refund of our own, one in the console shows nowhere. */
const invisible = ({ order, operations, gateway, payment }: Case): boolean =>
  gateway.rules.name === "ksher" &&
  !gateway.facts(payment.channel ?? undefined).refundQuery &&
  (order?.returns ?? []).some((entry) => entry.console) &&
  returns(operations).some((entry) => entry.state === "succeeded" && !entry.outside)

/** A shopper who has the link can still pay it. */
const payable = ({ order, world }: Case): boolean =>
  order !== undefined &&
  (order.state === "unpaid" || order.state === "in_progress") &&
  order.expiresAt + (order.mode === "qr" ? 48 * hour : 0) > world.now &&
  world.links.flat().includes(order.number)

/** Every refund row stands for one operation of the same amount, but for a fraction of a minor unit; and the other way round. */
function rowsAndOperations({ medusa, operations }: Case): Finding[] {
  if (!medusa) return []
  const done = returns(operations).filter((one) => one.state === "succeeded")
  return [
    ...medusa.refunds.map((row) => {
      const carried = done.filter((one) => one.refundId === row.id)
      return (
        (carried.length !== 1 || Math.abs((carried[0]?.amount ?? 0) - row.amount) >= 1) &&
        `refund row ${row.id} of ${row.amount} is carried by ${carried.map((one) => one.amount).join(", ") || "nothing"}`
      )
    }),
    ...done.map(
      (one) =>
        !medusa.refunds.some((row) => row.id === one.refundId) &&
        `${one.kind} ${one.number} has no refund row`,
    ),
  ]
}

/** A person was called: there must be a reason that still holds. */
function underAttention(one: Case, code: string): Finding[] {
  const { payment, operations, order, medusa } = one
  const held = order ? order.moneyIn - backOf(one) : 0
  const doubtful = returns(operations).some((entry) => isUnclear(entry.state))
  const byHand = (order?.returns ?? []).some((entry) => entry.console)
  // A refusal carries nothing: its row is still owed where the process died before Medusa deleted it.
  const carried = new Set(
    returns(operations)
      .filter((entry) => holdsMoney(entry.state))
      .map((entry) => entry.refundId),
  )
  // Somebody took out in the console what Medusa still holds a refund for: only people can say what was meant.
  const rowLeft = (medusa?.refunds ?? []).some((row) => !carried.has(row.id))
  const uncarried = byHand && rowLeft
  // Somebody asked again for what he did not know had gone through, and his process died: one wish, or two?
  const askedTwice = rowLeft && operations.some((entry) => entry.untold || entry.told)
  const unlisted = byHand && !one.gateway.facts(payment.channel ?? undefined).refundQuery
  const reasons: Record<string, boolean> = {
    contradiction:
      one.world.forged.has(payment.number) ||
      (order?.moneyIn !== undefined && order.moneyIn > 0 && order.state === "closed"),
    not_captured: !medusa && held > 0,
    refund_unknown: doubtful,
    // What the gateway shows nowhere, only its refusal of the rest tells.
    refund_refused: held > 0 || uncarried || invisible(one),
    refund_unsupported: (held > 0 || unlisted) && !one.gateway.facts(payment.channel ?? undefined).refund,
    late_held: held > 0 && !medusa,
    // Ksher's shopper may try again after a payment that failed.
    qr_stays_open:
      payable(one) || order?.state === "unpaid" || (order?.state === "failed" && payment.gateway === "ksher"),
    no_order: medusa !== undefined && held > 0 && !orderOf(one),
    outside_unclear: unlisted,
    books_differ: uncarried || askedTwice || held < 0 || returnedTwice(operations).length > 0,
    payout_waits: operations.some(isWaitingPayout),
    // Asked for while the entry had another account, which opens nothing.
    account_changed: payment.account !== one.gateway.rules.account && held === 0,
  }
  return [!reasons[code] && `attention ${code} for nothing: ${payment.attention ?? ""}`]
}

/** Collections count their captures and refunds; an order's transactions are what was captured less what was refunded. */
function medusasOwnBooks(world: World): string[] {
  const problems: string[] = []
  const { collections, payments, orders } = world.tables
  for (const collection of collections.values()) {
    const mine = [...payments.values()].filter((payment) => payment.collectionId === collection.id)
    const capturedSum = sum(mine.flatMap(({ captures }) => captures))
    const refundedSum = sum(mine.flatMap(({ refunds }) => refunds))
    if (collection.captured !== capturedSum || collection.refunded !== refundedSum)
      problems.push(
        `${collection.id} says ${collection.captured} − ${collection.refunded}, its rows ${capturedSum} − ${refundedSum}`,
      )
  }
  for (const order of orders.values()) problems.push(...booksOfOrder(order, world))
  return problems
}

function booksOfOrder(order: Order, world: World): string[] {
  const collections = [...world.tables.collections.values()].filter(({ orderId }) => orderId === order.id)
  const ids = new Set(collections.map(({ id }) => id))
  const mine = [...world.tables.payments.values()].filter(({ collectionId }) => ids.has(collectionId))
  const capturedSum = sum(mine.flatMap(({ captures }) => captures))
  const refunds = mine.flatMap((one) => one.refunds)
  const transactions = sum(order.transactions)
  // What had gone back before there was an order paid for nothing of it. What an edit made cheaper was owed: Medusa credits nothing
  // for that. All else that it asks for beyond its price has gone back to the shopper.
  const before = sum(refunds.filter((row) => row.createdAt < order.createdAt))
  const owed = Math.min(order.cheaper ?? 0, sum(refunds))
  const unpaid = Math.max(0, exactly(order.total - capturedSum + before + owed))
  return [
    transactions !== exactly(capturedSum - sum(refunds)) &&
      `${order.id} has transactions of ${transactions}, its rows ${capturedSum - sum(refunds)}`,
    !order.canceled &&
      pendingDifference(order) > unpaid &&
      `${order.id} asks for ${pendingDifference(order)} again`,
  ].filter((problem) => problem !== false)
}

/** As many refunds of an amount as were asked for and came back as done; what failed may have gone through once. */
function intents(world: World, cases: readonly Case[]): string[] {
  const problems: string[] = []
  const groups = new Map<string, { sessionId: string; amount: number; wanted: number; done: number }>()
  for (const { sessionId, amount, end } of world.intents) {
    const key = `${sessionId} ${amount}`
    const group = groups.get(key) ?? { sessionId, amount, wanted: 0, done: 0 }
    group.wanted++
    if (end === "done") group.done++
    groups.set(key, group)
  }
  for (const { sessionId, amount, wanted, done } of groups.values()) {
    const one = cases.find((entry) => entry.payment.sessionId === sessionId)
    if (!one || amount === one.payment.amount) continue
    const paidOut = one.payouts.filter((entry) => entry.state === "done" && entry.amount === amount)
    // What Ksher denied may go out beside the one that took its place.
    const denied = paidOut.filter((entry) => entry.denied).length
    const made =
      (one.order?.returns ?? []).filter((entry) => entry.moved && !entry.console && entry.amount === amount)
        .length + paidOut.length
    const given = made + one.operations.filter((entry) => entry.amount === amount && isGivenUp(entry)).length
    if (made - denied > wanted)
      problems.push(`${one.payment.number}: ${amount} was asked for ${wanted}× and went back ${made}×`)
    if (given < done && one.payment.attentionCode === null)
      problems.push(`${one.payment.number}: ${amount} was promised ${done}× and went back ${made}×`)
  }
  return problems
}

/** A person took it back, or Medusa asked for more, and it is a part of that. */
const isGivenUp = ({ state, reason }: Operation): boolean =>
  state === "not_sent" && (reason === "taken_back" || reason === "taken_over")

/** Notifications nobody has acted on, and nobody will. */
async function unheard(world: World): Promise<string[]> {
  const rows = await world.connection.query<{ id: string; result: string }>(
    `select id, result from gateway_notification where result = 'received' and next_try_at is null`,
  )
  return rows.map((row) => `notification ${row.id} was ${row.result} and never acted on`)
}
