import { readFileSync } from "node:fs"
import { parseEnv } from "node:util"

import { runSandboxCommand } from "../../../src/sandbox"
import { GneteCaller, KsherCaller } from "./support"

async function run(...args: string[]) {
  const lines: string[] = []
  const sandbox = await runSandboxCommand(args, (line) => lines.push(line))
  return { sandbox, text: lines.join("\n") }
}

it("starts, and prints options that work when they are pasted", async () => {
  const { sandbox, text } = await run("--port", "0")
  expect(text).toContain(`listen at ${sandbox?.url ?? "?"}. No real money moves.`)
  const printed = (name: string) =>
    JSON.parse(new RegExp(`^  ${name}: (.*),$`, "m").exec(text)?.[1] ?? "null") as unknown
  const ksher = Object.fromEntries(
    ["appid", "privateKey", "publicKeys", "gatewayUrl", "apiUrl"].map((name) => [name, printed(name)]),
  )
  const gnete = Object.fromEntries(
    ["mchNo", "appId", "appSecret", "baseUrl"].map((name) => [name, printed(name)]),
  )
  expect([ksher, gnete]).toEqual([sandbox?.ksher, sandbox?.gnete])
  if (!sandbox) throw new Error("it did not start")
  expect((await new KsherCaller(sandbox.ksher).open("A1")).code).toBe(0)
  expect((await new GneteCaller(sandbox.gnete).open("B1")).orderState).toBe(1)
  await sandbox.stop()
})

it("prints lines for a shop's .env, each key in one line", async () => {
  const { sandbox, text } = await run("--port", "0")
  if (!sandbox) throw new Error("it did not start")
  const { ksher, gnete } = sandbox
  const lines = text.split("\n").filter((line) => /^[A-Z_]+=/.test(line))
  const read = parseEnv(lines.join("\n"))
  expect(read).toMatchObject({
    KSHER_APPID: ksher.appid,
    KSHER_PRIVATE_KEY: ksher.privateKey.trim(),
    KSHER_SANDBOX_URL: `${sandbox.url}/ksher`,
    KSHER_SANDBOX_PUBLIC_KEY: ksher.publicKeys[0]?.trim(),
    GNETE_MCH_NO: gnete.mchNo,
    GNETE_APP_ID: gnete.appId,
    GNETE_APP_SECRET: gnete.appSecret,
    GNETE_SANDBOX_URL: gnete.baseUrl,
  })
  // The example's config takes nothing else of a sandbox.
  const named = [...readFileSync("medusa-config.example.js", "utf8").matchAll(/env\.((?:KSHER|GNETE)_\w+)/g)]
  expect(Object.keys(read)).toEqual(expect.arrayContaining(named.map(([, name]) => name)))
  await sandbox.stop()
})

it("a busy port is one sentence", async () => {
  const { sandbox } = await run("--port", "0")
  const port = new URL(sandbox?.url ?? "").port
  await expect(run("--port", port)).rejects.toThrow(
    `Port ${port} of 127.0.0.1 is in use: end the other program, perhaps another sandbox, or give --port another one.`,
  )
  await sandbox?.stop()
})

it("--help starts nothing", async () => {
  const { sandbox, text } = await run("--help")
  expect(sandbox).toBeUndefined()
  expect(text).toMatch(/--port .*9300/)
})

it.each([["--port", "none"], ["--port", "70000"], ["--prot", "1"], ["9300"]])(
  "refuses %j",
  async (...args) => {
    await expect(run(...args)).rejects.toThrow(new RegExp(args[0]))
  },
)
