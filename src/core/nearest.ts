const folded = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, "")

/** The known name that a person most likely meant; undefined where none is near. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  const typed = folded(given)
  if (typed === "" || typed.length > longest) return undefined
  const [best] = known
    .map((name) => ({ name, distance: distance(typed, folded(name)) }))
    .sort((one, other) => one.distance - other.distance)
  return best && best.distance <= Math.min(2, Math.floor(typed.length / 3)) ? best.name : undefined
}

/** No name here is longer: what is may be a key that was pasted in the place of one. */
const longest = 40

/** Letters to add, leave out or replace. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    for (let j = 1; j <= other.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[other.length] ?? 0
}
