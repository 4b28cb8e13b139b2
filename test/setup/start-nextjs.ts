import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"

import { answers, run, type Running } from "../../demo/processes"
import { runShop, stopWhenTold, type RunningShop } from "../../demo/running-shop"
import { root } from "../../demo/processes"
import type { ShopAddresses } from "./start-shop"
import pack from "./pack"

declare global {
  var gatewayPaymentsNextjs: { shop: RunningShop; pages: Running; folder: string } | undefined
}

const say = (line: string) => process.stderr.write(`${line}\n`)

/** A shop, and before it the Next.js example as somebody has it who copied it: outside of the repository, with the packed package. */
export default async function startNextjs() {
  await pack()
  const folder = mkdtempSync(path.join(os.tmpdir(), "gateway-payments-nextjs-"))
  const [shop] = await Promise.all([runShop({ say }), install(folder)])
  stopWhenTold(shop)
  const { port } = new URL(shop.storefrontUrl)
  const env = {
    NODE_ENV: "production",
    NEXT_TELEMETRY_DISABLED: "1",
    NEXT_PUBLIC_MEDUSA_BACKEND_URL: shop.url,
    NEXT_PUBLIC_MEDUSA_PUBLISHABLE_KEY: shop.shop.publishableKey,
  }
  const next = path.join(folder, "node_modules/next/dist/bin/next")
  await run([next, "build"], folder, env).ended
  say("Next.js example built")
  const pages = run([next, "start", "-p", port], folder, env)
  await answers(`${shop.storefrontUrl}/cart`, pages)
  say(`Next.js example at ${shop.storefrontUrl}`)
  globalThis.gatewayPaymentsNextjs = { shop, pages, folder }
  const { url, storefrontUrl, databaseUrl, seeded, sandbox } = shop
  const addresses: ShopAddresses = { url, storefrontUrl, databaseUrl, seeded, sandboxUrl: sandbox.url }
  process.env.RUNNING_SHOP = JSON.stringify(addresses)
}

/** Everything as its package.json says, but the package itself, which is not published yet. */
async function install(folder: string): Promise<void> {
  const from = path.join(root, "examples/nextjs")
  cpSync(from, folder, {
    recursive: true,
    filter: (file) => !/node_modules|\.next/.test(path.relative(from, file)),
  })
  const manifest = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as {
    dependencies: Record<string, string>
  }
  manifest.dependencies["medusa-payment-ksher-gnete"] = `file:${process.env.PACKED_TARBALL}`
  writeFileSync(path.join(folder, "package.json"), JSON.stringify(manifest))
  const npm = ["install", "--prefer-offline", "--include=dev", "--no-audit", "--no-fund"]
  await run([npmOf(process.execPath), ...npm], folder, {}).ended
  say("Next.js example installed")
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }))
}

/** npm's own script: what started this says where it is, else it is beside Node. */
const npmOf = (node: string): string =>
  process.env.npm_execpath ?? path.join(path.dirname(node), "../lib/node_modules/npm/bin/npm-cli.js")
