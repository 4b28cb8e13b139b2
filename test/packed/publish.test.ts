import { execFile } from "node:child_process"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { readdirSync } from "node:fs"
import path from "node:path"
import { promisify } from "node:util"
import { repository } from "./project"

/** Knows no package: what is published is the first of its name, as far as npm can see. */
let registry: Server
let said: string

beforeAll(async () => {
  registry = createServer((_request, response) => response.writeHead(404).end("{}"))
  await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve))
  const url = `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`
  // The build is there already; scripts would make it once more.
  const flags = [
    "--dry-run",
    "--loglevel",
    "notice",
    "--ignore-scripts",
    "--fetch-retries",
    "0",
    "--registry",
    url,
  ]
  const { stdout, stderr } = await promisify(execFile)("npm", ["publish", ...flags], {
    cwd: repository,
    shell: process.platform === "win32",
    maxBuffer: 16 * 1024 * 1024,
  })
  said = `${stdout}\n${stderr}`
})

afterAll(() => new Promise((resolve) => registry.close(resolve)))

it("a dry run of npm publish has nothing to correct", () => {
  expect(said).toContain("Tarball Contents")
  expect(said).not.toMatch(
    /auto-corrected|npm error|npm warn publish (?!This command requires you to be logged in)/i,
  )
})

const filesSaid = () => [...said.matchAll(/^npm notice [\d.]+ ?k?M?B (\S+)$/gm)].map(([, file = ""]) => file)

it("carries what users need, and nothing else", () => {
  const files = filesSaid()
  expect(files).toEqual(
    expect.arrayContaining(["package.json", "README.md", "LICENSE", "CHANGELOG.md", "llms.txt"]),
  )
  expect(files).toContain(".medusa/server/src/cli/index.js")
  const strays = files.filter(
    (file) =>
      !/^(\.medusa\/server\/src\/|package\.json$|README(\.[\w-]+)?\.md$|LICENSE$|CHANGELOG\.md$|llms\.txt$|medusa-config\.example\.js$)/.test(
        file,
      ),
  )
  expect(strays).toEqual([])
})

it("carries every source: Medusa's build leaves out folders by their name", () => {
  const sources = readdirSync(path.join(repository, "src"), { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll(path.sep, "/"))
    .filter((file) => file.endsWith(".ts") && !/^(admin|react)\//.test(file))
  expect(sources.length).toBeGreaterThan(100)
  const built = sources.map((file) => `.medusa/server/src/${file.replace(/\.ts$/, ".js")}`)
  expect(built.filter((file) => !filesSaid().includes(file))).toEqual([])
})
