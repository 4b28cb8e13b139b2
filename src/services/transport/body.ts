/** No notification of either gateway comes near this. */
export const longestNotification = 64 * 1024

/** A notification's bytes as text, or `undefined` where they are too many or not UTF-8. */
export function readText(body: Buffer): string | undefined {
  if (body.length > longestNotification) return undefined
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body)
  } catch {
    return undefined
  }
}
