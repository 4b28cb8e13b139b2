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
 * Throws RangeError on anything that is not a plain decimal or does not fit `digits`: what a person types is never rounded.
 */
export function toMinor(major: string, digits: number): number {
  const { units, places } = exact(major)
  if (units % tenTo(Math.max(places - digits, 0)) !== 0n)
    throw new RangeError(`${major} has more decimals than the ${digits} this currency has.`)
  return roundToMinor(major, digits)
}

/**
 * As `toMinor`, to the nearest minor unit, half away from zero. Medusa keeps fractions of a cent (a tax, a share of a coupon) and
 * leaves rounding to whoever charges.
 */
export function roundToMinor(major: string, digits: number): number {
  const { units, places } = exact(major)
  const divisor = tenTo(Math.max(places - digits, 0))
  const size = (units < 0n ? -units : units) * tenTo(Math.max(digits - places, 0))
  const minor = Number((2n * size + divisor) / (2n * divisor))
  if (!Number.isSafeInteger(minor)) throw new RangeError(`${major} is too large.`)
  return units < 0n && minor !== 0 ? -minor : minor
}

/** Every currency has one of these. */
const possibleDigits = [0, 2, 3] as const

/** What an amount in major units is in minor units, for each number of digits that a currency can have and that it fits. */
export function amountsOf(major: string): { digits: number; minor: number }[] {
  return possibleDigits.flatMap((digits) => {
    try {
      return [{ digits, minor: toMinor(major, digits) }]
    } catch {
      return []
    }
  })
}

/** The sum of decimals in major units, exactly. */
export function addMajor(...majors: readonly string[]): string {
  const all = majors.map(exact)
  const places = Math.max(0, ...all.map((one) => one.places))
  const units = all.reduce((sum, one) => sum + one.units * tenTo(places - one.places), 0n)
  return plain(units, places)
}

/** What is left of a decimal in major units when others are taken off, exactly. */
export const lessMajor = (from: string, ...off: readonly string[]): string =>
  addMajor(from, ...off.map((one) => (one.startsWith("-") ? one.slice(1) : `-${one}`)))

/** A decimal without arithmetic on doubles: so many units of 10^-places. */
interface Exact {
  units: bigint
  places: number
}

function exact(major: string): Exact {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(major)
  if (!match) throw new RangeError(`"${major}" is not a plain decimal amount.`)
  const [, sign = "", whole = "", fraction = ""] = match
  return { units: BigInt(`${whole}${fraction}`) * (sign ? -1n : 1n), places: fraction.length }
}

const tenTo = (power: number): bigint => 10n ** BigInt(power)

/** As short as it can be written. */
function plain(units: bigint, places: number): string {
  const figures = String(units < 0n ? -units : units).padStart(places + 1, "0")
  const whole = figures.slice(0, figures.length - places)
  const fraction = figures.slice(figures.length - places).replace(/0+$/, "")
  return `${units < 0n ? "-" : ""}${whole}${fraction && `.${fraction}`}`
}

/** Whole minor units to a plain decimal string in major units: `12050` with 2 digits is `"120.50"`. */
export function toMajor(minor: number | bigint, digits: number): string {
  const sign = minor < 0 ? "-" : ""
  const figures = String(minor)
    .replace("-", "")
    .padStart(digits + 1, "0")
  if (digits === 0) return sign + figures
  return `${sign}${figures.slice(0, -digits)}.${figures.slice(-digits)}`
}

/** A decimal in major units with no fewer decimals than its currency has: `40` with 2 digits is `"40.00"`. */
export function withDecimals(major: string, digits: number): string {
  const [whole = "0", fraction = ""] = major.split(".")
  const figures = fraction.replace(/0+$/, "").padEnd(digits, "0")
  return figures ? `${whole}.${figures}` : whole
}

/** `THB 120.50`, for sentences people read. */
export const formatMoney = (amount: Money, digits: number): string =>
  formatMajor(toMajor(amount.minor, digits), amount.currency)

/** As `formatMoney`, of what is in major units already. */
export const formatMajor = (major: string, currency: string): string => `${currency.toUpperCase()} ${major}`
