import { execFileSync } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import path from "node:path"
import { build } from "esbuild"

const root = path.resolve(__dirname, "..")
const from = path.join(root, "src/react")
const to = path.join(root, ".medusa/server/src/react")

/** The kit for storefronts as one file for `import` and one for `require`, beside what Medusa builds, and its types for both. */
async function main(): Promise<void> {
  rmSync(to, { recursive: true, force: true })
  mkdirSync(to, { recursive: true })
  await Promise.all([script("esm", "index.mjs"), script("cjs", "index.js")])
  types()
}

const script = (format: "esm" | "cjs", name: string) =>
  build({
    entryPoints: [path.join(from, "index.ts")],
    outfile: path.join(to, name),
    format,
    bundle: true,
    // React is the storefront's own, and the QR library is loaded with the first code.
    external: ["react", "uqr"],
    jsx: "automatic",
    target: "es2022",
    platform: "neutral",
    minifySyntax: true,
    minifyWhitespace: true,
    charset: "utf8",
    // Beside server components it has to say that it runs in the browser.
    banner: { js: '"use client";' },
  })

/** The compiler writes those of all that the kit takes from elsewhere, too: these are there already. */
function types(): void {
  const all = path.join(root, ".medusa/react-types")
  const compiler = createRequire(__filename).resolve("typescript/bin/tsc")
  const flags = [
    "--noEmit",
    "false",
    "--declaration",
    "--emitDeclarationOnly",
    "--outDir",
    all,
    "--rootDir",
    "src",
  ]
  execFileSync(process.execPath, [compiler, "-p", path.join(from, "tsconfig.json"), ...flags], {
    cwd: root,
    stdio: "inherit",
  })
  const written = path.join(all, "react")
  for (const file of readdirSync(written)) {
    const text = readFileSync(path.join(written, file), "utf8")
    writeFileSync(path.join(to, file), text)
    writeFileSync(path.join(to, file.replace(/\.d\.ts$/, ".d.mts")), forModules(text))
  }
  rmSync(all, { recursive: true, force: true })
}

/** A module's types name the files they come from: the kit's own as modules, all others as they are. */
const forModules = (text: string): string =>
  text.replace(/(from |import\()"(\.[^"]+)"/g, (_all, before: string, place: string) => {
    const file = place.startsWith("./")
      ? `${place}.mjs`
      : place === "../types"
        ? `${place}/index.js`
        : `${place}.js`
    return `${before}"${file}"`
  })

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
})
