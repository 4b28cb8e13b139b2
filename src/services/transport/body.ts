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
