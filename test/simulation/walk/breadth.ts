import { createHash } from "node:crypto"

export interface Walked {
  states: number
  moves: number
  /** The shortest way to the first fault. */
  fault?: { what: string; path: string[] }
}

export interface Walkable<State, Move> {
  begin: State
  /** Everything that can come of a state. */
  movesOf: (state: State) => readonly Move[]
  /** What of a state decides about what can come of it. */
  keyOf: (state: State) => string
  /** What is wrong with a move, in words; `undefined` where nothing is. */
  faultOf: (move: Move) => string | undefined
}

/** Every state that can be reached, breadth first. Ends at the first fault. */
export function walkThrough<State, Move extends { what: string; state: State }>(
  { begin, movesOf, keyOf, faultOf }: Walkable<State, Move>,
  each: (move: Move) => void = () => undefined,
): Walked {
  const digestOf = (state: State) => createHash("sha1").update(keyOf(state)).digest("base64").slice(0, 20)
  const first = digestOf(begin)
  const seen = new Set([first])
  const from = new Map<string, [string, string]>()
  const pathTo = (key: string): string[] => {
    const path: string[] = []
    for (let at = from.get(key); at; at = from.get(at[0])) path.unshift(at[1])
    return path
  }
  let moves = 0
  let layer = [{ key: first, state: begin }]
  while (layer.length) {
    const next: typeof layer = []
    for (const { key, state } of layer)
      for (const move of movesOf(state)) {
        moves++
        each(move)
        const what = faultOf(move)
        if (what) return { states: seen.size, moves, fault: { what, path: [...pathTo(key), move.what] } }
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
