import { readFileSync, readdirSync } from "node:fs"
import path from "node:path"
import ts from "typescript"

const root = path.resolve(__dirname, "../../..")
const admin = path.join(root, "src/admin")

/** The words of every string that stands in a `className`, or in a table of them. */
function classesOf(file: string): string[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(path.join(admin, file), "utf8"),
    ts.ScriptTarget.Latest,
    true,
    ts.ScriptKind.TSX,
  )
  const found: string[] = []
  const visit = (node: ts.Node, inside: boolean): void => {
    const styles =
      inside ||
      (ts.isJsxAttribute(node) && node.name.getText() === "className") ||
      (ts.isVariableDeclaration(node) && node.name.getText() === "dots")
    if (styles && ts.isStringLiteralLike(node)) found.push(...node.text.split(/\s+/).filter(Boolean))
    ts.forEachChild(node, (child) => visit(child, styles))
  }
  visit(source, false)
  return found
}

/** What the dashboard's bundler reads classes from in every shop: the dashboard's own files and those of its components. */
function classesOfTheHost(): Set<string> {
  const files = ["@medusajs/dashboard/dist", "@medusajs/ui/dist/esm"].flatMap((folder) =>
    readdirSync(path.join(root, "node_modules", folder), { recursive: true, encoding: "utf8" })
      .filter((file) => /\.m?js$/.test(file))
      .map((file) => path.join(root, "node_modules", folder, file)),
  )
  return new Set(files.flatMap((file) => readFileSync(file, "utf8").split(/[\s"'`]+/)))
}

describe("the admin's pages", () => {
  it("use only classes that the dashboard's stylesheet has: a plugin's own are not found in every shop", () => {
    const used = readdirSync(admin, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".tsx"))
      .flatMap(classesOf)
    const host = classesOfTheHost()
    expect(used.length).toBeGreaterThan(50)
    expect([...new Set(used)].filter((name) => !host.has(name))).toEqual([])
  })
})
