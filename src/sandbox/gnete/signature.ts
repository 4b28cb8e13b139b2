import { createHash } from "node:crypto"

/**
 * Gnete's sign, as the code of its origin (Jeepay) makes it: a piece `name=value&` for every value that is neither null nor empty, the
 * pieces in case-insensitive order, then `key=` and the secret; MD5 of the UTF-8, in upper-case hex.
 */
export function signFields(fields: Record<string, unknown>, secret: string): string {
  const pieces = Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null && value !== "")
    .map(([name, value]) => `${name}=${String(value)}&`)
    .sort(ignoringCase)
  return createHash("md5")
    .update(`${pieces.join("")}key=${secret}`, "utf8")
    .digest("hex")
    .toUpperCase()
}

/** Java's String.CASE_INSENSITIVE_ORDER: by code units, both folded to upper and then to lower case. */
function ignoringCase(a: string, b: string): number {
  const [x, y] = [folded(a), folded(b)]
  return x < y ? -1 : x > y ? 1 : 0
}

const folded = (text: string) => text.toUpperCase().toLowerCase()
