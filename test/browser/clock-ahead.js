// Preloaded into the Medusa of a shop under test (`node --require`): the plugin's clock is ahead of the machine's by so many
// milliseconds. Medusa's own stays.
const path = require("node:path")

const { systemClock } = require(path.resolve(__dirname, "../../.medusa/server/src/services/ledger/clock.js"))
const ahead = Number(process.env.CLOCK_AHEAD_MS)
systemClock.now = () => new Date(Date.now() + ahead)
