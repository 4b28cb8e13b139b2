import { createRequire } from "node:module"
import { parseArgs } from "node:util"
import { guideBy } from "../test/fuzz/coverage"
import type * as Run from "../test/fuzz/run"

// npm run fuzz -- --inputs 1000000 --seed 7
const { values } = parseArgs({
  options: { inputs: { type: "string", default: "1000000" }, seed: { type: "string" } },
})
const seed = Number(values.seed ?? Date.now() % 1_000_000)
const inputs = Number(values.inputs)

process.on("unhandledRejection", (error) => {
  console.error("An unhandled rejection:", error)
  process.exit(1)
})

const guide = guideBy(/[\\/]src[\\/](core|services[\\/](transport|ksher|gnete))[\\/]/)
// Only what is loaded from here on is counted.
const { fuzzAll } = createRequire(__filename)("../test/fuzz/run") as typeof Run

async function main() {
  console.log(`${inputs} inputs, seed ${seed}`)
  const started = performance.now()
  const report = await fuzzAll({
    inputs,
    seed,
    guide,
    clock: () => performance.now(),
    onProgress: (done) => console.log(`${done}: ${guide.branches().join(" of ")} branches`),
  })
  for (const [target, ends] of Object.entries(report.ends))
    console.log(`${target}: ${ends.length} different ends, ${report.kept[target]} inputs kept`)
  const seconds = Math.round((performance.now() - started) / 1000)
  console.log(
    `${report.inputs} inputs in ${seconds} s, ${guide.branches().join(" of ")} branches: no crash, no wrong acceptance. Slowest: ${report.slowestMs.toFixed(1)} ms (${report.slowest}).`,
  )
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
