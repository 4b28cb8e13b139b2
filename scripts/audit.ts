import { execFile } from "node:child_process"

/** What `npm audit --json` says of the packages a shop gets with this one. */
interface Report {
  metadata?: { vulnerabilities: Partial<Record<string, number>> }
}

/**
 * Only an answer fails: that the registry cannot be asked says nothing about the packages. Without one, `undefined`.
 */
export function severe(report: string): number | undefined {
  let parsed: Report
  try {
    parsed = JSON.parse(report) as Report
  } catch {
    return undefined
  }
  if (!parsed.metadata) return undefined
  const { high = 0, critical = 0 } = parsed.metadata.vulnerabilities
  return high + critical
}

function main() {
  // Medusa's packages are the shop's, and what only builds and tests this package reaches no shop.
  const args = ["audit", "--omit=dev", "--omit=peer", "--json"]
  execFile("npm", args, { shell: process.platform === "win32" }, (_error, stdout) => {
    const found = severe(stdout)
    if (found === undefined) console.warn("The registry could not be asked: nothing was audited.")
    else if (found === 0) console.log("No severe weakness is known in what this package brings.")
    else {
      console.error(stdout)
      process.exitCode = 1
    }
  })
}

if (require.main === module) main()
