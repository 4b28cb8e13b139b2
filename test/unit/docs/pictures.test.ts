import { readdirSync } from "node:fs"
import path from "node:path"

import { steps } from "../../../src/react/step"
import { pages, read, root } from "./pages"

const files = readdirSync(path.join(root, "docs/images"))

/** The pictures of a page, as paths from the root. */
const picturesOf = (page: string): string[] =>
  [...read(page).matchAll(/(?:!\[[^\]]*\]\(|<img src=")([^)"]+\.png)/g)].map(([, file = ""]) =>
    path.join(path.dirname(page), file),
  )

it("every picture that a page shows is there, and every one that is there is shown", () => {
  const shown = new Set(pages.flatMap(picturesOf))
  expect([...shown].sort()).toEqual(files.map((file) => `docs/images/${file}`).sort())
})

it.each(["docs/storefront.md", "docs/zh/storefront.md"])("%s has a picture of each step", (page) => {
  const rows = read(page)
    .split("\n")
    .filter((line) => line.startsWith("| `"))
  for (const step of steps) {
    const row = rows.find((line) => line.startsWith(`| \`${step}\` |`))
    expect(row).toMatch(new RegExp(`<img src="[./]*images/kit-${step}\\.png" width="195" alt="[^"]{6,}">`))
  }
})
