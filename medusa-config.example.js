// What a shop adds to its medusa-config. Every value that is a secret comes from the environment.
const { defineConfig, loadEnv } = require("@medusajs/framework/utils")

// Before anything is read from the environment: the .env files of the shop.
loadEnv(process.env.NODE_ENV || "development", process.cwd())

const ksher = {
  resolve: "medusa-payment-ksher-gnete/providers/ksher",
  id: "th", // Medusa will call it pp_ksher_th
  options: {
    appid: process.env.KSHER_APPID,
    privateKey: process.env.KSHER_PRIVATE_KEY, // the .pem of merchant.ksher.net; \n in one line is fine
    channels: ["truemoney", "airpay", "card", "promptpay"],
    notifyBaseUrl: process.env.BACKEND_URL,
    returnUrl: `${process.env.STOREFRONT_URL}/checkout?session_id={session_id}`,
    failUrl: `${process.env.STOREFRONT_URL}/checkout?session_id={session_id}`,
    shopUrl: process.env.STOREFRONT_URL,
    productName: "Order at our shop",
  },
}

const gnete = {
  resolve: "medusa-payment-ksher-gnete/providers/gnete",
  id: "hk", // pp_gnete_hk
  options: {
    mchNo: process.env.GNETE_MCH_NO,
    appId: process.env.GNETE_APP_ID,
    appSecret: process.env.GNETE_APP_SECRET,
    wayCodes: ["UP_OP"],
    subject: "Order at our shop",
    body: "Order at our shop",
    notifyBaseUrl: process.env.BACKEND_URL,
    returnUrl: `${process.env.STOREFRONT_URL}/checkout?session_id={session_id}`,
  },
}

// Only for trying it out against the sandbox: the simulated gateways have addresses and keys of their own.
if (process.env.KSHER_SANDBOX_URL) {
  ksher.options.gatewayUrl = `${process.env.KSHER_SANDBOX_URL}/gateway`
  ksher.options.apiUrl = `${process.env.KSHER_SANDBOX_URL}/api`
  ksher.options.publicKeys = [process.env.KSHER_SANDBOX_PUBLIC_KEY]
}
if (process.env.GNETE_SANDBOX_URL) gnete.options.baseUrl = process.env.GNETE_SANDBOX_URL

module.exports = defineConfig({
  projectConfig: {
    databaseUrl: process.env.DATABASE_URL,
    http: {
      storeCors: process.env.STORE_CORS ?? "http://localhost:8000",
      adminCors: process.env.ADMIN_CORS ?? "http://localhost:9000",
      authCors: process.env.AUTH_CORS ?? "http://localhost:8000,http://localhost:9000",
      jwtSecret: process.env.JWT_SECRET,
      cookieSecret: process.env.COOKIE_SECRET,
    },
  },
  plugins: [
    {
      resolve: "medusa-payment-ksher-gnete",
      options: {
        storefrontCancel: { enabled: true, withinMinutes: 60 },
        notificationRetentionDays: 90,
      },
    },
  ],
  modules: [
    {
      resolve: "@medusajs/medusa/payment",
      options: { providers: [ksher, gnete] },
    },
  ],
})
