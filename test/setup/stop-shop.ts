import "./start-shop"
import stopDatabase from "./stop-database"

export default async function stopShop() {
  await globalThis.gatewayPaymentsShop?.stop()
  await stopDatabase()
}
