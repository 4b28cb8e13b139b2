const fs = require("node:fs")
const path = require("node:path")
const { stripVTControlCharacters } = require("node:util")

const shown = 10
/** Lines of what a failed test says, enough to see what was wrong without the rest of the log. */
const linesOfFailure = 25

/**
 * Ends every run with the files that took longest, and with the line `N passed, N failed` that .ci/run adds up. Fails a run
 * that skipped a test: a suite that says nothing about what it left out proves less than it seems to. What failed also goes
 * into the file that FAILED_TESTS names: .ci/run repeats it at its very end, where a shortened log still shows it.
 */
class CountReporter {
  constructor(globalConfig) {
    this.narrowed = Boolean(globalConfig.testNamePattern)
    this.root = globalConfig.rootDir
  }

  onRunComplete(_contexts, results) {
    const brokenFiles = results.testResults.filter((file) => file.testExecError || file.failureMessage)
    const filesWithoutTests = brokenFiles.filter((file) => file.numFailingTests === 0).length
    this.skipped = results.numPendingTests + results.numTodoTests
    console.log(this.slowest(results.testResults).join("\n"))
    if (process.env.FAILED_TESTS) fs.appendFileSync(process.env.FAILED_TESTS, this.failures(brokenFiles))
    console.log(`${results.numPassedTests} passed, ${results.numFailedTests + filesWithoutTests} failed`)
  }

  /** A file that is broken before its first test took no time that is known. */
  slowest(files) {
    const timed = files.filter((file) => file.perfStats.runtime > 0)
    const longest = timed.sort((a, b) => b.perfStats.runtime - a.perfStats.runtime).slice(0, shown)
    const line = (file) =>
      `${(file.perfStats.runtime / 1000).toFixed(1).padStart(8)} s  ${path.relative(this.root, file.testFilePath)}`
    return longest.length > 1 ? ["Slowest files:", ...longest.map(line), ""] : []
  }

  failures(files) {
    const blocks = files.flatMap((file) => {
      const failed = file.testResults.filter(({ status }) => status === "failed")
      const said = failed.length
        ? failed.map(({ fullName, failureMessages }) => [fullName, failureMessages.join("\n")])
        : [["before its first test", file.failureMessage ?? ""]]
      return said.map(([name, message]) => [
        `failed: ${path.relative(this.root, file.testFilePath)}: ${name}`,
        message,
      ])
    })
    const block = ([title, message]) =>
      [title, ...stripVTControlCharacters(message).split("\n").slice(0, linesOfFailure)].join("\n    ")
    return blocks.map((one) => `${block(one)}\n`).join("")
  }

  getLastError() {
    if (this.skipped > 0 && !this.narrowed) return new Error(`${this.skipped} tests were skipped`)
  }
}

module.exports = CountReporter
