import type { LedgerConnection } from "../support/ledger-line"
import { noFaults, type Faults, type Schedule } from "./config"
import { play, type Played } from "./play"

type Change = (schedule: Schedule) => Schedule | undefined

/** A smaller schedule that fails as well: steps dropped, faults taken away, as long as something is still wrong. */
export async function shrink(schedule: Schedule, connection: LedgerConnection): Promise<Played> {
  let smallest = await play(schedule, connection)
  for (let before = -1; before !== sizeOf(smallest.schedule);) {
    before = sizeOf(smallest.schedule)
    for (const change of changes(smallest.schedule)) {
      const candidate = change(smallest.schedule)
      if (!candidate) continue
      const played = await play(candidate, connection)
      if (played.problems.length) smallest = played
    }
  }
  return smallest
}

const sizeOf = ({ steps, faults, mood, entries, carts }: Schedule): number =>
  steps.length +
  [...Object.values(faults), ...Object.values(mood)].filter((one) => one !== 0).length +
  entries.length +
  carts.length

/** Each is tried on the smallest schedule so far; from the last step on, since what comes late hangs on what was early. */
function changes({ steps, faults, mood }: Schedule): Change[] {
  return [
    ...[...steps.keys()].reverse().map((index) => (schedule: Schedule) => without(schedule, index)),
    ...(Object.keys(noFaults) as (keyof Faults)[])
      .filter((name) => faults[name])
      .map((name) => (schedule: Schedule) => ({ ...schedule, faults: { ...schedule.faults, [name]: 0 } })),
    ...(Object.keys(mood) as (keyof typeof mood)[])
      .filter((name) => mood[name])
      .map((name) => (schedule: Schedule) => ({ ...schedule, mood: { ...schedule.mood, [name]: 0 } })),
    (schedule) => ({ ...schedule, habits: { ...schedule.habits, haste: 0 } }),
    (schedule) => ({ ...schedule, steps: schedule.steps.map((step) => ({ ...step, then: -1 })) }),
  ]
}

function without(schedule: Schedule, index: number): Schedule | undefined {
  if (index >= schedule.steps.length) return undefined
  return { ...schedule, steps: schedule.steps.filter((_, other) => other !== index) }
}
