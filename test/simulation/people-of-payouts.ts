import { PaymentProblem, isUnclear } from "../../src/core"
import type { Receiver } from "../../src/core"
import { isWaitingPayout } from "../../src/services/ledger"
import type { ShopperPayout } from "../../src/services/ledger"
import {
  canBeTakenBack,
  decideByHand,
  mostWrongTries,
  orderIdOf,
  seal,
  settle,
  takePayoutBack,
  withOrderLease,
} from "../../src/services/settlement"
import type { GatewayPayment, Operation } from "../../src/services/settlement"
import type { PayoutStep } from "./steps"
import { payoutKeys, type Process, type World } from "./world"

const minute = 60_000
const hour = 60 * minute

/** A refund that waits for the shopper, as a page shows it. */
interface Waiting {
  payment: GatewayPayment
  operation: Operation
  row: ShopperPayout
}

/** What people do about a refund that waits. `sessionId`: of the payment that they look at. */
export async function actOnPayout(world: World, step: PayoutStep, sessionId: string): Promise<void> {
  if (step.do === "nameAccount") return nameAccount(world, step)
  const looked = await world.request(world.some, "looks at a refund", (process) =>
    waitingOf(process, sessionId),
  )
  if (looked.kind !== "ok" || !looked.value) return
  if (step.do === "link") return makeLink(world, step.cart, looked.value)
  return step.do === "release" ? release(world, looked.value) : takeBack(world, looked.value)
}

async function waitingOf({ ledger }: Process, sessionId: string): Promise<Waiting | undefined> {
  const payment = await ledger.payments.ofSession(sessionId)
  const operations = payment ? await ledger.operations.ofPayment(payment.id) : []
  const operation = operations.find(isWaitingPayout)
  const row = operation && (await ledger.shopperPayouts.of(operation.id))
  return payment && operation && row && { payment, operation, row }
}

const seenOf = ({ link, givenAt }: ShopperPayout) => ({ linkId: link?.id ?? null, givenAt })

const factsOf = (world: World, payment: GatewayPayment, { number }: Operation) => {
  const known = world.payouts.get(number) ?? {
    ...{ payment: payment.number, named: new Set<string>(), released: new Set<string>() },
  }
  world.payouts.set(number, known)
  return known
}

async function makeLink(world: World, cart: number, { payment, operation, row }: Waiting): Promise<void> {
  const token = `token ${++world.tokens}`
  const links = (world.refundLinks[cart] ??= [])
  factsOf(world, payment, operation)
  await world.request(world.some, "makes a refund link", async (process) => {
    const expiresAt = new Date(world.now + hoursOf(process, payment) * hour)
    const link = { tokenHash: token, expiresAt, madeBy: "user_1" }
    if (!(await process.ledger.shopperPayouts.relink(operation.id, seenOf(row), link))) return
    links.push(token)
    await lookAgain(process, payment)
  })
}

const hoursOf = ({ depsOf }: Process, { providerId }: GatewayPayment): number =>
  depsOf(providerId).policy.payouts?.linkHours ?? 0

/** `POST /refund/page/:id`, its last step: what is proven before that is that whoever names an account knows whose order it is. */
async function nameAccount(
  world: World,
  { cart, as, link, clicks }: Extract<PayoutStep, { do: "nameAccount" }>,
): Promise<void> {
  const links = world.refundLinks[cart] ?? []
  const token = link === "current" ? links.at(-1) : links.length ? world.random.pick(links) : undefined
  if (token === undefined) return
  const requests = Array.from({ length: clicks }, () =>
    world.request(world.some, `names an account as ${as}`, (process) => keep(world, process, token, as)),
  )
  await Promise.all(requests)
}

async function keep(world: World, process: Process, token: string, as: "owner" | "stranger"): Promise<void> {
  const { ledger, depsOf, medusa } = process
  const row = await ledger.shopperPayouts.ofToken(token)
  const link = row?.link
  if (!row || !link || row.givenAt || link.expiresAt.getTime() <= world.now) return
  const payment = await ledger.payments.get(row.paymentId)
  const operation = (await ledger.operations.ofPayment(row.paymentId)).find(
    ({ id }) => id === row.operationId,
  )
  if (!payment || !operation || !isWaitingPayout(operation)) return
  if (!(await ledger.shopperPayouts.countTry(link.id, mostWrongTries)) || as === "stranger") return
  // Without an order nobody can prove whose it is.
  if ((await orderIdOf(payment, medusa)) === undefined) return
  await ledger.shopperPayouts.uncountTry(link.id)
  const receiver = newReceiver(world)
  const given = { sealed: seal(receiver, row.operationId, payoutKeys), type: receiver.type, tail: "5678" }
  // Whether it was kept, a process that dies never says.
  factsOf(world, payment, operation).named.add(receiver.number)
  if (!(await ledger.shopperPayouts.give(link.id, given))) return
  await atOrderOf(process, payment, async () => {
    const deps = depsOf(payment.providerId)
    const now = await settle(payment.id, deps)
    if (canBeTakenBack(now, operation)) await settle(payment.id, deps)
  })
}

const newReceiver = (world: World): Receiver => ({
  type: "mobile",
  number: `08${String(++world.accounts).padStart(8, "0")}`,
})

async function release(world: World, { payment, operation, row }: Waiting): Promise<void> {
  const receiver = [...factsOf(world, payment, operation).named].at(-1)
  if (receiver && row.givenAt) factsOf(world, payment, operation).released.add(operation.id)
  await world.request(world.some, "releases a payout", async (process) => {
    if (await process.ledger.shopperPayouts.release(operation.id, seenOf(row), "user_1"))
      await lookAgain(process, payment)
  })
}

async function takeBack(world: World, { payment, operation, row }: Waiting): Promise<void> {
  await world.request(world.some, "takes a refund back", async (process) => {
    const sight = { operationId: operation.id, seen: seenOf(row), by: "user_1" }
    await atOrderOf(process, payment, () =>
      takePayoutBack(payment, sight, process.depsOf(payment.providerId)),
    )
    await lookAgain(process, payment)
  })
}

async function atOrderOf(
  process: Process,
  payment: GatewayPayment,
  work: () => Promise<unknown>,
): Promise<void> {
  const orderId = await orderIdOf(payment, process.medusa)
  await withOrderLease(orderId, process.reconcileDeps.cancels, work)
}

/** As the routes do: somebody else at the payment, or the job, looks otherwise. */
async function lookAgain(process: Process, payment: GatewayPayment): Promise<void> {
  try {
    await atOrderOf(process, payment, () => settle(payment.id, process.depsOf(payment.providerId)))
  } catch (error) {
    if (!(error instanceof PaymentProblem)) throw error
    await process.ledger.payments.wakeWhenFree(payment.id)
  }
}

/** Whoever is told of a refund that waits, or that is in doubt, does what it takes: shopper, admin, and who looks into the console. */
export async function helpOut(world: World): Promise<void> {
  const told = await world.connection.query<{ session_id: string }>(
    `select session_id from gateway_payment where attention_code in ('refund_unknown', 'payout_waits') order by id`,
  )
  for (const { session_id: sessionId } of told) {
    const cart = world.cartOfSession(sessionId)
    const looked = await world.request(world.some, "looks at a payment", async (process) => ({
      payment: await process.ledger.payments.ofSession(sessionId),
      waiting: await waitingOf(process, sessionId),
    }))
    if (looked.kind !== "ok" || !looked.value.payment) continue
    const { payment, waiting } = looked.value
    if (payment.attentionCode === "refund_unknown") await endDoubt(world, payment)
    if (payment.attentionCode === "payout_waits" && waiting) await help(world, cart, waiting)
  }
}

async function help(world: World, cart: number, waiting: Waiting): Promise<void> {
  // Without an order no link helps.
  if (waiting.payment.orderId === null) return
  if (waiting.row.givenAt) return release(world, waiting)
  await makeLink(world, cart, waiting)
  await nameAccount(world, { do: "nameAccount", cart, as: "owner", link: "current", clicks: 1 })
}

async function endDoubt(world: World, { id, providerId }: GatewayPayment): Promise<void> {
  await world.request(world.some, "ends a doubt", async ({ ledger, depsOf }) => {
    const payment = await ledger.payments.get(id)
    const doubtful = (await ledger.operations.ofPayment(id)).find(
      (one) => one.kind === "payout" && isUnclear(one.state),
    )
    const action = payment && doubtful && wordAbout(world, payment, doubtful)
    if (!payment || !doubtful || !action) return
    const note = `decision ${++world.decisions}`
    const asked = {
      action,
      operationId: doubtful.id,
      version: payment.version,
      note,
      by: "user_1",
      key: null,
    }
    await decideByHand(payment, asked, depsOf(providerId), ({ id: decided }) => Promise.resolve(decided))
  })
}

/** What Ksher's console shows of a payout. What it denies it shows as failed; what may still be on its way nobody calls failed. */
export function wordAbout(
  world: World,
  { providerId }: GatewayPayment,
  { number, updatedAt }: Operation,
): "went_through" | "did_not" | undefined {
  const made = (world.gateways.get(providerId)?.payouts.made ?? []).filter((one) => one.number === number)
  if (made.some(({ state }) => state === "done")) return "went_through"
  if (made.some(({ state, denied }) => state === "pending" && !denied)) return undefined
  return world.now - updatedAt.getTime() > 10 * minute ? "did_not" : undefined
}
