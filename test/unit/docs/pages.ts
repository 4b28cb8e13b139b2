import { readdirSync, readFileSync, existsSync } from "node:fs"
import path from "node:path"

export const root = path.join(__dirname, "../../..")
export const read = (file: string) => readFileSync(path.join(root, file), "utf8")

/** Every page that is written for people. */
export const pages = [
  ...readdirSync(root).filter((name) => name.endsWith(".md")),
  ...readdirSync(path.join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => path.join("docs", name)),
  "bench/README.md",
  "examples/nextjs/README.md",
  "examples/storefront/README.md",
].sort()

export interface Block {
  page: string
  /** The language behind the fence: bash, js, json, mermaid. */
  language: string
  text: string
}

export const blocks: Block[] = pages.flatMap((page) =>
  [...read(page).matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map(([, language = "", text = ""]) => ({
    page,
    language,
    text,
  })),
)

/** Every command of a page's blocks, and of its sentences, as a person types it. */
export const commands: { page: string; command: string }[] = pages.flatMap((page) => {
  const text = read(page)
  const inBlocks = blocks
    .filter((block) => block.page === page && block.language === "bash")
    .flatMap((block) => block.text.split("\n"))
  const inSentences = [...text.matchAll(/`((?:npm|npx|\.ci\/run)\b[^`\n]*)`/g)].map(
    ([, command = ""]) => command,
  )
  return [...inBlocks, ...inSentences]
    .flatMap((line) => line.replace(/ +#.*$/, "").split("&&"))
    .map((line) => line.trim())
    .filter((command) => command !== "")
    .map((command) => ({ page, command }))
})

/** Links to files of this repository, and pictures in a table, from the pages and resolved by them. */
export const links = pages.flatMap((page) =>
  [...read(page).matchAll(/\]\(([^)\s]+)\)|<img src="([^"]+)"/g)]
    .map(([, target = "", picture = ""]) => target || picture)
    .filter((target) => !/^(https?:|mailto:)/.test(target))
    .map((target) => ({ page, target })),
)

/** The file a link leads to, and the headings there. */
export function destination(page: string, target: string) {
  const [file = "", anchor] = target.split("#")
  const found = file === "" ? page : path.join(path.dirname(page), file)
  const exists = existsSync(path.join(root, found))
  const anchors = exists && found.endsWith(".md") ? headings(read(found)) : []
  return { exists, anchor, anchors }
}

const headings = (text: string) =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  )
