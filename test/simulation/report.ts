import type { Played } from "./play"
import { inWords } from "./steps"

/** What a schedule that fails looks like, what is wrong at its end, and how to see it again. */
export function report({ schedule, problems }: Played): string[] {
  const { steps, seed, ...rest } = schedule
  const isOnDemand = schedule.entries.some(({ policy }) => policy.open === "on_demand")
  const paysOut = schedule.entries.some(({ policy }) => policy.payouts !== undefined)
  const flags = `${isOnDemand ? " --on-demand" : ""}${paysOut ? " --payouts" : ""}`
  return [
    `seed ${seed} fails:`,
    ...problems.map((problem) => `  ${problem}`),
    `  ${JSON.stringify(rest)}`,
    ...steps.map((step, index) => `  ${index + 1}. ${inWords(step)}`),
    `  replay: npm run simulate -- --seed ${seed} --schedules 1 --trace${flags}`,
  ]
}
