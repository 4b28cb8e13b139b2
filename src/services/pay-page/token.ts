import { createHash, randomBytes, timingSafeEqual } from "node:crypto"

/** 192 bits: nobody finds one by trying. */
const bytes = 24

/** A new token, as it stands in a link. */
export const newToken = (random: (bytes: number) => Buffer = randomBytes): string =>
  random(bytes).toString("base64url")

/** What was never handed out is not looked up. */
export const isToken = (text: string): boolean => /^[\w-]{32}$/.test(text)

/** What is kept of a token: whoever reads the database cannot pay, and shows nobody else's page. */
export const hashOf = (token: string): string => createHash("sha256").update(token).digest("hex")

/** What a page's own forms carry: only who was shown the page, with the token in its cookie, knows it. */
export const proofOf = (token: string): string =>
  createHash("sha256").update(`form:${token}`).digest("base64url")

export function isProof(proof: unknown, token: string): boolean {
  if (typeof proof !== "string") return false
  const [given, due] = [Buffer.from(proof), Buffer.from(proofOf(token))]
  return given.length === due.length && timingSafeEqual(given, due)
}
