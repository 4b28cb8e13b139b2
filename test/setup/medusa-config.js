// The shop of the tests in a real Medusa, and of the database they copy: the built plugin, as a shop has it.
const path = require("node:path")
const { defineConfig } = require("@medusajs/framework/utils")

const { DATABASE_URL_OF_SHOP, PLUGIN_OPTIONS = "{}", GATEWAY_PROVIDERS = "[]" } = process.env
const built = path.resolve(__dirname, "../../.medusa/server/src")

module.exports = defineConfig({
  projectConfig: {
    databaseUrl: DATABASE_URL_OF_SHOP,
    http: {
      storeCors: "http://localhost:8000",
      adminCors: "http://localhost:9000",
      authCors: "http://localhost:8000,http://localhost:9000",
      jwtSecret: "only-for-tests",
      cookieSecret: "only-for-tests",
    },
  },
  admin: { disable: true },
  plugins: [{ resolve: "medusa-payment-ksher-gnete", options: JSON.parse(PLUGIN_OPTIONS) }],
  modules: [
    {
      resolve: "@medusajs/medusa/payment",
      options: {
        providers: JSON.parse(GATEWAY_PROVIDERS).map(({ gateway, id, options }) => ({
          resolve: path.join(built, "providers", gateway),
          id,
          options,
        })),
      },
    },
  ],
})
