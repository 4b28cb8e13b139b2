import type { Policy } from "../../src/services/settlement"
import type { Cart } from "../support/fake-medusa"
import { goodMood, type GatewayMood, type GatewayRules } from "../support/model-gateway"
import type { Random } from "../support/random"
import type { Habits } from "../support/scheduler"
import type { Step } from "./steps"

/** How often what goes wrong goes wrong. Probabilities per call, query or step. */
export interface Faults {
  /** The request never leaves. */
  notSent: number
  /** It leaves and never arrives. */
  lost: number
  /** It arrives long after its sender has given up. */
  late: number
  /** It arrives and is carried out, and the answer gets lost. */
  unanswered: number
  /** A notification gets lost on its way. */
  unnotified: number
  /** The database drops the connection, before or after it carried a statement out. */
  database: number
  /** A process dies at a step of its own choice. */
  crash: number
}

export interface Entry {
  id: string
  rules: GatewayRules
  policy: Policy
}

/** One schedule: a shop, what is done in it, and how the machines behave meanwhile. */
export interface Schedule {
  seed: number
  entries: Entry[]
  carts: { entry: number; amount: number; trouble: Cart["trouble"] }[]
  mood: GatewayMood
  faults: Faults
  habits: Habits
  timeoutMs: number
  /** Whether people do in the end what they are told about refunds to accounts. */
  isHelped?: boolean
  /** How far the clock of each of the two machines is off. */
  skewsMs?: readonly number[]
  steps: Step[]
}

export const noFaults: Faults = {
  notSent: 0,
  lost: 0,
  late: 0,
  unanswered: 0,
  unnotified: 0,
  database: 0,
  crash: 0,
}

const minute = 60_000

export function randomEntry(random: Random, index: number): Entry {
  const ksher = random.chance(0.5)
  return {
    id: `pp_${ksher ? "ksher" : "gnete"}_${index}`,
    rules: ksher ? randomKsher(random, index) : randomGnete(random, index),
    policy: {
      completion: random.chance(0.6) ? "pay_first" : "order_first",
      latePayment: random.chance(0.8) ? "refund" : "hold",
      ...(ksher
        ? {}
        : { sameDayCancel: { enabled: random.chance(0.7), cutoff: "23:00", timeZone: "Asia/Hong_Kong" } }),
    },
  }
}

const ksherChannels = {
  truemoney: 4,
  airpay: 2,
  alipay: 2,
  promptpay: 2,
  card: 1,
}

function randomKsher(random: Random, index: number): GatewayRules {
  const qr = random.chance(0.3)
  return {
    name: "ksher",
    account: `mch${index}`,
    mode: qr ? "qr" : "redirect",
    channels: [random.weighted(ksherChannels)],
    expiryMs: random.pick([15, 30, 120]) * minute,
    repeatedRefund: random.chance(0.5) ? "replayed" : "error",
    partlyReturned: random.chance(0.5) ? "paid" : "refunded",
    cutoffMinute: 0,
  }
}

function randomGnete(random: Random, index: number): GatewayRules {
  return {
    name: "gnete",
    account: `M${index}/app`,
    mode: random.chance(0.5) ? "qr" : "redirect",
    channels: [random.pick(["UP_OP", "ALI_QR"])],
    expiryMs: 120 * minute,
    repeatedRefund: "error",
    partlyReturned: "paid",
    // 23:00 in Hong Kong; or another hour than the shop was told.
    cutoffMinute: random.chance(0.8) ? 15 * 60 : 12 * 60,
  }
}

export function randomFaults(random: Random): Faults {
  const level = random.weighted({ calm: 2, mild: 5, harsh: 3 })
  if (level === "calm") return noFaults
  const most = level === "mild" ? 0.08 : 0.3
  const some = () => (random.chance(0.6) ? random.next() * most : 0)
  return {
    notSent: some() / 2,
    lost: some(),
    late: some() / 2,
    unanswered: some(),
    unnotified: random.chance(0.5) ? random.next() : 0,
    database: random.chance(0.15) ? 0.01 : 0,
    crash: random.chance(0.4) ? 0.01 : 0,
  }
}

export function randomMood(random: Random): GatewayMood {
  if (random.chance(0.4)) return { ...goodMood }
  return {
    systemError: random.chance(0.5) ? random.next() * 0.2 : 0,
    slow: random.chance(0.5) ? random.next() : 0,
    failsLater: random.chance(0.3) ? random.next() : 0,
    declines: random.chance(0.3) ? random.next() * 0.3 : 0,
    losesTrack: random.chance(0.15) ? random.next() * 0.5 : 0,
    noBalanceUntil: 0,
  }
}
