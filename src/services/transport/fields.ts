import { z } from "zod"
import { JsonNumber } from "./json"

/** Both gateways write the same field now as a number, now as a string. */
const written = z.union([z.instanceof(JsonNumber).transform((number) => number.lexeme), z.string()])

/** A whole number of at most 15 digits, so that it is exact as a JavaScript number. */
export const wholeNumber = written.pipe(
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
)

/** As `wholeNumber`, and below zero where more went back than came in. */
export const signedNumber = written.pipe(
  z
    .string()
    .regex(/^-?\d{1,15}$/)
    // `-0` is zero.
    .transform((digits) => Number(digits) + 0),
)

/** Text of bounded length. A number counts as its text. */
export const text = (longest: number) => written.pipe(z.string().max(longest))

/**
 * Whether text can be stored and drawn: no control character, and no half of a character, which PostgreSQL takes in no
 * text and no JSON.
 */
export const isPlainText = (text: string): boolean => !/[\p{Cc}\p{Cs}]/u.test(text)

/** Whether text may be drawn as a code. What scans it, or a page that makes a link of it, may follow it: no script. */
export const isCode = (text: string): boolean =>
  isPlainText(text) && !/^[\s\p{Cf}]*(?:javascript|vbscript|data|blob|file):/iu.test(text)

/** Text that may be missing or empty: both gateways write `""` where a field does not apply. */
export const optionalText = (longest: number) =>
  text(longest)
    .optional()
    .transform((value) => (value === "" ? undefined : value))

/** An order, refund or account number: printable, without spaces, 1 to 64 characters. */
export const reference = written.pipe(z.string().regex(/^[\x21-\x7e]{1,64}$/))

/** A reference that may be missing or empty. */
export const optionalReference = written
  .pipe(z.string().regex(/^[\x21-\x7e]{0,64}$/))
  .optional()
  .transform((value) => (value === "" ? undefined : value))

/** ISO 4217 as the gateways write it, to lower case as the core writes it. */
export const currencyCode = z
  .string()
  .regex(/^[A-Z]{3}$/)
  .transform((code) => code.toLowerCase())

/** A code of the gateway, fit for a log line: anything but a short plain word becomes `unlisted`. */
export const plainCode = (code: string | undefined): string =>
  code !== undefined && /^-?[\w.]{1,64}$/.test(code) ? code : "unlisted"
