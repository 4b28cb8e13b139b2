import { createHash } from "node:crypto"

import { flavours } from "./truth"
import type { Flavour } from "./truth"
import { begin, faultOf, keyOf, movesOf, ours } from "./walk"
import type { Domain, Rules, State } from "./walk"
import { wrongRules } from "./wrong-rules"

interface Walked {
  states: number
  moves: number
  /** The shortest way to the first fault. */
  fault?: { what: string; path: string[] }
}

const digestOf = (state: State): string =>
  createHash("sha1").update(keyOf(state)).digest("base64").slice(0, 20)

/** Every state that can be reached, breadth first. Ends at the first fault. */
function walk(flavour: Flavour, rules: Rules, most: Domain): Walked {
  const seen = new Set<string>()
  const from = new Map<string, [string, string]>()
  let moves = 0
  let layer: { key: string; state: State }[] = [{ key: digestOf(begin(flavour)), state: begin(flavour) }]
  seen.add(layer[0]?.key ?? "")
  const pathTo = (key: string): string[] => {
    const path: string[] = []
    for (let at = from.get(key); at; at = from.get(at[0])) path.unshift(at[1])
    return path
  }
  while (layer.length) {
    const next: typeof layer = []
    for (const { key, state } of layer)
      for (const move of movesOf(state, flavour, rules, most)) {
        moves++
        const fault = faultOf(move)
        if (fault)
          return { states: seen.size, moves, fault: { what: fault, path: [...pathTo(key), move.what] } }
        const reached = digestOf(move.state)
        if (seen.has(reached)) continue
        seen.add(reached)
        from.set(reached, [key, move.what])
        next.push({ key: reached, state: move.state })
      }
    layer = next
  }
  return { states: seen.size, moves }
}

/** Two first wishes make some four million pictures at each gateway. At Ksher they were walked once, and held. */
const domain: Domain = { asks: 1, repetitions: 1, operations: 2 }

describe("every picture of a payment's returns", () => {
  let all = 0
  afterAll(() => console.log(`${all} pictures in all`))

  it.each(flavours)("%s: no step returns what nobody asked for, or more than is left", (flavour) => {
    const { states, moves, fault } = walk(flavour, ours, domain)
    console.log(`${flavour}: ${states} pictures, ${moves} steps`)
    if (fault) console.log([fault.what, ...fault.path].join("\n"))
    all += states
    expect(fault?.what).toBeUndefined()
  })

  it("are more than a hundred thousand", () => {
    expect(all).toBeGreaterThan(100_000)
  })
})

describe("a wrong rule is noticed:", () => {
  it.each(wrongRules.map((rule) => [rule.name, rule] as const))("%s", (_name, rule) => {
    const wishes = rule.isOfTwoWishes ? { asks: 2, repetitions: 0 } : {}
    const { fault } = walk(rule.flavour, rule.rules, { ...domain, ...wishes })
    expect(fault?.what).toMatch(/goes back|is sent while/)
  })
})
