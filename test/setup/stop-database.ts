import "./start-database"

export default async function stopDatabase() {
  await globalThis.gatewayPaymentsDatabase?.stop()
}
