import type { Fault } from "../../../src/sandbox"
import type { Lane } from "./lane"
import type { Script } from "./scripts"
import { hour, minute, second, Shop } from "./shop"
import type { Variant } from "./variants"
import { accountsOf, inWords, medusasSums, never, settled } from "./verdict"

/** How a call goes wrong. `late`: the answer is given up on, and what was asked for happens ten minutes later. */
export interface Disturbance {
  name: string
  fault: { kind: Fault["kind"]; delayMs?: number }
}

export const disturbances: readonly Disturbance[] = [
  { name: "timeout", fault: { kind: "timeout" } },
  { name: "reset", fault: { kind: "reset" } },
  { name: "http500", fault: { kind: "http500" } },
  { name: "empty", fault: { kind: "empty" } },
  { name: "garbage", fault: { kind: "garbage" } },
  { name: "bad_signature", fault: { kind: "bad_signature" } },
  { name: "notsure", fault: { kind: "notsure" } },
  { name: "delay", fault: { kind: "delay", delayMs: 10 } },
  { name: "late", fault: { kind: "delay", delayMs: 10 * minute } },
]

/** Who tries again: a person at once, the job when it is due, or nobody before the job of the next day. */
export const retries = ["person", "job", "nobody"] as const
export type Retry = (typeof retries)[number]

export interface Cell {
  variant: Variant
  script: Script
  disturbance: Disturbance
  when: "before" | "after"
  retry: Retry
}

export interface Result {
  cell: Cell
  /** What must not be, in words; empty where all is well. */
  problems: string[]
  /** Whether the call that was to go wrong was made. */
  disturbed: boolean
  states: string[]
  attention: string[]
  told: string[]
}

export const nameOf = ({ variant, script, disturbance, when, retry }: Cell): string =>
  `${variant.name}: ${script.name}, ${disturbance.name} ${when} the effect, tried again by ${retry}`

async function runCell(lane: Lane, cell: Cell): Promise<Result> {
  const shop = new Shop(lane, cell.variant, await lane.begin(), cell.script.policy)
  try {
    return await play(lane, cell, shop)
  } catch (error) {
    // A cell that breaks must not leave its lane behind with another cell in it.
    const problems = [
      error instanceof Error ? (error.stack ?? error.message) : String(error),
      ...shop.unexpected,
    ]
    return { cell, problems, disturbed: true, states: [], attention: [], told: shop.told }
  }
}

/** Plays one cell and compares the books when everything has had its time. */
async function play(lane: Lane, cell: Cell, shop: Shop): Promise<Result> {
  const { script, disturbance, when, retry, variant } = cell
  await script.before(shop)

  const call = script.call(variant)
  const good = script.goodOnes ?? 0
  if (good) await shop.disturb(call, { kind: "delay", when: "before", delayMs: 0, times: good })
  // Where nobody comes, the gateway does not come back either until the next day.
  await shop.disturb(call, { ...disturbance.fault, when, times: retry === "nobody" ? 1_000 : 1 })
  const well = await shop.attempt(() => script.act(shop))
  const [left] = await lane.sandbox.faults()
  const disturbed = retry === "nobody" ? left?.times !== 1_000 : left === undefined
  const problems = (await accountsOf(shop)).flatMap(never).map((problem) => `at once: ${problem}`)

  if (retry === "person" && !well) await tryAgain(shop, script)
  if (retry === "nobody") {
    // In steps: what was held up arrives in its own time.
    await lane.clock.forward(15 * minute)
    await lane.clock.forward(26 * hour)
    await lane.sandbox.clearFaults()
  }
  await shop.jobs(12 * hour)

  const accounts = await accountsOf(shop)
  const attention = accounts.flatMap(({ payment }) => payment.attentionCode ?? [])
  const expected = script.person?.(cell)
  problems.push(
    ...attention.filter((code) => code !== expected).map((code) => `a person is called: ${code}`),
    ...(expected && !attention.includes(expected) ? [`nobody is called: ${expected}`] : []),
    ...accounts.flatMap(never),
    ...accounts.filter(({ payment }) => !payment.attentionCode).flatMap(settled),
    ...medusasSums(shop),
    ...shop.unexpected,
    ...(expected ? [] : inWords(script.end(shop, accounts))),
  )
  return {
    cell,
    problems,
    disturbed,
    attention,
    states: accounts.map(({ payment }) => payment.state),
    told: shop.told,
  }
}

async function tryAgain(shop: Shop, script: Script): Promise<void> {
  for (let tries = 0; tries < 3; tries++) {
    await shop.lane.clock.forward(5 * second)
    if (await shop.attempt(() => script.again(shop))) return
  }
}

/** Plays all cells, one in each lane at a time. */
export async function runAll(lanes: readonly Lane[], cells: readonly Cell[]): Promise<Result[]> {
  const waiting = [...cells]
  const results: Result[] = []
  await Promise.all(
    lanes.map(async (lane) => {
      for (let cell = waiting.shift(); cell; cell = waiting.shift()) results.push(await runCell(lane, cell))
    }),
  )
  return results
}
