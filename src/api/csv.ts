import { stringify } from "csv-stringify/sync"

/** By this mark Excel reads the file as UTF-8. */
export const byteOrderMark = "\uFEFF"

/** A program for tables would carry out a cell that begins like a formula. A negative amount is none, and is to be added up. */
export const csvText = (lines: readonly string[][]): string =>
  stringify([...lines], {
    record_delimiter: "windows",
    cast: {
      string: (cell) => (isFormula.test(cell) && !isAmount.test(cell) ? `'${cell}` : cell),
    },
  })

const isFormula = /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/
const isAmount = /^-\d{1,15}(\.\d{1,4})?$/
