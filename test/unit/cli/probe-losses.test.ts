import { readdirSync } from "node:fs"

import type { Fault } from "../../../src/sandbox"
import {
  aroundEach,
  books,
  expectAllReturned,
  expectTruth,
  folderOf,
  forgetOrders,
  journals,
  probe,
  sandbox,
  start,
} from "./probing"

aroundEach()

/** Does something right before the step that is said as the nth. */
const atStep = (nth: number, act: () => void) => {
  let count = 0
  return (line: string) => {
    if (/\([0-9A-Z]{26}(R\d)?\)$/.test(line) && ++count === nth) act()
  }
}

const lost: Pick<Fault, "kind" | "when">[] = [
  { kind: "timeout", when: "after" },
  { kind: "reset", when: "before" },
  { kind: "bad_signature", when: "after" },
  { kind: "http500", when: "after" },
]
const mostSteps = { ksher: 16, gnete: 14 }

describe.each(["ksher", "gnete"] as const)("%s: an answer that is lost", (gateway) => {
  it.each(lost)("$kind $when, at each step", async ({ kind, when }) => {
    for (let nth = 1; nth <= mostSteps[gateway]; nth++) {
      await forgetOrders()
      await sandbox.clearFaults()
      const first = await probe(gateway, {
        args: ["--yes", "--cancel"],
        terminal: { err: atStep(nth, () => void sandbox.fault({ gateway, call: "*", kind, when })) },
      })
      await expectTruth(first)
      await sandbox.clearFaults()
      if (first.report.result === "held") {
        const second = await probe(gateway, { directory: first.directory })
        await expectTruth(second)
        expect(second.report.result).not.toBe("held")
      }
      await expectAllReturned()
    }
  })
})

describe.each(["ksher", "gnete"] as const)("%s: a process that dies", (gateway) => {
  it("wherever it was, the next one goes on under the same numbers, and returns everything", async () => {
    let isDone = false
    for (let nth = 1; !isDone; nth++) {
      await forgetOrders()
      const directory = folderOf(gateway)
      let count = 0
      const now = () => {
        if (++count === nth) throw new Error("killed")
        return new Date()
      }
      const args = ["--yes", "--cancel"]
      const end = await start(gateway, { directory, args, terminal: { now } }).catch(String)
      isDone = typeof end !== "string"
      if (!isDone) {
        const before = (await books()).map(({ merchantOrderNo }) => merchantOrderNo)
        const next = await probe(gateway, { directory, args })
        await expectTruth(next)
        const numbers = next.report.orders.map(({ number }) => number)
        expect(numbers).toEqual(expect.arrayContaining(before))
      }
      await expectAllReturned()
      for (const { state, taken } of await books()) if (taken === 0) expect(state).not.toBe("open")
      expect(journals(readdirSync(directory))).toEqual([])
    }
  })
})
