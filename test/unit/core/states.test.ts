import { hasMoney, isOpen, mayMove, states, statesBefore } from "../../../src/core"
import type { State } from "../../../src/core"

/** The moves as the design and the table's own notes tell them, written once more from there. */
const told: readonly (readonly [State, State])[] = [
  ["unopened", "created"],
  ["unopened", "void"],
  ["created", "pending"],
  ["created", "paid"],
  ["created", "paid_late"],
  ["created", "void"],
  ["created", "failed"],
  ["pending", "paid"],
  ["pending", "paid_late"],
  ["pending", "void"],
  ["pending", "failed"],
  ["failed", "paid"],
  ["failed", "paid_late"],
  ["failed", "void"],
  ["void", "paid_late"],
  ["paid", "paid_late"],
  ["paid", "partially_refunded"],
  ["paid", "refunded"],
  ["paid_late", "partially_refunded"],
  ["paid_late", "refunded"],
  ["partially_refunded", "refunded"],
]

const pairs = states.flatMap((from) => states.map((to) => [from, to] as const))
const isTold = (from: State, to: State) => told.some(([a, b]) => a === from && b === to)

it.each(pairs)("%s → %s is allowed exactly where the table says so", (from, to) => {
  expect(mayMove(from, to)).toBe(isTold(from, to))
  expect(statesBefore(to).includes(from)).toBe(isTold(from, to))
})

it("money never disappears: no state with money leads to one without", () => {
  for (const [from, to] of pairs) if (hasMoney(from) && mayMove(from, to)) expect(hasMoney(to)).toBe(true)
})

it("what was closed is never payable again: void leads to late money only", () => {
  expect(states.filter((to) => mayMove("void", to))).toEqual(["paid_late"])
})

it("refunded is the one end", () => {
  expect(states.filter((from) => states.every((to) => !mayMove(from, to)))).toEqual(["refunded"])
})

it("no state is reached again once it is left", () => {
  const reachable = (from: State): Set<State> => {
    const seen = new Set<State>()
    const visit = (state: State) => {
      for (const to of states.filter((next) => mayMove(state, next) && !seen.has(next))) {
        seen.add(to)
        visit(to)
      }
    }
    visit(from)
    return seen
  }
  for (const state of states) expect(reachable(state).has(state)).toBe(false)
})

it("a payment waits to be opened, is open, holds money, or is closed, and never two of these", () => {
  for (const state of states)
    expect(
      [state === "unopened", isOpen(state), hasMoney(state), state === "void"].filter(Boolean),
    ).toHaveLength(1)
})
