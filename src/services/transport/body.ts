import { hash } from "node:crypto"

/** Bytes. No notification of either gateway comes near this. */
export const longestNotification = 16 * 1024

/** Fields, members and items in one notification. Anybody may send one: what has more is not read at all. */
export const mostFields = 128

/** A notification's bytes as text, or `undefined` where they are too many or not UTF-8. */
export function readText(body: Buffer): string | undefined {
  if (body.length > longestNotification) return undefined
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body)
  } catch {
    return undefined
  }
}

/**
 * A message by what of it is signed, and its signature: what stands around that, and in which form it came, makes no other message
 * of it. Names and texts are kept apart by their lengths, which a gateway's own signed string does not do.
 */
export function digestOf(signed: readonly (readonly [name: string, text: string])[], sign: unknown): string {
  const fields = signed.map(([name, text]) => `${name.length}:${name}${text.length}:${text}`)
  return hash("sha256", `${fields.join("")}=${typeof sign === "string" ? sign.toLowerCase() : ""}`)
}
