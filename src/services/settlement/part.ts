import { logLine, wordsOf } from "../observability"
import type { Log } from "./deps"

/** A part of the job that fails is logged, and leaves the others alone. */
export async function runPart(deps: { log: Log }, part: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    deps.log.error(logLine("job_failed", { part }, wordsOf(error)))
  }
}
