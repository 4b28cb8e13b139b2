const { default: Sequencer } = require("@jest/test-sequencer")

/** What takes minutes begins first: begun last, it would leave one core without work at the end. */
const longest = [
  "test/integration/crash/",
  "test/simulation/matrix/",
  "test/simulation/schedules/",
  "test/integration/instances/",
  "test/integration/scenarios/amounts",
  "test/integration/scenarios/order-changes",
  "test/integration/scenarios/unknown-outcomes",
  "test/integration/scenarios/reconciliation",
  "test/integration/",
]

class LongestFirst extends Sequencer {
  /** Within a place, as Jest sorts: by how long each took the last time, or by its size. */
  sort(tests) {
    const rank = ({ path }) => {
      const found = longest.findIndex((place) => path.replaceAll("\\", "/").includes(`/${place}`))
      return found < 0 ? longest.length : found
    }
    return [...super.sort(tests)].sort((one, other) => rank(one) - rank(other))
  }
}

module.exports = LongestFirst
