import { readFileSync } from "node:fs"
import path from "node:path"

import { attentionCodes } from "../../../src/core"

it("the page says what is left to a person for every reason to call one", () => {
  const page = readFileSync(path.join(__dirname, "../../../docs/guarantees.md"), "utf8")
  const table = page.split("## What is left to a person")[1] ?? ""
  expect(attentionCodes.filter((code) => !table.includes(`\`${code}\``))).toEqual([])
})
