import { createHash } from "node:crypto"

import { flavours } from "./truth"
import type { Flavour } from "./truth"
import { begin, faultOf, keyOf, movesOf, ours } from "./walk"
import type { Domain, Rules, State } from "./walk"

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

describe("every picture of a payment's returns", () => {
  it.each(flavours)("%s: no step returns what nobody asked for, or more than is left", (flavour) => {
    const { states, moves, fault } = walk(flavour, ours, {
      asks: 1,
      repetitions: 1,
      operations: 2,
      sendings: 2,
    })
    console.log(`${flavour}: ${states} pictures, ${moves} steps`)
    if (fault) console.log([fault.what, ...fault.path].join("\n"))
    expect(fault?.what).toBeUndefined()
    expect(states).toBeGreaterThan(1_000)
  })
})
