import { existsSync, readdirSync } from "node:fs"
import path from "node:path"

import { suitesOf } from "../../../scripts/changed"
import { elsewhere, touchedBy, touches } from "../../../scripts/touches"

const root = path.join(__dirname, "../../..")

const filesIn = (folder: string): string[] =>
  readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll("\\", "/"))

const suites = filesIn("test/integration").filter((file) => file.endsWith(".test.ts"))

it("every place leads to files", () => {
  const sources = filesIn("src")
  const empty = [...Object.keys(touches), ...elsewhere].filter(
    (place) => !sources.some((file) => file.startsWith(place)),
  )
  expect(empty).toEqual([])
})

it("every suite that is named is there", () => {
  expect(
    Object.values(touches)
      .flat()
      .filter((suite) => !existsSync(path.join(root, suite))),
  ).toEqual([])
})

it("every suite in a real Medusa is called for by a place of its own, not only by all of the source", () => {
  const named = Object.entries(touches)
    .filter(([place]) => place !== "src/")
    .flatMap(([, list]) => list)
  const callable = suites.filter((suite) => named.some((one) => suite.startsWith(one)))
  expect(callable).toEqual(suites)
})

it("the nearest place decides, and a place nobody knows calls for all", () => {
  expect(touchedBy(["src/services/settlement/returns/rounding.ts"])).toEqual([
    "test/integration/scenarios/amounts.test.ts",
    "test/integration/scenarios/refunds.test.ts",
  ])
  expect(touchedBy(["src/core/money.ts"])).toEqual(["test/integration/"])
  expect(touchedBy(["src/admin/payments.tsx", "docs/operating.md"])).toEqual([])
})

it("what imports a changed file runs as well", () => {
  const suites = suitesOf(["src/services/settlement/returns/rounding.ts", "README.md"])
  expect(suites).toEqual(
    expect.arrayContaining([
      "test/integration/scenarios/amounts.test.ts",
      "test/simulation/amounts/amounts.test.ts",
    ]),
  )
  expect(suites).not.toContain("test/simulation/ledger/plans.test.ts")
})
