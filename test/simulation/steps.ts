import type { OrderChange } from "../../src/core"
import type { Call, GatewayMood } from "../support/model-gateway"
import { Random } from "../support/random"
import type { Entry, Schedule } from "./config"
import { randomEntry, randomFaults, randomMood } from "./config"

/** What somebody does. `then`: how many steps of the machines pass before the next one; -1: until they are quiet. */
export type Step = Deed & { then: number }

type Deed =
  | { do: "open"; cart: number }
  | { do: "pay"; cart: number; link: "current" | "saved" }
  | { do: "beginPaying" | "failPaying"; cart: number }
  | { do: "complete"; cart: number }
  | { do: "changeCart"; cart: number; amount: number }
  | { do: "cancelOrder"; cart: number; tries: number; thinkMs: number }
  | { do: "refund"; cart: number; amount: number; tries: number; thinkMs: number }
  | { do: "console"; cart: number; amount: number }
  | { do: "forge"; cart: number; verified: boolean }
  | { do: "replay"; cart: number }
  | { do: "job"; process: number }
  | { do: "crash"; process: number }
  | { do: "hold"; process: number; ms: number }
  | { do: "pass"; ms: number; jobs: boolean }
  | { do: "outage"; ms: number }
  | { do: "noBalance"; ms: number }
  /** The shop configures an entry anew, and Medusa starts again. */
  | { do: "configure"; entry: number; as: Configured }
  | { do: "sync"; cart: number }
  /** The shopper chooses how to pay, on so many pages at once: what waits is opened. Only where payments wait for it. */
  | { do: "choose"; cart: number; clicks: number }
  | { do: "resolve"; cart: number; action: "refund" | "record_refund" | "dismiss" }
  | { do: "reconcileAll"; dryRun: boolean }
  | Decide
  | Change
  | PayoutStep
  // What only a written schedule does: chance has faults of its own for these.
  | { do: "mood"; mood: Partial<GatewayMood> }
  | { do: "loseAnswers"; call: Call; times: number }
  | { do: "dieAfter"; what: string }

/** What becomes of a refund that waits until the shopper has named an account. */
export type PayoutStep =
  | { do: "link" | "release" | "takeBack"; cart: number }
  /** Whoever has a link names an account, on so many pages at once. A stranger does not know whose order it is. */
  | { do: "nameAccount"; cart: number; as: "owner" | "stranger"; link: "current" | "saved"; clicks: number }

/** An entry as it is, taken out, or with another account, which opens nothing. */
export type Configured = "own" | "removed" | "another"

/** A person looks at a payment, and asks for this so many times at once. With a key, or without one. */
export interface Decide {
  do: "decide"
  cart: number
  action: "refund" | "record_refund" | "settle_doubt"
  amount: number
  clicks: number
  keyed: boolean
}

/** What becomes of an order after it was placed. A difference is what it then asks for beyond what was paid. */
export type Change =
  | { do: "edit"; cart: number; by: number }
  | { do: "beginChange"; cart: number; kind: OrderChange }
  | { do: "endChange"; cart: number }
  | { do: "openDifference"; cart: number }
  | { do: "payDifference"; cart: number; link: "current" | "saved" }
  | { do: "markAsPaid"; cart: number }
  | { do: "deleteCollection"; cart: number }

const second = 1_000
const minute = 60 * second
const hour = 60 * minute

/**
 * The schedule of a seed: a few carts that live as carts do, with whatever may come between. What people decide, and fractions of a
 * minor unit, are chosen by a chance of their own: the rest of a seed's schedule is what it was before there were any.
 */
export function scheduleOf(seed: number, random: Random): Schedule {
  return withDecisions(lifeOfShop(seed, random), new Random(seed ^ 0x3c6ef372))
}

/**
 * The schedule of a seed in a shop where payments wait for the shopper's choice, and where unpaid orders of some entries are ended. Chosen
 * by a chance of its own.
 */
export function onDemand(schedule: Schedule): Schedule {
  const random = new Random(schedule.seed ^ 0x51ed270b)
  const entries = schedule.entries.map((entry) => {
    const completion = random.chance(0.6) ? ("order_first" as const) : entry.policy.completion
    const ends = completion === "order_first" && random.chance(0.7)
    const unpaidOrder = ends ? { cancelAfterMinutes: random.pick([20, 60, 300]) } : undefined
    return { ...entry, policy: { ...entry.policy, completion, open: "on_demand" as const, unpaidOrder } }
  })
  const steps = schedule.steps.flatMap((step) => {
    const cart = "cart" in step ? step.cart : 0
    const choose = (): Step => ({
      do: "choose",
      cart,
      clicks: random.pick([1, 1, 2, 3]),
      then: pauseAfter(random),
    })
    if (step.do === "open") return [step, ...(random.chance(0.8) ? [choose()] : [])]
    // Some choose while the cart is changed, completed or cancelled, and some only on the page of the order.
    return random.chance(0.15) ? [choose(), step] : [step]
  })
  return { ...schedule, entries, steps }
}

/**
 * The schedule of a seed in a shop that changes its orders: edits up and down, links for the difference, changes that stay open, payments
 * that an admin enters. Chosen by a chance of its own. No process is held up in it: Medusa's own lock, which then keeps a change
 * away, is not played.
 */
export function changing(schedule: Schedule): Schedule {
  const random = new Random(schedule.seed ^ 0x6a09e667)
  const steps: Step[] = schedule.steps.filter((step) => step.do !== "hold")
  for (const cart of schedule.carts.keys()) {
    let at = 1 + steps.findIndex((step) => step.do === "complete" || step.do === "pay")
    for (const deed of changesOf(cart, random)) {
      at = random.whole(at, Math.min(at + 3, steps.length))
      steps.splice(at++, 0, { ...deed, then: pauseAfter(random) })
    }
  }
  return { ...schedule, steps }
}

/**
 * The schedule of a seed in a shop whose PromptPay refunds are paid out to accounts that shoppers name. Chosen by a chance of its own. In
 * half of them people do in the end what they are told; in the others it comes to rest all the same.
 */
export function payingOut(schedule: Schedule): Schedule {
  const random = new Random(schedule.seed ^ 0x2b992ddf)
  const entries = schedule.entries.map((entry, index) => (index === 0 ? paidOutEntry(entry, random) : entry))
  const steps = schedule.steps.flatMap((step) => {
    const refunds = step.do === "refund" || step.do === "cancelOrder" || step.do === "decide"
    return refunds ? [step, ...payoutOf(step.cart, random)] : [step]
  })
  const last = [...schedule.carts.keys()].flatMap((cart) => (random.chance(0.8) ? bought(cart, random) : []))
  const some = (most: number) => (random.chance(0.6) ? random.next() * most : 0)
  const mood = {
    ...{ systemError: some(0.3), slow: some(0.5), failsLater: some(1), declines: some(0.5) },
    ...{ losesTrack: random.chance(0.5) ? random.next() : 0, noBalanceUntil: 0 },
  }
  return { ...schedule, mood, entries, steps: [...steps, ...last], isHelped: random.chance(0.5) }
}

/** An order is paid, wherever it got to before, and refunded in parts or cancelled. */
function bought(cart: number, random: Random): Step[] {
  const deeds: Deed[] = [
    { do: "open", cart },
    { do: "pay", cart, link: "current" },
    { do: "complete", cart },
  ]
  const steps = deeds.map((deed) => ({ ...deed, then: pauseAfter(random) }))
  for (let count = random.whole(1, 3); count > 0; count--) {
    const thinkMs = random.pick([0, 500, 3 * minute])
    const asked: Deed = random.chance(0.25)
      ? { do: "cancelOrder", cart, tries: 2, thinkMs }
      : random.chance(0.4)
        ? { ...decision(cart, 3 + count, random), action: "refund" }
        : { do: "refund", cart, amount: 111 * random.whole(2, 40), tries: 2, thinkMs }
    steps.push({ ...asked, then: pauseAfter(random) }, ...payoutOf(cart, random))
  }
  return steps
}

function paidOutEntry({ policy, rules }: Entry, random: Random): Entry {
  const payouts = {
    ...{ keys: [], sendAgain: false, linkHours: random.pick([6, 24]) },
    maxAmount: random.pick([5_000, 100_000, 10_000_000]),
    release: random.pick(["automatic", "automatic", "by_admin"] as const),
  }
  const { completion, latePayment } = policy
  return {
    id: "pp_ksher_0",
    rules: {
      ...{ ...rules, name: "ksher", account: "mch0", channels: [random.pick(["promptpay", "kplus"])] },
      // A QR code that is not paid is watched for a month: few of those are enough.
      mode: random.chance(0.1) ? "qr" : "redirect",
    },
    policy: { completion, latePayment, payouts },
  }
}

function payoutOf(cart: number, random: Random): Step[] {
  const deeds: Deed[] = []
  for (let count = random.pick([0, 1, 1, 2]); count > 0; count--) {
    if (random.chance(0.95)) deeds.push({ do: "link", cart })
    if (random.chance(0.15)) deeds.push({ do: "takeBack", cart })
    if (random.chance(0.2)) deeds.push({ do: "pass", ms: random.pick([hour, 26 * hour]), jobs: true })
    if (random.chance(0.85)) deeds.push(naming(cart, random))
    if (random.chance(0.1)) deeds.push({ do: "takeBack", cart })
    if (random.chance(0.3)) deeds.push({ do: "release", cart })
    if (random.chance(0.04)) deeds.push({ do: "console", cart, amount: 1_000_000 })
  }
  return deeds.map((deed) => ({ ...deed, then: pauseAfter(random) }))
}

const naming = (cart: number, random: Random): Deed => ({
  ...{ do: "nameAccount", cart, clicks: random.pick([1, 1, 2]) },
  as: random.chance(0.85) ? "owner" : "stranger",
  link: random.chance(0.85) ? "current" : "saved",
})

/** The schedule of a seed on two machines whose clocks differ. */
export function skewed(schedule: Schedule): Schedule {
  const random = new Random(schedule.seed ^ 0x1f83d9ab)
  const most = random.pick([second, 30 * second, 5 * minute])
  return { ...schedule, skewsMs: [random.whole(-most, most), random.whole(-most, most)] }
}

/** The schedule of a seed in a shop that takes an entry out for a while, or gives it another account, and puts it back. */
export function reconfigured(schedule: Schedule): Schedule {
  const random = new Random(schedule.seed ^ 0x2b992ddf)
  const steps = [...schedule.steps]
  let at = random.whole(1, steps.length)
  for (let turn = random.whole(1, 2); turn > 0; turn--) {
    const entry = random.whole(0, schedule.entries.length - 1)
    const as = random.pick(["removed", "another"] as const)
    const away: Step[] = [
      { do: "configure", entry, as, then: pauseAfter(random) },
      ...steps.slice(at, at + random.whole(0, 3)),
      { do: "pass", ms: random.pick([10 * minute, 3 * hour, 50 * hour]), jobs: true, then: -1 },
      { do: "configure", entry, as: "own", then: pauseAfter(random) },
    ]
    steps.splice(at, away.length - 3, ...away)
    at = Math.min(at + away.length, steps.length)
  }
  return { ...schedule, steps }
}

/** Mostly an edit and what follows from it, once or several times over. */
function changesOf(cart: number, random: Random): Deed[] {
  const deeds: Deed[] = []
  for (let count = random.whole(1, 3); count > 0; count--) {
    deeds.push({ do: "edit", cart, by: random.pick([3_000, 3_000, 5_050, 100, -2_000, -3_000]) })
    if (random.chance(0.8)) deeds.push({ do: "openDifference", cart })
    if (random.chance(0.35)) deeds.push(changeBetween(cart, random))
    if (random.chance(0.8)) deeds.push({ do: "payDifference", cart, link: "current" })
    if (random.chance(0.15)) deeds.push({ do: "payDifference", cart, link: "saved" })
  }
  return deeds
}

function changeBetween(cart: number, random: Random): Deed {
  const kind = random.weighted({ edit: 4, open: 3, begin: 2, end: 1, paid: 1, deleted: 1, refund: 3 })
  switch (kind) {
    case "edit":
      return { do: "edit", cart, by: random.pick([2_000, -2_000, -3_000, -5_050]) }
    case "open":
      return { do: "openDifference", cart }
    case "begin":
      return { do: "beginChange", cart, kind: random.pick(["edit", "return", "transfer"] as const) }
    case "end":
      return { do: "endChange", cart }
    case "paid":
      return { do: "markAsPaid", cart }
    case "deleted":
      return { do: "deleteCollection", cart }
    case "refund":
      return { do: "refund", cart, amount: random.pick([2_000, 3_000, 1_111]), tries: 2, thinkMs: 5 * second }
  }
}

function withDecisions(schedule: Schedule, random: Random): Schedule {
  if (random.chance(0.5)) return schedule
  const carts = random.chance(0.3)
    ? schedule.carts.map((cart) => ({ ...cart, amount: cart.amount + random.pick([0.5, 0.25, 0.4999]) }))
    : schedule.carts
  const steps = [...schedule.steps]
  for (let turn = random.whole(1, 3); turn > 0; turn--) {
    const deed = decision(random.whole(0, carts.length - 1), turn, random)
    steps.splice(random.whole(Math.ceil(steps.length / 3), steps.length), 0, {
      ...deed,
      then: pauseAfter(random),
    })
  }
  return { ...schedule, carts, steps }
}

/** Each amount is asked for by one decision only, and by nothing else: how often it went back can be counted. */
const decision = (cart: number, turn: number, random: Random): Decide => ({
  do: "decide",
  cart,
  action: random.weighted({ refund: 4, record_refund: 3, settle_doubt: 3 }),
  amount: 25 * turn + random.whole(0, 24),
  clicks: random.pick([1, 2, 3]),
  keyed: random.chance(0.5),
})

function lifeOfShop(seed: number, random: Random): Schedule {
  const entries = Array.from({ length: random.chance(0.2) ? 2 : 1 }, (_, index) => randomEntry(random, index))
  const carts = Array.from({ length: random.chance(0.25) ? 2 : 1 }, () => ({
    entry: random.whole(0, entries.length - 1),
    amount: random.pick([10_000, 25_050, 1_000_000]),
    trouble: random.chance(0.15)
      ? { at: random.pick(["validate", "orderCreated"] as const), times: random.pick([1, 2, 1_000]) }
      : null,
  }))
  return {
    seed,
    entries,
    carts,
    mood: randomMood(random),
    faults: randomFaults(random),
    habits: { stickiness: random.pick([0, 0.5, 0.9]), haste: random.pick([0, 0.02, 0.1]) },
    timeoutMs: random.pick([10_000, 10_000, 10_000, 60_000]),
    steps: merged(
      carts.map((cart, index) => lifeOf(index, cart.amount, random)),
      random,
    ),
  }
}

function lifeOf(cart: number, amount: number, random: Random): Step[] {
  const deeds: Deed[] = [{ do: "open", cart }]
  if (random.chance(0.1)) deeds.push({ do: "open", cart })
  if (random.chance(0.08)) deeds.push({ do: "changeCart", cart, amount: amount + 500 }, { do: "open", cart })
  if (random.chance(0.3)) deeds.push({ do: "complete", cart })
  deeds.push(...paying(cart, random))
  if (random.chance(0.6)) deeds.push({ do: "complete", cart })
  for (let count = random.whole(2, 7); count > 0; count--) deeds.push(event(cart, amount, random))
  return deeds.map((deed) => ({ ...deed, then: pauseAfter(random) }))
}

function paying(cart: number, random: Random): Deed[] {
  switch (random.weighted({ atOnce: 6, slowly: 1, fails: 1, later: 1, never: 1 })) {
    case "atOnce":
      return [{ do: "pay", cart, link: "current" }]
    case "slowly":
      return [
        { do: "beginPaying", cart },
        ...(random.chance(0.5) ? [event(cart, 5_000, random)] : []),
        { do: "pay", cart, link: "current" },
      ]
    case "fails":
      return [
        { do: "beginPaying", cart },
        { do: "failPaying", cart },
      ]
    case "later":
      return [
        { do: "pass", ms: random.whole(1, 40) * minute, jobs: true },
        { do: "pay", cart, link: "saved" },
      ]
    case "never":
      return []
  }
}

const pauseAfter = (random: Random): number => {
  const long = random.weighted({ none: 2, some: 5, quiet: 4 })
  return long === "none" ? 0 : long === "quiet" ? -1 : random.whole(1, 40)
}

const eventWeights = {
  refund: 6,
  cancelOrder: 3,
  paySaved: 1,
  complete: 1,
  open: 0.7,
  changeCart: 0.3,
  job: 3,
  pass: 3,
  crash: 1,
  hold: 0.5,
  outage: 0.5,
  noBalance: 0.3,
  console: 0.7,
  forge: 0.5,
  replay: 0.5,
  sync: 0.7,
  resolve: 0.5,
  reconcileAll: 0.3,
}

function event(cart: number, amount: number, random: Random): Deed {
  const thinkMs = random.pick([0, 500, 5 * second, 3 * minute, 2 * hour])
  const tries = random.pick([1, 2, 3])
  const process = random.whole(0, 1)
  const part = random.chance(0.2) ? amount : random.pick([1, 3, 7]) * random.whole(100, 999)
  switch (random.weighted(eventWeights)) {
    case "refund":
      return { do: "refund", cart, amount: part, tries, thinkMs }
    case "cancelOrder":
      return { do: "cancelOrder", cart, tries, thinkMs }
    case "paySaved":
      return { do: "pay", cart, link: "saved" }
    case "complete":
      return { do: "complete", cart }
    case "open":
      return { do: "open", cart }
    case "changeCart":
      return { do: "changeCart", cart, amount: amount + 700 }
    case "job":
      return { do: "job", process }
    case "pass":
      return { do: "pass", ms: passing(random), jobs: random.chance(0.7) }
    case "crash":
      return { do: "crash", process }
    case "hold":
      return { do: "hold", process, ms: random.pick([20 * second, 3 * minute]) }
    case "outage":
      return { do: "outage", ms: random.whole(1, 90) * minute }
    case "noBalance":
      return { do: "noBalance", ms: random.whole(1, 30) * hour }
    case "console":
      return { do: "console", cart, amount: part }
    case "forge":
      return { do: "forge", cart, verified: random.chance(0.5) }
    case "replay":
      return { do: "replay", cart }
    case "sync":
      return { do: "sync", cart }
    case "resolve":
      return { do: "resolve", cart, action: random.pick(["refund", "record_refund", "dismiss"] as const) }
    case "reconcileAll":
      return { do: "reconcileAll", dryRun: random.chance(0.5) }
  }
}

const passing = (random: Random): number =>
  random.pick([second, 30 * second, 2 * minute, 10 * minute, hour, 5 * hour, 26 * hour])

/** The lives of several carts in one line, each in its own order. */
function merged(lives: readonly Step[][], random: Random): Step[] {
  const rest = lives.map((life) => [...life])
  const line: Step[] = []
  for (;;) {
    const alive = rest.filter((life) => life.length)
    if (!alive.length) return line
    line.push(random.pick(alive).shift() as Step)
  }
}

/** A step in words, for whoever reads a schedule that failed. */
export function inWords({ then, ...deed }: Step): string {
  const { do: what, ...rest } = deed
  const details = Object.entries(rest)
    .map(([key, value]) => `${key}=${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
    .join(" ")
  const after = then < 0 ? "until quiet" : `${then} steps`
  return `${what} ${details} (then ${after})`
}
