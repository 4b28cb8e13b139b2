import { readFileSync } from "node:fs"
import Module from "node:module"
import ts from "typescript"

/** Which ways through the code under test an input takes: what a coverage-guided fuzzer keeps inputs for. */
export interface Guide {
  /** Forgets the way of the last input. */
  start(): void
  /** Whether the way since then has a branch, or a number of times through one, that no input before had. */
  isNew(): boolean
  /** Branches gone through so far, and those there are. */
  branches(): [seen: number, all: number]
}

const cells = 1 << 13
const counts = new Uint8Array(cells)
const seen = new Uint8Array(cells)
let branches = 0

/** Once, twice, a few times, many times: a loop that runs once more is no news, one that runs twice as often is. */
const bucket = (count: number): number => 1 << Math.min(7, 32 - Math.clz32(count))

/** From now on the modules that `of` names are loaded with a counter in every branch. */
export function guideBy(of: RegExp): Guide {
  const extensions = (Module as unknown as { _extensions: Record<string, Load> })._extensions
  const load = extensions[".ts"]
  Object.assign(globalThis, { fuzzed: counts })
  extensions[".ts"] = (module, file) => {
    if (of.test(file)) module._compile(counted(file), file)
    else load?.(module, file)
  }
  return {
    start: () => counts.fill(0),
    isNew() {
      let news = false
      for (let cell = 0; cell < branches; cell++) {
        const count = counts[cell] ?? 0
        if (count === 0 || ((seen[cell] ?? 0) & bucket(count)) !== 0) continue
        seen[cell] = (seen[cell] ?? 0) | bucket(count)
        news = true
      }
      return news
    },
    branches: () => [seen.filter(Boolean).length, branches],
  }
}

type Load = (module: { _compile(code: string, file: string): void }, file: string) => void

const counted = (file: string): string =>
  ts.transpileModule(readFileSync(file, "utf8"), {
    fileName: file,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.CommonJS,
      esModuleInterop: true,
      inlineSourceMap: true,
    },
    transformers: { before: [countBranches] },
  }).outputText

const countBranches: ts.TransformerFactory<ts.SourceFile> = (context) => {
  const { factory } = context
  /** `fuzzed[n]++` */
  const count = () => {
    if (branches === cells) throw new Error("There are more branches than cells: make more.")
    const cell = factory.createElementAccessExpression(factory.createIdentifier("fuzzed"), branches++)
    return factory.createPostfixIncrement(cell)
  }
  const first = () => factory.createExpressionStatement(count())
  const before = (expression: ts.Expression) =>
    factory.createParenthesizedExpression(factory.createComma(count(), expression))

  const visit = (node: ts.Node): ts.Node => {
    const inner = ts.visitEachChild(node, visit, context)
    if (ts.isBlock(inner)) return factory.updateBlock(inner, [first(), ...inner.statements])
    if (ts.isCaseOrDefaultClause(inner)) return withFirst(inner)
    if (ts.isIfStatement(inner))
      return factory.updateIfStatement(
        inner,
        inner.expression,
        inBlock(inner.thenStatement),
        inner.elseStatement && inBlock(inner.elseStatement),
      )
    if (ts.isConditionalExpression(inner))
      return factory.updateConditionalExpression(
        inner,
        inner.condition,
        inner.questionToken,
        before(inner.whenTrue),
        inner.colonToken,
        before(inner.whenFalse),
      )
    if (ts.isBinaryExpression(inner) && isChoice(inner.operatorToken.kind))
      return factory.updateBinaryExpression(inner, inner.left, inner.operatorToken, before(inner.right))
    return inner
  }
  const inBlock = (statement: ts.Statement) =>
    ts.isBlock(statement) ? statement : factory.createBlock([first(), statement])
  const withFirst = (clause: ts.CaseOrDefaultClause) =>
    ts.isCaseClause(clause)
      ? factory.updateCaseClause(clause, clause.expression, [first(), ...clause.statements])
      : factory.updateDefaultClause(clause, [first(), ...clause.statements])
  return (file) => ts.visitEachChild(file, visit, context)
}

const isChoice = (kind: ts.SyntaxKind) =>
  [
    ts.SyntaxKind.AmpersandAmpersandToken,
    ts.SyntaxKind.BarBarToken,
    ts.SyntaxKind.QuestionQuestionToken,
  ].includes(kind)
