import { readFileSync } from "node:fs"
import path from "node:path"

const read = (file: string) => readFileSync(path.join(__dirname, "../../..", file), "utf8")

it("the page says what is left to a person for every reason to call one", () => {
  const source = read("src/services/settlement/attention.ts").split("export type AttentionCode =")[1] ?? ""
  const codes = [...(source.split("\n\n")[0] ?? "").matchAll(/\| "(\w+)"/g)].map(([, code]) => code)
  expect(codes.length).toBeGreaterThan(10)
  const page = read("docs/guarantees.md").split("## What is left to a person")[1] ?? ""
  expect(codes.filter((code) => !page.includes(`\`${code}\``))).toEqual([])
})
