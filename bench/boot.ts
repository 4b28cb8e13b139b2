import { progress, ratio, type Result } from "./lib/report"
import { median, rounds } from "./lib/statistics"
import { boot, prepare, whileRunning } from "./shop"

const count = 7

/** From the start of the process to its first answer: with the plugin and five provider entries, and without. */
export const run = (): Promise<Result> =>
  whileRunning(async (stops) => {
    const shop = await prepare(stops)
    const once = async (env: Record<string, string>) => {
      const { running, ms } = await boot(shop, env)
      await running.stop()
      return ms
    }
    await once({})
    const measured = await rounds(
      count,
      { with: () => once({}), without: () => once({ BENCH_PLUGIN: "off" }) },
      (done) => progress(`boot: round ${done} of ${count}`),
    )
    const share = median(measured.with.map((one, at) => one / (measured.without[at] ?? NaN)))
    return {
      rows: [
        {
          what: "boot of a Medusa with the plugin",
          against: "without it",
          measured: `${ratio(share)} (${(median(measured.with) / 1000).toFixed(1)} s)`,
          toReach: "≤ 1.05×",
          reached: share <= 1.05,
        },
      ],
      raw: { milliseconds: measured },
    }
  })
