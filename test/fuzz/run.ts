import { Random } from "../support/random"
import type { Guide } from "./coverage"
import { mutate } from "./mutate"
import { targets, type Target } from "./targets"

export interface FuzzReport {
  inputs: number
  /** Different ends that inputs came to, by target. */
  ends: Record<string, string[]>
  /** Inputs that were worth mutating further, by target, the first ones among them. */
  kept: Record<string, number>
  slowestMs: number
  slowest: string
}

export class Crash extends Error {
  constructor(
    readonly target: string,
    readonly input: Buffer,
    cause: unknown,
  ) {
    super(`${target}: ${String(cause)} at ${input.toString("base64")}`, { cause })
  }
}

/**
 * Mutates what the gateways really send. An input that comes to an end not seen before, or where a guide watches takes a new
 * way through the code, joins those that are mutated.
 */
export async function fuzzAll(options: {
  inputs: number
  seed: number
  guide?: Guide
  clock?: () => number
  onProgress?: (done: number) => void
}): Promise<FuzzReport> {
  const random = new Random(options.seed)
  const clock = options.clock ?? (() => 0)
  const report: FuzzReport = { inputs: 0, ends: {}, kept: {}, slowestMs: 0, slowest: "" }
  const corpora = targets.map((target) => [...target.seeds])
  const seen = targets.map(() => new Set<string>())
  while (report.inputs < options.inputs) {
    const at = report.inputs % targets.length
    const [target, corpus, ends] = [targets[at], corpora[at], seen[at]]
    if (!target || !corpus || !ends) break
    const input =
      report.inputs < targets.length * target.seeds.length
        ? (corpus[Math.floor(report.inputs / targets.length)] ?? random.pick(corpus))
        : mutate(random.pick(corpus), random.pick(corpus), random)
    options.guide?.start()
    const started = clock()
    const end = await tried(target, input)
    const ms = clock() - started
    if (ms > report.slowestMs) Object.assign(report, { slowestMs: ms, slowest: target.name })
    const isNewWay = options.guide?.isNew() ?? false
    if (isNewWay || !ends.has(end)) corpus.push(input)
    ends.add(end)
    report.inputs += 1
    if (report.inputs % 50_000 === 0) options.onProgress?.(report.inputs)
  }
  targets.forEach(({ name }, at) => {
    report.ends[name] = [...(seen[at] ?? [])].sort()
    report.kept[name] = corpora[at]?.length ?? 0
  })
  return report
}

async function tried(target: Target, input: Buffer): Promise<string> {
  try {
    return await target.run(input)
  } catch (cause) {
    throw new Crash(target.name, input, cause)
  }
}
