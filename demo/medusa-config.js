// The demo's shop is configured as the example says, with a few more entries of each gateway so that every way to pay
// and both kinds of completion are in it.
const config = require("../medusa-config.example.js")

const payment = Object.values(config.modules).find((module) => module.resolve === "@medusajs/medusa/payment")
const [ksher, gnete] = payment.options.providers

ksher.options.channels = ["truemoney", "airpay", "alipay", "card", "promptpay"]
gnete.options.wayCodes = ["UP_OP", "WX_QR"]
payment.options.providers.push(
  { ...ksher, id: "first", options: { ...ksher.options, completion: "order_first" } },
  { ...ksher, id: "qr", options: { ...ksher.options, mode: "qr", channels: ["airpay", "promptpay"] } },
  { ...ksher, id: "demand", options: { ...ksher.options, open: "on_demand" } },
  {
    ...ksher,
    id: "page",
    options: { ...ksher.options, checkout: "page", mode: "qr", channels: ["airpay", "promptpay"] },
  },
  {
    ...ksher,
    id: "hold",
    options: {
      ...ksher.options,
      completion: "order_first",
      latePayment: "hold",
      mode: "qr",
      channels: ["promptpay", "airpay"],
      // What PromptPay cannot refund is paid out to an account that the shopper names.
      ...(process.env.PAYOUT_KEY && {
        payouts: { encryptionKey: process.env.PAYOUT_KEY, maxAmount: 1000, release: "by_admin" },
      }),
    },
  },
  { ...gnete, id: "first", options: { ...gnete.options, completion: "order_first" } },
)
// To see what becomes of the payments of an entry that somebody has taken out.
payment.options.providers = payment.options.providers.filter(
  ({ id, resolve }) => !process.env.DEMO_WITHOUT?.split(",").includes(`${resolve.split("/").at(-1)}_${id}`),
)
// Payout books from this month on: the simulated gateways settle as well.
const plugin = config.plugins.find(({ resolve }) => resolve === "medusa-payment-ksher-gnete")
plugin.options.payoutBooks = { since: `${new Date().toISOString().slice(0, 7)}-01` }
// Medusa's login is a cookie for https only, and the demo's admin is opened by http.
config.projectConfig.cookieOptions = { ...config.projectConfig.cookieOptions, secure: false }
config.admin = { ...config.admin, disable: process.env.DEMO_ADMIN !== "true" }

module.exports = config
