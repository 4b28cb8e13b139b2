/** Ksher asks for "general English characters" and names + & / $ % as ones to avoid; its own plugin cuts at 50. */
const longestProductName = 50

/** A product name Ksher takes: what it does not is left out. May come out empty. */
export const cleanProductName = (name: string): string =>
  name
    .normalize("NFKD")
    .replace(/[^A-Za-z0-9 .,_-]/g, " ")
    .replace(/ +/g, " ")
    .trim()
    .slice(0, longestProductName)
    .trim()
