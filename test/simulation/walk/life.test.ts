import { readFileSync } from "node:fs"
import path from "node:path"

import { beginLife, faultAfterCalm, faultOfLife, keyOfLife, kinds, lifeRules, stepsOf } from "./life"
import type { CalmSeen, Kind, Life, LifeRules } from "./life"
import { wrongLifeRules } from "./wrong-life-rules"

interface Walked {
  lives: number
  steps: number
  /** Each way in which a payment can rest. */
  rests: Set<string>
  /** The shortest way to the first fault. */
  fault?: { what: string; path: string[] }
}

/** Every life that can be reached, breadth first. Ends at the first fault. */
function walk(kind: Kind, rules: LifeRules): Walked {
  const first = { key: keyOfLife(beginLife(kind)), life: beginLife(kind) }
  const from = new Map<string, [string, string]>([[first.key, ["", ""]]])
  const rested = new Set<string>()
  const rests = new Set<string>()
  const calm: CalmSeen = new Map()
  let steps = 0
  const pathTo = (key: string): string[] => {
    const path: string[] = []
    for (let at = from.get(key); at?.[0]; at = from.get(at[0])) path.unshift(at[1])
    return path
  }
  let layer = [first]
  while (layer.length) {
    const next: typeof layer = []
    for (const { key, life } of layer)
      for (const step of stepsOf(life, kind, rules)) {
        steps++
        const fault = faultOfLife(life, step)
        if (fault)
          return { lives: from.size, steps, rests, fault: { what: fault, path: [...pathTo(key), step.what] } }
        const reached = keyOfLife(step.life)
        if (step.rest && !rested.has(reached)) {
          rested.add(reached)
          rests.add(restRow(step.life, step.rest.next))
          const disorder = faultAfterCalm(step.life, rules, calm)
          if (disorder)
            return { lives: from.size, steps, rests, fault: { what: disorder, path: pathTo(key) } }
        }
        if (from.has(reached)) continue
        from.set(reached, [key, step.what])
        next.push({ key: reached, life: step.life })
      }
    layer = next
  }
  return { lives: from.size, steps, rests }
}

/** A row of the table of rests. */
const restRow = ({ payment }: Life, next: Date | null): string =>
  [
    `\`${payment.state}\``,
    payment.openedAt === null ? "never opened" : payment.unwanted ? "no" : "yes",
    payment.capturedAt ? "yes" : "no",
    payment.attentionCode ? `\`${payment.attentionCode}\`` : "nothing",
    next ? "the job looks again" : payment.attentionCode ? "a person decides" : "nothing more",
  ].join(" | ")

const page = readFileSync(path.join(__dirname, "../../../docs/guarantees.md"), "utf8")
const restsInDocs = (page.split("<!-- rests -->")[1] ?? "").match(/^\| `.*(?= \|$)/gm) ?? []
const plain = (row: string): string =>
  row
    .replace(/^\| /, "")
    .replace(/ +\| +/g, " | ")
    .trim()

describe("every picture of a payment's life", () => {
  let all = 0
  const every = new Set<string>()
  afterAll(() => console.log(`${all} pictures in all`))

  it.each(kinds)("%s: comes to a rest that is final, looked at again, or under attention", (kind) => {
    const { lives, steps, rests, fault } = walk(kind, lifeRules)
    for (const row of rests) every.add(row)
    console.log(`${kind}: ${lives} pictures, ${steps} steps`)
    if (fault) console.log([fault.what, ...fault.path].join("\n"))
    all += lives
    expect(fault?.what).toBeUndefined()
  })

  it("rests in the ways that docs/guarantees.md lists, and in no other", () => {
    expect(restsInDocs.map(plain)).toEqual([...every].sort())
  })

  it("are more than a hundred thousand", () => {
    expect(all).toBeGreaterThan(100_000)
  })
})

describe("a wrong rule is noticed:", () => {
  it.each(wrongLifeRules.map((rule) => [rule.name, rule] as const))(
    "%s",
    (_name, { kind, rules, noticed }) => {
      expect(walk(kind, { ...lifeRules, ...rules }).fault?.what).toMatch(noticed)
    },
  )
})
