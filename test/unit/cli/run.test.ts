import { readFileSync } from "node:fs"
import path from "node:path"

import { run } from "../../../src/cli/run"
import { removeFolders, type } from "./terminal"

afterEach(removeFolders)

it("--version is the package's", async () => {
  const { version } = JSON.parse(readFileSync(path.join(__dirname, "../../../package.json"), "utf8"))
  expect(await type(["--version"])).toMatchObject({ code: 0, text: version })
})

it.each([["--help"], ["-h"], ["help"]])("%s names every command", async (word) => {
  const { code, text } = await type([word])
  expect(code).toBe(0)
  expect(text).toMatch(/doctor[^]*sandbox[^]*trigger[^]*replay/)
})

it("without a command it says what there is, and fails", async () => {
  const { code, text } = await type([])
  expect(code).toBe(1)
  expect(text).toMatch(/doctor/)
})

it("an unknown command is named, and fails", async () => {
  const { code, text } = await type(["docter"])
  expect(code).toBe(1)
  expect(text).toMatch(/no command "docter"/)
})

it("the sandbox runs until it is stopped, and is gone then", async () => {
  let url = ""
  const lines: string[] = []
  const say = (line: string) => lines.push(line)
  const code = await run(["sandbox", "--port", "0"], {
    out: say,
    err: say,
    env: {},
    isColoured: false,
    directory: __dirname,
    now: () => new Date(),
    isInteractive: false,
    ask: () => Promise.resolve(undefined),
    wait: () => Promise.resolve(),
    untilStopped: async () => {
      url = /listen at (\S+?)\. /.exec(lines.join("\n"))?.[1] ?? ""
      expect((await fetch(`${url}/control/books`, { method: "POST", body: "[]" })).status).toBe(200)
    },
  })
  expect(code).toBe(0)
  await expect(fetch(`${url}/control/books`, { method: "POST", body: "[]" })).rejects.toThrow()
})

it.each(["sandbox", "doctor", "trigger", "replay"])("%s --help says how", async (command) => {
  const { code, text } = await type([command, "--help"])
  expect(code).toBe(0)
  expect(text).toContain(`medusa-payment-ksher-gnete ${command}`)
})
