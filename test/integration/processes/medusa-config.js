// The demo's shop, with what its tests ask for: see process.ts.
const config = require("../../../demo/medusa-config.js")

const payment = Object.values(config.modules).find((module) => module.resolve === "@medusajs/medusa/payment")
for (const { id, resolve, options } of payment.options.providers) {
  // No answer is left out here: none that comes late on a busy machine is given up.
  options.timeoutMs = 60_000
  if (resolve.endsWith("/ksher") && id === "th")
    options.payouts = { encryptionKey: process.env.PAYOUT_KEY, maxAmount: 1000, release: "automatic" }
  // Half a day away, whatever the time: a payment of a moment ago is reversed, not refunded.
  if (resolve.endsWith("/gnete"))
    options.sameDayCancel = { enabled: true, cutoff: process.env.GNETE_CUTOFF, timeZone: "UTC" }
}
Object.assign(config.modules, JSON.parse(process.env.SHARED_MODULES ?? "{}"))

module.exports = config
