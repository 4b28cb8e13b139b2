import { readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { read, root } from "./pages"

const sources = ["src", "test/support", "test/integration"].flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => readFileSync(path.join(root, folder, name), "utf8")),
)
const cited = (form: RegExp): string[] => [
  ...new Set(sources.flatMap((text) => [...text.matchAll(form)].map(([, number = ""]) => number))),
]
const listed = (page: string): string[] =>
  [...read(page).matchAll(/^- \*\*(H\d+)\*\*/gm)].map(([, id = ""]) => id)

it.each(["docs/medusa.md", "docs/zh/medusa.md"])(
  "%s lists each fact that a comment names, and no other",
  (page) => {
    expect(listed(page).sort()).toEqual(cited(/\((H\d+)\)/g).sort())
  },
)

it("a comment names guarantees that are promised", () => {
  const promised = [...read("docs/guarantees.md").matchAll(/^(\d)\. \*\*/gm)].map(([, number]) => number)
  const named = cited(/\bguarantee (\d)\b/g)
  expect(named).not.toEqual([])
  for (const number of named) expect(promised).toContain(number)
})
