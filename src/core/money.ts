/** An amount in whole minor units of a currency. `currency` is lower-case ISO 4217, as Medusa writes it. */
export interface Money {
  readonly minor: number
  readonly currency: string
}

export const money = (minor: number, currency: string): Money => {
  if (!Number.isSafeInteger(minor)) throw new RangeError(`${minor} is not a whole number of minor units.`)
  return { minor, currency: currency.toLowerCase() }
}

export const sameMoney = (a: Money, b: Money): boolean => a.minor === b.minor && a.currency === b.currency

/**
 * A decimal in major units (`"350.5"`, `"-1e3"` is not one) to whole minor units.
 * Throws RangeError on anything that is not a plain decimal or does not fit `digits`: money is never rounded here.
 */
export function toMinor(major: string, digits: number): number {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(major)
  if (!match) throw new RangeError(`"${major}" is not a plain decimal amount.`)
  const [, sign, whole = "", fraction = ""] = match
  const kept = fraction.slice(0, digits).padEnd(digits, "0")
  if (/[1-9]/.test(fraction.slice(digits)))
    throw new RangeError(`${major} has more decimals than the ${digits} this currency has.`)
  const minor = Number(`${sign}${whole}${kept}`)
  if (!Number.isSafeInteger(minor)) throw new RangeError(`${major} is too large.`)
  return minor === 0 ? 0 : minor
}

/** Whole minor units to a plain decimal string in major units: `12050` with 2 digits is `"120.50"`. */
export function toMajor(minor: number, digits: number): string {
  const sign = minor < 0 ? "-" : ""
  const figures = String(Math.abs(minor)).padStart(digits + 1, "0")
  if (digits === 0) return sign + figures
  return `${sign}${figures.slice(0, -digits)}.${figures.slice(-digits)}`
}

/** `THB 120.50`, for sentences people read. */
export const formatMoney = (amount: Money, digits: number): string =>
  `${amount.currency.toUpperCase()} ${toMajor(amount.minor, digits)}`
