import { readFileSync } from "node:fs"
import path from "node:path"
import { always, outcomeTables } from "./outcomes"

const page = readFileSync(path.join(__dirname, "../../../docs/guarantees.md"), "utf8")
const part = (name: string) => page.split(`<!-- ${name} -->`)[1]?.trim()

/** Rows as they read, whatever spaces a formatter puts into them. */
const plain = (markdown: string | undefined) => markdown?.replace(/ *\| */g, "|").replace(/-{3,}/g, "---")

it("the table of outcomes is the one the code decides by", () => {
  expect(plain(part("outcomes"))).toBe(plain(outcomeTables()))
})

it("every outcome of the tables is explained above them", () => {
  for (const outcome of ["succeeded", "refused", "pending", always, "not sent"])
    expect(page).toContain(`**${outcome}**`)
})
