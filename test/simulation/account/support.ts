import type { Gateway } from "../../../src/core"
import { createGneteGateway } from "../../../src/services/gnete"
import { createKsherGateway } from "../../../src/services/ksher"
import type { Lane } from "../matrix/lane"
import type { Variant } from "../matrix/variants"

/** The gateway of the same entry as it is once another account of the shop stands in its options. */
export async function anotherAccount(lane: Lane, variant: Variant): Promise<Gateway> {
  const shared = { notifyBaseUrl: "http://127.0.0.1:9", returnUrl: "http://127.0.0.1:9/back" }
  const tools = { now: () => lane.clock.now() }
  if (variant.gateway === "gnete") {
    const merchant = await lane.sandbox.addGneteMerchant()
    return createGneteGateway({ ...merchant, ...shared, wayCodes: ["UP_OP"] }, tools).gateway
  }
  const { appid, privateKey, publicKeys, gatewayUrl, apiUrl } = await lane.sandbox.addKsherMerchant()
  const keys = { appid, privateKey, publicKeys, gatewayUrl, apiUrl }
  const { mode, channels } = variant
  return createKsherGateway({ ...keys, ...shared, mode, channels }, tools).gateway
}
