import { runShop, stopWhenTold, type RunningShop } from "../../demo/running-shop"
import startDatabase from "./start-database"

declare global {
  var gatewayPaymentsShop: RunningShop | undefined
}

/** What test files find of it in the environment: they run in a realm of their own. */
export interface ShopAddresses {
  url: string
  storefrontUrl: string
  sandboxUrl: string
  databaseUrl: string
  seeded: RunningShop["seeded"]
}

/** One shop for all browser suites, with what `npm run demo -- --stay` gives a person to click through. */
export default async function startShop() {
  await startDatabase()
  const shop = await runShop({ pages: true, say: (line) => process.stderr.write(`${line}\n`) })
  globalThis.gatewayPaymentsShop = shop
  stopWhenTold(shop)
  const { url, storefrontUrl, databaseUrl, seeded, sandbox } = shop
  const addresses: ShopAddresses = { url, storefrontUrl, databaseUrl, seeded, sandboxUrl: sandbox.url }
  process.env.RUNNING_SHOP = JSON.stringify(addresses)
}
