// The demo's shop; BENCH_PLUGIN=off leaves this package out of it, to measure a Medusa against.
const config = require("../../demo/medusa-config.js")

if (process.env.BENCH_PLUGIN === "off") {
  config.plugins = config.plugins.filter((plugin) => plugin.resolve !== "medusa-payment-ksher-gnete")
  const payment = Object.values(config.modules).find(
    (module) => module.resolve === "@medusajs/medusa/payment",
  )
  payment.options = {}
}

// What several instances share.
Object.assign(config.modules, JSON.parse(process.env.SHARED_MODULES ?? "{}"))

module.exports = config
