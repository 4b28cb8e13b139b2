import "./start-nextjs"
import stopDatabase from "./stop-database"

export default async function stopNextjs() {
  await globalThis.gatewayPaymentsNextjs?.pages.stop()
  await globalThis.gatewayPaymentsNextjs?.shop.stop()
  await stopDatabase()
}
