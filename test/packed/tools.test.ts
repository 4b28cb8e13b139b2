import { execFile } from "node:child_process"
import path from "node:path"
import { promisify } from "node:util"

import { repository, tarball } from "./project"

/** What the tools that shops and registries read a package with find in ours. Both are modules of their own kind: they run beside jest. */
const node = async (...args: string[]): Promise<string> =>
  (await promisify(execFile)(process.execPath, args, { cwd: repository, maxBuffer: 2 ** 26 })).stdout

const readWithPublint = `
import { readFileSync } from "node:fs"
import { publint } from "publint"
const { buffer, byteOffset, byteLength } = readFileSync(process.argv[1])
const { messages } = await publint({ pack: { tarball: buffer.slice(byteOffset, byteOffset + byteLength) } })
console.log(JSON.stringify(messages))`

interface Message {
  code: string
  path: string[]
}

it("publint has nothing to say", async () => {
  const said = JSON.parse(await node("--input-type=module", "-e", readWithPublint, tarball())) as Message[]
  // Medusa's module loader asks for a default export of CommonJS, and nobody else loads these.
  const asMedusaAsks = ({ code, path: [, door] }: Message) =>
    code === "CJS_WITH_ESMODULE_DEFAULT_EXPORT" && door?.endsWith("/modules/*") === true
  expect(said.filter((one) => !asMedusaAsks(one))).toEqual([])
})

it("the types of every door are those of its code, as each kind of project resolves them", async () => {
  const attw = path.join(repository, "node_modules/@arethetypeswrong/cli/dist/index.js")
  // The same default exports for Medusa's loader; and the admin is bundled by Medusa's dashboard, which reads no types.
  const asMedusaAsks = ["--ignore-rules", "cjs-only-exports-default", "--exclude-entrypoints", "./admin"]
  const said = JSON.parse(await node(attw, tarball(), "--format", "json", ...asMedusaAsks)) as {
    analysis: { entrypoints: Record<string, unknown> }
  }
  expect(Object.keys(said.analysis.entrypoints)).toEqual(
    expect.arrayContaining([".", "./ksher", "./gnete", "./sandbox", "./types", "./workflows"]),
  )
})
