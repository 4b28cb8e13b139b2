import type { OrderChange } from "../../src/core"
import type { Call, GatewayMood } from "../support/model-gateway"
import { Random } from "../support/random"
import type { Schedule } from "./config"
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
  | { do: "sync"; cart: number }
  /** The shopper chooses how to pay, on so many pages at once: what waits is opened. Only where payments wait for it. */
  | { do: "choose"; cart: number; clicks: number }
  | { do: "resolve"; cart: number; action: "refund" | "record_refund" | "dismiss" }
  | { do: "reconcileAll"; dryRun: boolean }
  | Decide
  | Change
  // What only a written schedule does: chance has faults of its own for these.
  | { do: "mood"; mood: Partial<GatewayMood> }
  | { do: "loseAnswers"; call: Call; times: number }
  | { do: "dieAfter"; what: string }

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

/** The schedule of a seed on two machines whose clocks differ. */
export function skewed(schedule: Schedule): Schedule {
  const random = new Random(schedule.seed ^ 0x1f83d9ab)
  const most = random.pick([second, 30 * second, 5 * minute])
  return { ...schedule, skewsMs: [random.whole(-most, most), random.whole(-most, most)] }
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
