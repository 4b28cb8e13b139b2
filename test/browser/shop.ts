import { Client } from "pg"

import { login } from "../../demo/running-shop"
import { ShopClient, Shopper, type Answer } from "../../demo/shop"
import { paid, unpaid } from "../../demo/stories"
import { sandboxControl, type SandboxControl } from "../../src/sandbox"
import type { ShopAddresses } from "../setup/start-shop"

/** The running shop as seen from a test file: the people in it, and what stands behind its pages. */
export interface Shop extends ShopAddresses {
  api: ShopClient
  shopper: Shopper
  sandbox: SandboxControl
}

export async function theShop(): Promise<Shop> {
  const addresses = JSON.parse(process.env.RUNNING_SHOP ?? "") as ShopAddresses
  const api = new ShopClient(addresses.url)
  await api.logIn(login.email, login.password)
  return {
    ...addresses,
    api,
    shopper: new Shopper(api, addresses.seeded),
    sandbox: sandboxControl(addresses.sandboxUrl),
  }
}

const people = ({ api, shopper, sandbox }: Shop) => ({ shop: api, shopper, sandbox })

export const paidOrder = (shop: Shop, provider: string, channel?: string) =>
  paid(people(shop), provider, channel ? { channel } : {})

export const unpaidOrder = (shop: Shop, provider: string) => unpaid(people(shop), provider)

/** The one gateway payment of an order, as the admin API shows it. */
export async function paymentOf(shop: Shop, order: { session: { id: string } }): Promise<Answer> {
  const { gateway_payments } = await shop.api.admin(
    "get",
    `/admin/gateway-payments?session_id=${order.session.id}`,
  )
  return gateway_payments[0]
}

const moments = [
  ["gateway_payment", "id", ["created_at", "paid_at"]],
  ["gateway_operation", "gateway_payment_id", ["created_at", "settled_at"]],
  ["gateway_notification", "gateway_payment_id", ["created_at"]],
] as const

/** Nobody waits for hours to go by: all that was done about this payment was done so much earlier. */
export async function longAgo(shop: Shop, paymentId: string, hours: number): Promise<void> {
  const client = new Client({ connectionString: shop.databaseUrl })
  await client.connect()
  for (const [table, key, times] of moments) {
    const earlier = times.map((time) => `${time} = ${time} - $2 * interval '1 hour'`)
    await client.query(`update ${table} set ${earlier.join()} where ${key} = $1`, [paymentId, hours])
  }
  await client.end()
}
