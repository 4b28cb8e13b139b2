/**
 * Text that comes back whole in Gnete's notifications: an `&` ends an echoed value there, and so breaks the signature of a
 * real notification. Every other character comes back as it was sent. Cut at `longest`; may come out empty.
 */
export const cleanText = (text: string, longest: number): string =>
  text
    .replace(/[\p{Cc}\p{Cs}&]/gu, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, longest)
    .replace(/[\ud800-\udbff]$/, "")
    .trim()

export const longestSubject = 64
export const longestBody = 256
export const longestRefundReason = 64
