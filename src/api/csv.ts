import { stringify } from "csv-stringify/sync"

/** By this mark Excel reads the file as UTF-8. */
export const byteOrderMark = "\uFEFF"

/** A program for tables would carry out a cell that begins like a formula. */
export const csvText = (lines: readonly string[][]): string =>
  stringify([...lines], { record_delimiter: "windows", escape_formulas: true })
