import { walkThrough, type Walked } from "./breadth"
import { flavours } from "./truth"
import type { Flavour } from "./truth"
import { begin, faultOf, keyOf, movesOf, ours } from "./walk"
import type { Domain, Rules, State } from "./walk"
import { wrongRules } from "./wrong-rules"

const walk = (flavour: Flavour, rules: Rules, most: Domain): Walked =>
  walkThrough({
    ...{ begin: begin(flavour), keyOf, faultOf },
    movesOf: (state: State) => movesOf(state, flavour, rules, most),
  })

/** Two first wishes make some four million pictures at each gateway. At Ksher they were walked once, and held. */
const domainOf = (flavour: Flavour): Domain => ({
  ...{ asks: 1, repetitions: 1 },
  operations: flavour === "gnete_finishes" ? 3 : 2,
})

describe("every picture of a payment's returns", () => {
  let all = 0
  afterAll(() => console.log(`${all} pictures in all`))

  it.each(flavours)("%s: no step returns what nobody asked for, or more than is left", (flavour) => {
    const { states, moves, fault } = walk(flavour, ours, domainOf(flavour))
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
    const { fault } = walk(rule.flavour, rule.rules, { ...domainOf(rule.flavour), ...wishes })
    expect(fault?.what).toMatch(/goes back|is sent while|is called refused/)
  })
})
