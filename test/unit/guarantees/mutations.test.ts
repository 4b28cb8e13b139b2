import { readFileSync } from "node:fs"
import path from "node:path"

import { mutated, mutations } from "../../simulation/mutations"

const root = path.resolve(__dirname, "../../..")
const source = (file: string) => readFileSync(path.join(root, file), "utf8")

describe("a mutation", () => {
  it.each(mutations.map((mutation) => [mutation.name, mutation] as const))(
    "%s: finds what it changes, once",
    (_, mutation) => {
      const original = source(mutation.file)
      expect(mutated(mutation, original)).not.toBe(original)
    },
  )

  it("whose text has gone is an error, and so is one whose text is found twice", () => {
    const mutation = { name: "a mistake", file: "a.ts", edits: [["one", "two"]] as const }
    expect(() => mutated(mutation, "nothing")).toThrow(/found 0 times in a\.ts/)
    expect(() => mutated(mutation, "one, one")).toThrow(/found 2 times in a\.ts/)
  })

  it("is counted where it is documented", () => {
    expect(source("docs/guarantees.md")).toContain(`| ${mutations.length} deliberate mistakes`)
  })

  it("has a name of its own", () => {
    expect(new Set(mutations.map(({ name }) => name)).size).toBe(mutations.length)
  })
})
