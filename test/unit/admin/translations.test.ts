import { readFileSync, readdirSync } from "node:fs"
import path from "node:path"
import ts from "typescript"

import resources, { namespace } from "../../../src/admin/i18n"

const admin = path.resolve(__dirname, "../../../src/admin")

type Tree = { [key: string]: string | Tree }

const leaves = (tree: Tree, prefix = ""): [key: string, text: string][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [[`${prefix}${key}`, value]] : leaves(value, `${prefix}${key}.`),
  )

const languages = Object.fromEntries(
  Object.entries(resources).map(([language, namespaces]) => [
    language,
    new Map(leaves(namespaces[namespace] as Tree)),
  ]),
)
const english = languages.en!
const others = Object.keys(languages).filter((language) => language !== "en")

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")

const placeholders = (text: string): string[] => (text.match(/\{\{\w+\}\}/g) ?? []).sort()

/** Every string and every template of the admin's sources that can be a key: `state.${x}` is a pattern. */
interface Mention {
  pattern: RegExp
  text: string
  /** It is handed to `t`, or is a menu's label: then it must be a key. */
  surely: boolean
}

const sources = readdirSync(admin, { recursive: true, encoding: "utf8" }).filter((file) =>
  /\.tsx?$/.test(file),
)

const mentions: Mention[] = sources.flatMap((file) => {
  const source = ts.createSourceFile(
    file,
    readFileSync(path.join(admin, file), "utf8"),
    ts.ScriptTarget.Latest,
    true,
    file.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS,
  )
  const found: Mention[] = []
  const visit = (node: ts.Node): void => {
    const mention = mentionOf(node)
    if (mention) found.push(mention)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
})

function mentionOf(node: ts.Node): Mention | undefined {
  if (ts.isStringLiteralLike(node)) {
    const surely = isTranslated(node)
    if (!surely && !node.text.includes(".")) return undefined
    return { pattern: new RegExp(`^${escaped(node.text)}$`), text: node.text, surely }
  }
  if (ts.isTemplateExpression(node)) {
    const parts = [node.head.text, ...node.templateSpans.map((span) => span.literal.text)]
    return {
      pattern: new RegExp(`^${parts.map(escaped).join("\\w+")}$`),
      text: parts.join("…"),
      surely: isTranslated(node),
    }
  }
  return undefined
}

/** The first argument of `t`, also as one branch of a choice, or the label of a menu item. */
function isTranslated(node: ts.Node): boolean {
  const { parent } = node
  if (ts.isConditionalExpression(parent) && parent.condition !== node) return isTranslated(parent)
  if (ts.isCallExpression(parent))
    return (
      ts.isIdentifier(parent.expression) && parent.expression.text === "t" && parent.arguments[0] === node
    )
  return (
    ts.isPropertyAssignment(parent) &&
    parent.name.getText() === "label" &&
    ts.isCallExpression(parent.parent.parent) &&
    parent.parent.parent.expression.getText() === "defineRouteConfig"
  )
}

const matching = ({ pattern }: Mention): string[] => [...english.keys()].filter((key) => pattern.test(key))

describe("the admin's translations", () => {
  it("are made for the languages of both gateways' countries", () => {
    expect(Object.keys(languages).sort()).toEqual(["en", "th", "zhCN", "zhTW"])
  })

  it.each(others)("%s has every key that English has, and no other", (language) => {
    expect([...languages[language]!.keys()].sort()).toEqual([...english.keys()].sort())
  })

  it.each(others)("%s fills in the same values as English", (language) => {
    const differing = [...languages[language]!].filter(
      ([key, text]) => placeholders(text).join() !== placeholders(english.get(key) ?? "").join(),
    )
    expect(differing).toEqual([])
  })

  it.each(others)("%s leaves nothing in English", (language) => {
    const untranslated = [...languages[language]!].filter(
      ([key, text]) => text === english.get(key) && /[a-z]/.test(text.replace(/\{\{\w+\}\}/g, "")),
    )
    expect(untranslated).toEqual([])
  })

  it("have a text for every key", () => {
    const empty = Object.values(languages).flatMap((texts) => [...texts].filter(([, text]) => !text.trim()))
    expect(empty).toEqual([])
  })

  it("need no plural rules: Medusa's codes for Chinese are none a browser knows them by", () => {
    const plural = [...english].filter(
      ([key, text]) => /_(one|other)$/.test(key) || text.includes("{{count}}"),
    )
    expect(plural).toEqual([])
  })
})

describe("the admin's sources", () => {
  it("name only keys that exist", () => {
    const unknown = mentions.filter((mention) => mention.surely && matching(mention).length === 0)
    expect(unknown.map(({ text }) => text)).toEqual([])
  })

  it("use every key", () => {
    const used = new Set(mentions.flatMap(matching))
    expect([...english.keys()].filter((key) => !used.has(key))).toEqual([])
  })
})
