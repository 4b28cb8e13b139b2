/**
 * Text that comes back whole in Gnete's notifications. An `&` cuts an echoed value off there and so breaks the
 * signature of a real notification; `+` was lost in some builds; the others are what an unescaped form trips over.
 * Cut at `longest`; may come out empty.
 */
export const cleanText = (text: string, longest: number): string =>
  text
    .replace(/[\p{Cc}\p{Cs}&+%#";]/gu, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, longest)
    .replace(/[\ud800-\udbff]$/, "")
    .trim()

export const longestSubject = 64
export const longestBody = 256
export const longestRefundReason = 64
