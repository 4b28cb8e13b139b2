import { fuzzAll } from "../../fuzz/run"
import { targets } from "../../fuzz/targets"

// `npm run fuzz -- --inputs 1000000 --seed 7` runs as many of these as one has time for.
it("bytes from outside end in a reading or an outcome, and none is accepted that nobody signed", async () => {
  const report = await fuzzAll({ inputs: 6_000, seed: 4 })
  expect(report.inputs).toBe(6_000)
  // Inputs got past the parser, the signature and the schema of every target.
  for (const { name } of targets)
    expect([name, report.ends[name]?.some((end) => /verified|succeeded/.test(end))]).toEqual([name, true])
})

it("a fuzz run repeats by its seed", async () => {
  const [one, two] = [await fuzzAll({ inputs: 500, seed: 9 }), await fuzzAll({ inputs: 500, seed: 9 })]
  expect(one).toEqual(two)
})
