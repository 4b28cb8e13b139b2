export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const found = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  if (found === undefined) throw new Error("Nothing was measured.")
  return found
}

export const median = (values: readonly number[]): number => percentile(values, 0.5)

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/**
 * Rounds in which every contender has its turn, in an order that is turned around each time: what else the machine does
 * meanwhile, and what the first to run warms up, falls on all of them alike.
 */
export async function rounds<Name extends string>(
  count: number,
  contenders: Record<Name, () => number | Promise<number>>,
  each: (done: number) => void = () => undefined,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(contenders) as Name[]
  const measured = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>
  for (let round = 0; round < count; round++) {
    for (const name of round % 2 ? [...names].reverse() : names) measured[name].push(await contenders[name]())
    each(round + 1)
  }
  return measured
}

/** At most `connections` at once; the time of each in milliseconds. */
export async function latencies<T>(
  items: readonly T[],
  connections: number,
  work: (item: T) => Promise<unknown>,
): Promise<number[]> {
  const queue = [...items]
  const taken: number[] = []
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      const one = item
      taken.push(await timed(() => work(one)))
    }
  }
  await Promise.all(Array.from({ length: connections }, worker))
  return taken
}
