import { hasMoney, isUnclear, toMajor } from "../../src/core"
import { sessionData } from "../../src/services/provider/session-data"
import {
  openOnDemand,
  reconcileAll,
  decideByHand,
  settle,
  withOrderLease,
} from "../../src/services/settlement"
import type { GatewayPayment, Operation } from "../../src/services/settlement"
import {
  MedusaProblem,
  type Cart,
  type Collection,
  type Order,
  type Payment,
  type Session,
} from "../support/fake-medusa"
import type { LedgerConnection } from "../support/ledger-line"
import type { ModelGateway } from "../support/model-gateway"
import { check, type Verdict } from "./check"
import type { Schedule } from "./config"
import { actOnPayout, helpOut, wordAbout } from "./people-of-payouts"
import { inWords, type Change, type Configured, type Decide, type Step } from "./steps"
import { World, digestOf, type Answered, type Process } from "./world"

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const mostSteps = 20_000
/** The last look at a paid payment comes after a month. */
const mostDays = 40

export interface Played extends Verdict {
  schedule: Schedule
  /** What went back to payers, console and all, amount by amount. */
  returned: number[]
  /** How many requests to return money arrived at the gateways. */
  returnsAsked: number
  /** What happened, one line per step of a machine; empty unless asked for. */
  trace: string[]
  /** The same for the same seed, always. */
  digest: string
  steps: number
}

/** Plays a schedule from an empty ledger to the end, until nothing is due any more, and looks at the books. */
export async function play(
  schedule: Schedule,
  connection: LedgerConnection,
  { tracing = false } = {},
): Promise<Played> {
  await connection.clear()
  const world = new World(schedule, connection, tracing)
  let problems: string[] = []
  let verdict: Verdict = { problems: [], held: 0, unheard: 0, attention: {}, states: {} }
  try {
    await perform(world)
    await settleDown(world)
    verdict = await check(world)
  } catch (error) {
    problems = [`the schedule could not be played: ${(error as Error).stack ?? String(error)}`]
  }
  return {
    ...verdict,
    problems: [...problems, ...verdict.problems],
    schedule,
    returned: [...world.gateways.values()].flatMap(returnedBy),
    returnsAsked: [...world.gateways.values()].reduce((sum, one) => sum + one.returnsAsked, 0),
    trace: world.scheduler.trace,
    digest: digestOf([String(world.scheduler.steps), JSON.stringify(verdict.states), String(world.now)]),
    steps: world.scheduler.steps,
  }
}

const returnedBy = ({ orders }: ModelGateway): number[] =>
  [...orders.values()].flatMap(({ returns }) => returns.filter((one) => one.moved).map((one) => one.amount))

async function perform(world: World): Promise<void> {
  const { scheduler, schedule } = world
  for (const { amount, trouble } of schedule.carts) {
    const cart = await world.some.medusa.createCart(amount, trouble && { ...trouble })
    world.cartIds.push(cart.id)
    world.links.push([])
  }
  for (const step of schedule.steps) {
    scheduler.note(`=== ${inWords(step)}`)
    await begin(world, step)
    await (step.then < 0 ? scheduler.untilQuiet(mostSteps) : scheduler.forSteps(step.then))
  }
  await scheduler.untilQuiet(mostSteps)
}

/** Starts what a step says. What takes time goes on by itself, beside what comes next. */
async function begin(world: World, step: Step): Promise<void> {
  switch (step.do) {
    case "open":
      return void openPayment(world, step.cart)
    case "choose":
      return void choose(world, step)
    case "pay": {
      pay(world, step.cart, step.link)
      return
    }
    case "beginPaying":
      if (linkOf(world, step.cart)) world.gatewayOf(step.cart).beginPaying(linkOf(world, step.cart))
      return
    case "failPaying":
      return void world.gatewayOf(step.cart).failPaying(linkOf(world, step.cart))
    case "complete":
      return void world.request(world.some, "complete cart", (process) =>
        process.medusa.completeCart(cartId(world, step.cart)),
      )
    case "changeCart":
      return void world.request(world.some, "change cart", (process) =>
        process.medusa.changeCart(cartId(world, step.cart), step.amount),
      )
    case "cancelOrder":
      return void cancelOrder(world, step)
    case "refund":
      return void refund(world, step)
    case "console": {
      returnInConsole(world, step)
      return
    }
    case "forge": {
      forge(world, step)
      return
    }
    case "replay":
      for (const message of world.sent) void world.notify(world.entryOf(step.cart), message, 0)
      return
    case "job": {
      job(world, step.process)
      return
    }
    case "crash": {
      world.crash(step.process)
      return
    }
    case "hold": {
      hold(world, step)
      return
    }
    case "pass":
      return passTime(world, step.ms, step.jobs)
    case "outage":
      world.outageUntil = world.now + step.ms
      return
    case "configure":
      return configure(world, step)
    case "noBalance":
      for (const gateway of world.gateways.values()) gateway.mood.noBalanceUntil = world.now + step.ms
      return
    case "sync":
      return void ask(world, step.cart, "sync", (process, id, providerId) =>
        settle(id, process.depsOf(providerId)),
      )
    case "resolve":
      return void resolve(world, step)
    case "decide":
      return void decide(world, step)
    case "edit":
    case "beginChange":
    case "endChange":
    case "openDifference":
    case "payDifference":
    case "markAsPaid":
    case "deleteCollection":
      return void change(world, step)
    case "link":
    case "release":
    case "takeBack":
    case "nameAccount": {
      const sessionId = paymentOf(world, step.cart)?.sessionId ?? sessionOf(world, step.cart)?.id
      return void (sessionId && actOnPayout(world, step, sessionId))
    }
    case "mood":
      for (const gateway of world.gateways.values()) Object.assign(gateway.mood, step.mood)
      return
    case "loseAnswers": {
      world.unanswered.set(step.call, step.times)
      return
    }
    case "dieAfter": {
      world.doomed = step.what
      return
    }
    case "reconcileAll":
      return void world.request(world.some, "reconcile all", (process) =>
        reconcileAll(process.reconcileDeps, step.dryRun, 20 * second),
      )
  }
}

/** Nobody returns there what the console shows as paid out. */
function returnInConsole(world: World, { cart, amount }: Extract<Step, { do: "console" }>): void {
  const number = linkOf(world, cart)
  const gateway = world.gatewayOf(cart)
  if (gateway.payouts.made.some((one) => world.payouts.get(one.number)?.payment === number)) return
  if (gateway.returnInConsole(number, amount) > 0) world.returnedByHand.set(number, world.now)
}

/** Before an entry is put back, whatever of it was due in the meantime says that nobody could ask about it. */
async function configure(world: World, { entry, as }: Extract<Step, { do: "configure" }>): Promise<void> {
  const { id } = world.schedule.entries[entry] ?? {}
  if (id === undefined) return
  const before = world.configured.get(id)
  if (before && before !== "own" && !world.isTroubled) {
    await world.scheduler.untilQuiet(mostSteps)
    const since = world.now
    job(world, 0)
    await world.scheduler.untilQuiet(mostSteps)
    for (const number of await unsaidOf(world, id, before, since))
      world.unexpected.push(`${number} does not say that its entry is ${before}`)
  }
  world.configure(id, as)
}

async function unsaidOf(world: World, id: string, as: Configured, due: number): Promise<string[]> {
  const rows = await world.connection.query<{ merchant_order_no: string }>(
    `select merchant_order_no from gateway_payment where provider_id = ? and account = ? and opened_at is not null
       and next_check_at <= ? and attention_code is distinct from ?`,
    [
      ...[id, world.gateways.get(id)?.rules.account ?? "", new Date(due)],
      as === "removed" ? "entry_removed" : "account_changed",
    ],
  )
  return rows.map((row) => row.merchant_order_no)
}

const cartId = (world: World, cart: number): string => world.cartIds[cart] ?? ""

const cartOf = (world: World, cart: number): Cart | undefined => world.tables.carts.get(cartId(world, cart))

const sessionOf = (world: World, cart: number): Session | undefined =>
  [...world.tables.sessions.values()].find((one) => one.collectionId === cartOf(world, cart)?.collectionId)

const paymentOf = (world: World, cart: number): Payment | undefined =>
  [...world.tables.payments.values()].find((one) => one.collectionId === cartOf(world, cart)?.collectionId)

/** The number of the payment whose link the storefront shows now. */
function linkOf(world: World, cart: number): string {
  const { merchant_order_no: number, state } = sessionOf(world, cart)?.data ?? {}
  // Nothing is open yet.
  if (state === "unopened") return ""
  if (typeof number !== "string") return ""
  if (!world.links[cart]?.includes(number)) world.links[cart]?.push(number)
  return number
}

async function openPayment(world: World, cart: number): Promise<void> {
  linkOf(world, cart)
  const { id } = world.entryOf(cart)
  await world.request(world.some, "select payment", (process) =>
    process.medusa.selectPayment(cartId(world, cart), id),
  )
}

/** `POST /store/gateway-payments/:session_id/open`: whoever gets the link has it. */
async function choose(world: World, step: Extract<Step, { do: "choose" }>): Promise<void> {
  const session = sessionOf(world, step.cart)
  if (!session) return
  const clicks = Array.from({ length: step.clicks }, () =>
    world.request(world.some, "choose how to pay", async (process) => {
      const deps = process.depsOf(session.providerId)
      const payment = await openOnDemand({ sessionId: session.id, channel: undefined }, deps)
      const { action, expires_at, state } = sessionData(payment)
      await deps.host.showLink(session.id, { action, expires_at, state })
      return payment
    }),
  )
  for (const answer of await Promise.all(clicks))
    if (answer.kind === "ok" && answer.value.action && !world.links[step.cart]?.includes(answer.value.number))
      world.links[step.cart]?.push(answer.value.number)
}

function pay(world: World, cart: number, link: "current" | "saved"): void {
  const current = linkOf(world, cart)
  const number = link === "current" ? current : world.random.pick(["", ...(world.links[cart] ?? [])])
  const paid = number !== "" && world.gatewayOf(cart).pay(number)
  world.scheduler.note(`the shopper ${paid ? "pays" : "cannot pay"} ${number}`)
}

const orderOf = (world: World, cart: number): Order | undefined =>
  world.tables.orders.get(cartOf(world, cart)?.orderId ?? "")

/** The collection that a change of the order made: the newest. */
const differenceOf = (world: World, cart: number): Collection | undefined => {
  const order = orderOf(world, cart)
  return [...world.tables.collections.values()]
    .filter((one) => !one.cartId && one.orderId !== null && one.orderId === order?.id)
    .at(-1)
}

const sessionOn = (world: World, collection: Collection | undefined): Session | undefined =>
  [...world.tables.sessions.values()].find((one) => one.collectionId === collection?.id)

async function change(world: World, step: Change): Promise<void> {
  const order = orderOf(world, step.cart)
  if (!order) return
  const difference = differenceOf(world, step.cart)
  const atOrder = (what: string, work: (process: Process) => Promise<unknown>) =>
    world.request(world.some, what, (process) =>
      withOrderLease(order.id, process.reconcileDeps.cancels, () => work(process)),
    )
  switch (step.do) {
    case "edit":
      // Medusa's routes of an edit wait for its lock on the order, which the plugin holds with its own.
      return void atOrder("edit the order", ({ medusa }) =>
        medusa.editOrder(order.id, Math.max(order.total + step.by, 0)),
      )
    case "beginChange":
      return void world.request(world.some, "begin a change", ({ medusa }) =>
        medusa.openChange(order.id, step.kind),
      )
    case "endChange":
      return void world.request(world.some, "end a change", ({ medusa }) => medusa.endChange(order.id))
    case "openDifference": {
      if (!difference) return
      linkOn(world, step.cart, difference)
      const { id } = world.entryOf(step.cart)
      await world.request(world.some, "select payment of the difference", ({ medusa }) =>
        medusa.selectPaymentOn(difference.id, id),
      )
      return void linkOn(world, step.cart, difference)
    }
    case "payDifference": {
      const current = linkOn(world, step.cart, difference)
      const number =
        step.link === "current" ? current : world.random.pick(["", ...(world.links[step.cart] ?? [])])
      const paid = number !== "" && world.gatewayOf(step.cart).pay(number)
      world.scheduler.note(`the shopper ${paid ? "pays" : "cannot pay"} ${number} of the difference`)
      return
    }
    // The plugin keeps these routes waiting; what they find then is Medusa's own affair.
    case "markAsPaid":
      return void atOrder("mark the difference as paid", async ({ medusa }) => {
        if (difference?.status === "not_paid") await medusa.markAsPaid(difference.id)
      })
    case "deleteCollection":
      return void atOrder("delete the difference", async ({ medusa }) => {
        if (difference?.status === "not_paid") await medusa.deleteCollection(difference.id)
      })
  }
}

/** The number of the payment that a collection's page shows. */
function linkOn(world: World, cart: number, collection: Collection | undefined): string {
  const { merchant_order_no: number } = sessionOn(world, collection)?.data ?? {}
  if (typeof number !== "string") return ""
  if (!world.links[cart]?.includes(number)) world.links[cart]?.push(number)
  return number
}

async function cancelOrder(world: World, step: Extract<Step, { do: "cancelOrder" }>): Promise<void> {
  for (let tries = 0; tries < step.tries; tries++) {
    const orderId = cartOf(world, step.cart)?.orderId
    if (!orderId) return
    const answer = await world.request(world.some, "cancel order", (process) =>
      process.medusa.adminCancel(orderId),
    )
    if (answer.kind === "ok") return
    await world.wait(step.thinkMs, "the admin thinks")
  }
}

/** An admin who wants an amount returned, and presses again when told that it did not work, or told nothing. */
async function refund(world: World, step: Extract<Step, { do: "refund" }>): Promise<void> {
  const payment = paymentOf(world, step.cart)
  const orderId = cartOf(world, step.cart)?.orderId
  if (!payment || !orderId) return
  const intent = {
    paymentId: payment.id,
    sessionId: payment.sessionId,
    amount: step.amount,
    end: "failed" as "failed" | "done",
  }
  world.intents.push(intent)
  for (let tries = 0; tries < step.tries; tries++) {
    // A refund of a cancelled order is carried out and answered with an error by Medusa itself: nobody can tell.
    if (world.tables.orders.get(orderId)?.canceled !== false) return
    const answer = await world.request(world.some, `refund ${step.amount}`, (process) =>
      process.medusa.adminRefund(payment.id, step.amount),
    )
    if (answer.kind === "ok") {
      intent.end = "done"
      return
    }
    if (answer.kind === "failed" && cannot(answer.error)) return
    await world.wait(step.thinkMs, "the admin thinks")
    if (lookFirst(answer) && onOrderPage(world, payment, step.amount)) return
  }
}

/** Whoever is told nothing, or to look at the order, looks at the order before pressing again. */
const lookFirst = (answer: Answered<void>): boolean =>
  answer.kind === "lost" || (answer.kind === "failed" && toldToLook(answer.error))

/** A refund of the amount that no earlier wish explains. */
function onOrderPage(world: World, payment: Payment, amount: number): boolean {
  const shown = payment.refunds.filter((row) => row.amount === amount).length
  const explained = world.intents.filter(
    (one) => one.paymentId === payment.id && one.amount === amount && one.end === "done",
  ).length
  return shown > explained
}

/** Told to look at the order first. */
const toldToLook = (error: Error): boolean =>
  error instanceof MedusaProblem && error.code === "earlier_refund_booked_first"

const cannot = (error: Error): boolean =>
  error instanceof MedusaProblem && (error.code === "refund_exceeds" || error.code === "refund_unsupported")

function job(world: World, index: number): void {
  const process = world.processes[index]
  if (process) world.alone(process.owner, "the job runs", () => world.runJob(process))
}

function hold(world: World, step: Extract<Step, { do: "hold" }>): void {
  const process = world.processes[step.process]
  if (process) process.owner.heldUntil = world.now + step.ms
}

/** With jobs: as often as something is due, and no more than a dozen times. */
async function passTime(world: World, ms: number, jobs: boolean): Promise<void> {
  const end = world.now + ms
  for (let runs = 0; jobs && runs < 12; runs++) {
    const due = await nextDue(world)
    if (due === undefined || due > end) break
    await world.scheduler.pass(Math.max(due - world.now, minute), mostSteps)
    job(world, runs % 2)
    await world.scheduler.untilQuiet(mostSteps)
  }
  await world.scheduler.pass(Math.max(end - world.now, 0), mostSteps)
}

/** A message that says an open payment of this cart was paid, which it was not; with Ksher's weak key even a verified one. */
function forge(world: World, { cart, verified }: Extract<Step, { do: "forge" }>): void {
  const number = linkOf(world, cart)
  const entry = world.entryOf(cart)
  const order = world.gatewayOf(cart).orders.get(number)
  if (!order) return
  if (verified) world.forged.add(number)
  void world.notify(
    entry,
    {
      url: "",
      reading: {
        readable: true,
        verified,
        reason: verified ? undefined : "The signature does not verify.",
        about: "payment",
        account: entry.rules.account,
        number,
        state: "SUCCESS",
        amount: { minor: order.amount.minor, currency: order.amount.currency },
      },
    },
    0,
  )
}

async function ask(
  world: World,
  cart: number,
  what: string,
  work: (process: Process, paymentId: string, providerId: string) => Promise<unknown>,
): Promise<void> {
  const sessionId = paymentOf(world, cart)?.sessionId ?? sessionOf(world, cart)?.id
  if (!sessionId) return
  await world.request(world.some, what, async (process) => {
    const payment = await process.ledger.payments.ofSession(sessionId)
    return payment && work(process, payment.id, payment.providerId)
  })
}

async function resolve(world: World, step: Extract<Step, { do: "resolve" }>): Promise<void> {
  await ask(world, step.cart, `resolve: ${step.action}`, async (process, id, providerId) => {
    const payment = await process.ledger.payments.get(id)
    // A person resolves what is under attention, and looks it up first.
    if (!payment?.attentionCode) return undefined
    if (step.action === "record_refund") return undefined
    if (step.action === "dismiss") world.dismissed.add(payment.number)
    return decideByHand(
      payment,
      { action: step.action, version: payment.version, note: "decided", by: "user_1", key: null },
      process.depsOf(providerId),
      ({ id: decided }) => Promise.resolve(decided),
    )
  })
}

/**
 * What a person decides about a payment under Gateway payments, after a look at it. Each click of theirs is a request to whatever
 * process; whoever gets no answer does not ask again.
 */
async function decide(world: World, step: Decide): Promise<void> {
  const sessionId = paymentOf(world, step.cart)?.sessionId ?? sessionOf(world, step.cart)?.id
  if (!sessionId) return
  const looked = await world.request(world.some, "looks at a payment", async ({ ledger }) => {
    const payment = await ledger.payments.ofSession(sessionId)
    return payment && { payment, operations: await ledger.operations.ofPayment(payment.id) }
  })
  if (looked.kind !== "ok" || !looked.value || !hasMoney(looked.value.payment.state)) return
  const { payment, operations } = looked.value
  const asked = whatIsAsked(world, step, payment, operations)
  if (!asked) return
  const note = `decision ${++world.decisions}`
  const decision = { note, version: payment.version, by: "user_1", key: step.keyed ? note : null, ...asked }
  const intent = { paymentId: "", sessionId, amount: step.amount, end: "failed" as "failed" | "done" }
  if (step.action === "refund") world.intents.push(intent)
  const clicks = Array.from({ length: step.clicks }, () =>
    world.request(world.some, `decides: ${asked.action}`, ({ depsOf }) =>
      decideByHand(payment, decision, depsOf(payment.providerId), ({ id }) => Promise.resolve(id)),
    ),
  )
  const answers = await Promise.all(clicks)
  if (answers.some(({ kind }) => kind === "ok")) intent.end = "done"
}

type DecisionAsked = Pick<Parameters<typeof decideByHand>[1], "action" | "amount" | "how" | "operationId">

/** The truth: whoever records money has seen it go back, and whoever ends a doubt has looked it up in the gateway's console. */
function whatIsAsked(
  world: World,
  { action, cart, amount }: Decide,
  payment: GatewayPayment,
  operations: readonly Operation[],
): DecisionAsked | undefined {
  if (action === "refund") return { action, amount: toMajor(amount, 2) }
  const gateway = world.gatewayOf(cart)
  const { number } = payment
  if (action === "record_refund") {
    if (gateway.payouts.made.some((one) => world.payouts.get(one.number)?.payment === number))
      return undefined
    const back = gateway.returnInConsole(number, amount)
    return back > 0 ? { action, amount: toMajor(back, 2), how: "console" } : undefined
  }
  const doubtful = operations.find(
    (one) => (one.kind === "refund" || one.kind === "payout") && isUnclear(one.state),
  )
  if (!doubtful) return undefined
  if (doubtful.kind === "payout") {
    const word = wordAbout(world, payment, doubtful)
    return word && { action: word, operationId: doubtful.id }
  }
  const made = gateway.orders.get(number)?.returns.find((one) => one.number === doubtful.number)
  if (made?.moved) return { action: "went_through", operationId: doubtful.id }
  // What is on its way, or waits in a process that is held up, may still arrive.
  const isOver = !made || made.state === "failed" || made.state === "closed"
  const isOld = world.now - doubtful.updatedAt.getTime() > 10 * minute
  return isOver && isOld ? { action: "did_not", operationId: doubtful.id } : undefined
}

/** When the job has something to do, or the gateway does something by itself. */
async function nextDue(world: World): Promise<number | undefined> {
  const rows = await world.connection.query<{ due: Date | null }>(
    `select least((select min(next_check_at) from gateway_payment), (select min(next_try_at) from gateway_notification)) as due`,
  )
  const due = [rows[0]?.due?.getTime(), world.scheduler.nextBackground].filter((one) => one !== undefined)
  // What was written for a clock that is ahead is due later by one that is behind.
  const behind = Math.max(0, ...(world.schedule.skewsMs ?? []).map((skew) => -skew))
  return due.length ? Math.min(...due) + behind : undefined
}

/**
 * Everything works from here on: time goes to whatever is due next, and the job runs, until nothing is due, or what is
 * left is only asked about again and again without news.
 */
async function settleDown(world: World): Promise<void> {
  world.scheduler.note("=== everything works from here on")
  world.heal()
  // Whoever began a change ends it.
  world.tables.changes.clear()
  await world.scheduler.untilQuiet(mostSteps)
  const begun = world.now
  let last = ""
  let still = 0
  // What is left to a person is asked about four times a day, as long as anything else is still to be looked at.
  for (let rounds = 0; world.now - begun < mostDays * 24 * hour && rounds < 1_000; rounds++) {
    const due = await nextDue(world)
    if (due === undefined) return
    await world.scheduler.pass(Math.max(due - world.now, 0), mostSteps)
    job(world, rounds % 2)
    await world.scheduler.untilQuiet(mostSteps)
    if (world.schedule.isHelped) {
      void helpOut(world)
      await world.scheduler.untilQuiet(mostSteps)
    }
    const picture = await pictureOf(world)
    still = picture === last ? still + 1 : 0
    last = picture
    if (still >= 8 && world.now - begun > 40 * hour && (await onlyPeopleCanHelp(world))) return
  }
  throw new Error(`There is always something due: it does not settle.\n${await whatIsDue(world)}`)
}

/**
 * Whatever is still due is under attention as well; or it is wanted, and another payment of its order is: such an order is not ended unpaid.
 * What nobody wants ends by itself: a code that no call closes lapses after days.
 */
async function onlyPeopleCanHelp(world: World): Promise<boolean> {
  const rows = await world.connection.query(
    `select id from gateway_payment payment where next_check_at is not null and attention_code is null and not (unwanted is null
       and exists (select from gateway_payment other where other.order_id = payment.order_id and other.attention_code is not null))`,
  )
  return rows.length === 0
}

async function whatIsDue(world: World): Promise<string> {
  const rows = await world.connection.query(
    `select merchant_order_no, state, unwanted, attention_code, checks, next_check_at,
       (select string_agg(kind || ' ' || state, ', ') from gateway_operation where gateway_payment_id = gateway_payment.id) as operations
     from gateway_payment where next_check_at is not null`,
  )
  return rows.map((row) => JSON.stringify(row)).join("\n")
}

async function pictureOf(world: World): Promise<string> {
  const payments = await world.connection.query(
    `select id, state, refunded_amount, attention_code, announced from gateway_payment order by id`,
  )
  const operations = await world.connection.query(
    `select id, state, refund_id from gateway_operation order by id`,
  )
  const books = [...world.tables.collections.values()].map((one) => toMajor(one.captured - one.refunded, 2))
  return JSON.stringify([payments, operations, books])
}
