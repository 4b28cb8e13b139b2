const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/** A seeded source of numbers and names (mulberry32), so that a run can be repeated. Not for secrets. */
export class Random {
  private state: number

  constructor(seed: number) {
    this.state = seed >>> 0
  }

  /** 0 ≤ n < limit. */
  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let mixed = this.state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }

  text(length: number, alphabet = alphanumeric): string {
    return Array.from({ length }, () => alphabet.charAt(this.below(alphabet.length))).join("")
  }

  digits(length: number): string {
    return this.text(length, "0123456789")
  }

  hex(length: number): string {
    return this.text(length, "0123456789abcdef")
  }
}
