const path = require("node:path")

const shown = 10

/**
 * Ends every run with the files that took longest, and with the line `N passed, N failed` that .ci/run adds up. Fails a run
 * that skipped a test: a suite that says nothing about what it left out proves less than it seems to.
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

  getLastError() {
    if (this.skipped > 0 && !this.narrowed) return new Error(`${this.skipped} tests were skipped`)
  }
}

module.exports = CountReporter
