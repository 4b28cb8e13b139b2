/**
 * Ends every run with the line `N passed, N failed` that .ci/run adds up, and fails a run that skipped a test:
 * a suite that says nothing about what it left out proves less than it seems to.
 */
class CountReporter {
  constructor(globalConfig) {
    this.narrowed = Boolean(globalConfig.testNamePattern)
  }

  onRunComplete(_contexts, results) {
    const brokenFiles = results.testResults.filter((file) => file.testExecError || file.failureMessage)
    const filesWithoutTests = brokenFiles.filter((file) => file.numFailingTests === 0).length
    this.skipped = results.numPendingTests + results.numTodoTests
    console.log(`${results.numPassedTests} passed, ${results.numFailedTests + filesWithoutTests} failed`)
  }

  getLastError() {
    if (this.skipped > 0 && !this.narrowed) return new Error(`${this.skipped} tests were skipped`)
  }
}

module.exports = CountReporter
