import { styleText } from "node:util"

/** `note`: works, but look. `wrong`: does not work; the text says what to do. `skipped`: was not looked at, and why. */
export type Verdict = "ok" | "note" | "wrong" | "skipped"

/** One line of the report. */
export interface Finding {
  /** `pp_ksher_th`, `plugin`, `database`. */
  about: string
  check: string
  verdict: Verdict
  text: string
}

export type Result = Pick<Finding, "verdict" | "text">

export const ok = (text: string): Result => ({ verdict: "ok", text })
export const note = (text: string): Result => ({ verdict: "note", text })
export const wrong = (text: string): Result => ({ verdict: "wrong", text })
export const skipped = (text: string): Result => ({ verdict: "skipped", text })

const colours = { ok: "green", note: "yellow", wrong: "red", skipped: "gray" } as const

export function line({ verdict, about, check, text }: Finding, isColoured: boolean): string {
  const word = verdict.padEnd(8)
  // Whether the terminal takes colours has been asked already.
  const shown = isColoured ? styleText(colours[verdict], word, { validateStream: false }) : word
  return `${shown}${about.padEnd(16)} ${check.padEnd(14)} ${text}`
}
