import { readdirSync, readFileSync } from "node:fs"
import path from "node:path"

const folder = path.join(__dirname, "../../integration")

/** Names of tests as they are written: `it("9. …"`, `it.each(…)("9. …"`, `describe("9. …"`. */
const names = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.ts"))
  .flatMap((file) => [
    ...readFileSync(path.join(folder, file), "utf8").matchAll(/\(\s*["`](?:\w+: )?(\d+)\. /g),
  ])
  .map(([, number]) => Number(number))

const scenarios: readonly [number, string][] = [
  [1, "duplicate delivery, same id; same id, other content"],
  [2, "out of order: refunded before paid, closed after paid"],
  [3, "a notification before the create answer returns"],
  [4, "two deliveries at the same instant"],
  [5, "a timeout after sending; the query says success, failed, not found, still pending"],
  [6, "the query itself fails, or answers with a bad signature"],
  [7, "the process is killed between sent and saved"],
  [8, "pay after close, close after pay, cancel racing with pay"],
  [9, "refund clicked twice, retried after a timeout, two different ones at once"],
  [10, "partial refunds to exactly zero, one minor unit over"],
  [11, "amount or currency that differs from the session's"],
  [12, "forged, absent or foreign signature, oversized body, wrong content type, replay"],
  [13, "key rotation with overlap"],
  [14, "the gateway down for an hour"],
  [15, "reconciliation: paid there, refunded there, here and not there, amounts that drift"],
]

it.each(scenarios)("scenario %i has a test in a real Medusa: %s", (number) => {
  expect(names).toContain(number)
})
