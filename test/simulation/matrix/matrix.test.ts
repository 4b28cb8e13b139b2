import { openLane, type Lane } from "./lane"
import { disturbances, nameOf, retries, runAll, type Cell, type Result } from "./run"
import { scripts, type Script } from "./scripts"
import { gnete, ksherPayouts, ksherQr, ksherRedirect, type Variant } from "./variants"

const laneCount = 8
const lanes: Lane[] = []
const results: Result[] = []

beforeAll(async () => {
  lanes.push(...(await Promise.all(Array.from({ length: laneCount }, (_, index) => openLane(index)))))
})
afterAll(async () => {
  console.log(table(results))
  await Promise.all(lanes.map((lane) => lane.close()))
})

const variants: readonly Variant[] = [ksherRedirect, ksherQr, ksherPayouts, gnete]
const plays = variants.flatMap((variant) =>
  scripts
    .filter(({ only }) =>
      variant === ksherPayouts ? only === "payouts" : only === undefined || only === variant.gateway,
    )
    .map((script) => [variant.name, script.name, variant, script] as const),
)

const cellsOf = (variant: Variant, script: Script): Cell[] =>
  disturbances.flatMap((disturbance) =>
    (["before", "after"] as const).flatMap((when) =>
      retries.map((retry) => ({ variant, script, disturbance, when, retry })),
    ),
  )

it.each(plays)("%s: %s, however it goes wrong and whoever tries again", async (_, __, variant, script) => {
  const played = await runAll(lanes, cellsOf(variant, script))
  results.push(...played)
  const wrong = played
    .filter(({ problems, disturbed }) => problems.length > 0 || !disturbed)
    .map(({ cell, problems, disturbed, told }) => ({ cell: nameOf(cell), problems, disturbed, told }))
  expect(wrong).toEqual([])
})

function table(all: readonly Result[]): string {
  const rows = plays.map(([name, scriptName, variant, script]) => {
    const mine = all.filter(({ cell }) => cell.variant === variant && cell.script === script)
    const attention = mine.filter((one) => one.attention.length).length
    return [`${name}: ${scriptName}`, mine.length, mine.length - attention, attention]
  })
  const lines = [["use case and call", "cells", "settled", "under attention"], ...rows]
  return lines
    .map(
      ([name, ...counts]) =>
        String(name).padEnd(96) + counts.map((count) => String(count).padStart(16)).join(""),
    )
    .join("\n")
}
