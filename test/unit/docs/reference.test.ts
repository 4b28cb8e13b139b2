import { readdirSync } from "node:fs"
import path from "node:path"

import type { z } from "zod"

import { attentionCodes, problemCodes } from "../../../src/core"
import { gneteOptions } from "../../../src/services/gnete"
import { ksherOptions } from "../../../src/services/ksher"
import { readPluginOptions } from "../../../src/services/options/plugin"
import { logCodes } from "../../../src/services/observability/log"
import { useCases } from "../../../src/services/observability/observed"
import { attentions } from "../../support/attentions"
import { pages, read, root } from "./pages"

/** Rows of the tables under a heading: the first cell without its backquotes, then the others. */
function rows(page: string, heading: string): Map<string, string[]> {
  const section =
    read(page)
      .split(new RegExp(`^## ${heading}$`, "m"))[1]
      ?.split(/^## /m)[0] ?? ""
  const found = [...section.matchAll(/^\| `(\w+)` \| (.+) \|$/gm)]
  return new Map(found.map(([, name = "", rest = ""]) => [name, rest.split(" | ")]))
}

const headings: Record<string, [plugin: string, answers: string, attention: string, values: string]> = {
  "docs/": ["The plugin", "Answers to a shopper or an admin", "Attention", "Values of an attention"],
  "docs/zh/": ["插件", "返回给顾客或管理员的错误", "需要人工处理", "人工处理的数值"],
}

describe.each(Object.entries(headings))("in %s", (folder, [plugin, answers, attention, named]) => {
  const configuration = `${folder}configuration.md`

  describe.each([
    ["Ksher", ksherOptions],
    ["Gnete", gneteOptions],
  ] as const)("the options of %s", (heading, schema) => {
    const shape = schema.in.shape as Record<string, z.ZodType>
    const written = rows(configuration, heading)

    it("are all there, and no others", () => {
      expect([...written.keys()].sort()).toEqual(Object.keys(shape).sort())
    })

    it.each(Object.entries(shape))("%s has its default", (name, option) => {
      expect(written.get(name)?.[0]).toMatch(defaultOf(option))
    })
  })

  it("the options of the plugin, and their defaults", () => {
    const defaults = Object.entries(readPluginOptions({}))
    const written = rows(configuration, plugin)
    expect([...written].map(([name, [value]]) => [name, value])).toEqual(
      defaults.map(([name, value]) => [name, `\`${JSON.stringify(value)}\``]),
    )
  })

  it.each([
    ["every problem", answers, problemCodes],
    ["every attention", attention, attentionCodes],
  ])("%s says what happened to the money and what to do", (_name, heading, codes) => {
    const written = rows(`${folder}errors.md`, heading)
    expect([...written.keys()].sort()).toEqual([...codes].sort())
    for (const cells of written.values()) expect(cells.filter((cell) => cell.trim() !== "")).toHaveLength(2)
  })

  it("every attention has all its values, and each case by its name", () => {
    const written = rows(`${folder}errors.md`, named)
    expect([...written.keys()].sort()).toEqual([...attentionCodes].sort())
    const missing = attentions.flatMap(({ code, values }) =>
      [...Object.keys(values).filter((name) => name !== "why"), ...("why" in values ? [values.why] : [])]
        .filter((name) => !written.get(code)?.join(" | ").includes(`\`${name}\``))
        .map((name) => `${code}: ${name}`),
    )
    expect(missing).toEqual([])
  })
})

describe.each([
  ["docs/operating.md", "Logs", "Traces and metrics"],
  ["docs/zh/operating.md", "日志", "链路追踪与指标"],
])("%s names", (page, logs, traces) => {
  it("every code of the log", () => {
    expect([...rows(page, logs).keys()].sort()).toEqual([...logCodes].sort())
  })

  it("every use case that is a span", () => {
    const section = read(page).split(`## ${traces}`)[1]?.split(/^## /m)[0] ?? ""
    const named = /^\| (`gateway_payments\.open`.*?) \|/m.exec(section)?.[1] ?? ""
    expect([...named.matchAll(/\.(\w+)`/g)].map(([, name]) => name).sort()).toEqual([...useCases].sort())
  })
})

/** How a page writes the default of an option: its JSON, `required`, or, for one computed from others, in words. */
function defaultOf(option: z.ZodType): RegExp {
  if (!option.safeParse(undefined).success) return /^(required|必填)$/
  const value = option.parse(undefined)
  if (value === undefined) return /./
  return new RegExp(`^\`${JSON.stringify(value).replace(/[.{}"[\]]/g, "\\$&")}\`$`)
}

it.each(["README.md", "README.zh-CN.md"])("%s names every table that the migrations make", (page) => {
  const folder = path.join(root, "src/migrations")
  const made = readdirSync(folder)
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => [...read(`src/migrations/${file}`).matchAll(/create table if not exists (\w+)/g)])
    .map(([, name = ""]) => name)
  expect(made.length).toBeGreaterThan(3)
  const named = /^\| (?:tables|表) \| (.*) \|$/m.exec(read(page))?.[1] ?? ""
  expect([...named.matchAll(/`(\w+)`/g)].map(([, name]) => name).sort()).toEqual(made.sort())
})

describe("each page says the same in both languages", () => {
  const pairs: [english: string, chinese: string][] = [
    ["README.md", "README.zh-CN.md"],
    ...pages
      .filter((page) => page.startsWith("docs/") && !page.startsWith("docs/zh/"))
      .map((page): [string, string] => [page, page.replace("docs/", "docs/zh/")]),
  ]

  it("and there is a page for each", () => {
    expect(pages.filter((page) => page.startsWith("docs/zh/")).sort()).toEqual(
      pairs.map(([, chinese]) => chinese).filter((page) => page !== "README.zh-CN.md"),
    )
  })

  it.each(pairs)("%s and %s", (english, chinese) => {
    expect(skeleton(read(chinese))).toEqual(skeleton(read(english)))
  })
})

/** What a translation leaves as it is: headings and their depth, rows and cells, points, code but for its comments. */
function skeleton(page: string) {
  // One table is made from the code, and is in one language.
  const text = page.replace(/<!-- outcomes -->[^]*<!-- outcomes -->/, "")
  const prose = text.replace(/^```[^]*?^```$/gm, "")
  return {
    headings: [...prose.matchAll(/^(#+) /gm)].map(([, depth = ""]) => depth.length),
    rows: [...prose.matchAll(/^\|.*\|$/gm)].map(([row]) => row.split(" | ").length),
    points: [...prose.matchAll(/^(?:-|\d+\.) /gm)].map(([point]) => point),
    // A picture may be of the same thing in the other language.
    pictures: [...prose.matchAll(/!\[[^\]]+\]\(/g)].length,
    blocks: [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(([, language, code = ""]) =>
      language === "mermaid" ? code.match(/\w+(?=[([])|-->/g) : code.replace(/^ *\/\/.*\n| \/\/ .*$/gm, ""),
    ),
    words: [...prose.matchAll(/`([^`\n]+)`/g)].map(([, word]) => word).sort(),
  }
}
