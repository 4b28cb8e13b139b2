// The shop of the tests, with the tables of whatever a suite adds to it: several instances lock in PostgreSQL.
const config = require("./medusa-config.js")

const postgres = { resolve: "@medusajs/medusa/locking-postgres", id: "postgres", is_default: true }
config.modules.locking = { resolve: "@medusajs/medusa/locking", options: { providers: [postgres] } }

module.exports = config
