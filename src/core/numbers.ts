import { randomBytes } from "node:crypto"

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

/** A ULID: 48 bits of `now` and 80 random bits, so that ids sort by time and cannot be guessed. */
export function ulid(now: number, random: (bytes: number) => Buffer = randomBytes): string {
  let time = ""
  for (let rest = now, i = 0; i < 10; i++, rest = Math.floor(rest / 32))
    time = crockford.charAt(rest % 32) + time
  const tail = Array.from(random(16), (byte) => crockford.charAt(byte % 32)).join("")
  return time + tail
}

/**
 * The merchant number of a Medusa or ledger id: its part after the prefix. `payses_` and a ULID have 33 characters,
 * Ksher takes 32 and Gnete 30; the ULID alone has 26 and is as unique.
 */
export function merchantNumber(id: string, longest: number): string {
  const number = id.slice(id.indexOf("_") + 1)
  if (!/^[0-9A-Za-z]+$/.test(number) || number.length > longest)
    throw new RangeError(`"${id}" does not make a merchant number of at most ${longest} letters and digits.`)
  return number
}
