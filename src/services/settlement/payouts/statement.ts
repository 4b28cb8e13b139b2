import type { Readable } from "node:stream"
import { CsvError, parse } from "csv-parse"
import { z } from "zod"

import { isZoneName, statementDates, statementDelimiters, toMinor } from "../../../core"
import type { StatementLine } from "../../ledger"

const column = z.string().trim().min(1).max(100)

/**
 * How the columns of an account's statements are read. No gateway publishes a form of them: everything is said once, by the names in
 * the first row.
 */
export const statementMapping = z
  .strictObject({
    timeZone: z
      .string()
      .max(64)
      .refine(isZoneName, "is a name of the time zone database")
      .default("Asia/Hong_Kong"),
    currency: z
      .string()
      .toLowerCase()
      .regex(/^[a-z]{3}$/, "is a code of three letters"),
    delimiter: z.enum(statementDelimiters).default(","),
    dateFormat: z.enum(statementDates).default("YYYY-MM-DD"),
    /** The channel of every row, where no column names it. */
    channel: z.string().trim().max(32).regex(/^\w*$/).default(""),
    /** Fees and VAT stand in the file as negative numbers. */
    feesAreNegative: z.boolean().default(false),
    /** The file has no columns about transfers, and lists only money that was transferred. */
    listsTransferred: z.boolean().default(false),
    columns: z.strictObject({
      day: column,
      amount: column,
      channel: column.optional(),
      reference: column.optional(),
      fee: column.optional(),
      vat: column.optional(),
      settlesOn: column.optional(),
      transferred: column.optional(),
      transferredOn: column.optional(),
    }),
  })
  .refine(({ columns, listsTransferred }) => listsTransferred !== (columns.transferred !== undefined), {
    path: ["listsTransferred"],
    message:
      "map the column of the transferred amount, or say that the file lists only what was transferred, one of both",
  })
export type StatementMapping = z.output<typeof statementMapping>

/** What was saved before; another version may have written it. */
export const readMapping = (saved: unknown): StatementMapping | undefined =>
  statementMapping.safeParse(saved).data

/** What is wrong with a row. `line`: of the file, the first being 1. */
export interface StatementProblem {
  line: number
  reason: string
}

/** More is no statement of a shop. */
const mostRows = 50_000
/** More than a person corrects at once. */
const mostProblems = 100

interface Row {
  record: string[]
  info: { lines: number }
}

/** Reads a whole statement: every row of it, or what is wrong with which line. Nothing is taken of a file with a problem. */
export async function readStatement(
  file: Readable,
  mapping: StatementMapping,
  digits: number,
): Promise<{ lines: StatementLine[] } | { problems: StatementProblem[] }> {
  const reader = new StatementReader(mapping, digits)
  const rows = file.pipe(
    parse({
      ...{
        bom: true,
        info: true,
        delimiter: mapping.delimiter,
        relax_column_count: true,
        skip_empty_lines: true,
      },
      ...{ trim: true, max_record_size: 65_536 },
    }),
  )
  file.once("error", (error) => rows.destroy(error))
  try {
    for await (const row of rows as AsyncIterable<Row>) if (!reader.read(row)) break
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const line = typeof error.lines === "number" ? error.lines : 1
    reader.refuse(line, "is not CSV as it should be: look for a quotation mark that is not closed")
  }
  file.destroy()
  return reader.end()
}

type ColumnName = keyof StatementMapping["columns"]

class StatementReader {
  private readonly lines: StatementLine[] = []
  private readonly problems: StatementProblem[] = []
  private readonly seen = new Map<string, number>()
  private places: Map<ColumnName, number> | undefined

  constructor(
    private readonly mapping: StatementMapping,
    private readonly digits: number,
  ) {}

  refuse(line: number, reason: string): void {
    this.problems.push({ line, reason })
  }

  end(): { lines: StatementLine[] } | { problems: StatementProblem[] } {
    if (!this.places && !this.problems.length) this.refuse(1, "the file is empty")
    return this.problems.length ? { problems: this.problems } : { lines: this.lines }
  }

  /** False where the rest is not worth reading. */
  read({ record, info: { lines: line } }: Row): boolean {
    if (!this.places) return this.readHeader(record, line)
    if (this.lines.length >= mostRows) this.refuse(line, `a file has at most ${mostRows} rows: split it`)
    else this.readRow(record, line)
    return this.problems.length < mostProblems && this.lines.length <= mostRows
  }

  private readHeader(header: readonly string[], line: number): boolean {
    this.places = new Map()
    for (const [name, title] of Object.entries(this.mapping.columns) as [ColumnName, string | undefined][]) {
      if (title === undefined) continue
      const found = header.flatMap((cell, at) => (cell === title ? [at] : []))
      if (found.length !== 1) this.refuse(line, `the first row has ${found.length || "no"} column "${title}"`)
      else this.places.set(name, found[0] ?? 0)
    }
    return this.problems.length === 0
  }

  private readRow(record: readonly string[], line: number): void {
    try {
      const read = this.lineOf((name) => record[this.places?.get(name) ?? -1] ?? "")
      const key = JSON.stringify([read.begin, read.channel, read.reference])
      const before = this.seen.get(key)
      if (before !== undefined)
        throw new RangeError(
          `has the day, channel and number of line ${before}: map the column that tells payments apart`,
        )
      this.seen.set(key, line)
      this.lines.push(read)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      this.refuse(line, error.message)
    }
  }

  private lineOf(cell: (name: ColumnName) => string): StatementLine {
    const { channel: fixed, feesAreNegative, currency, listsTransferred } = this.mapping
    const sign = feesAreNegative ? -1 : 1
    const day = this.day(cell, "day")
    if (day === null) throw new RangeError("has no day")
    const amount = this.amount(cell, "amount")
    if (cell("amount") === "") throw new RangeError("has no amount")
    const [fee, vat] = [sign * this.amount(cell, "fee") + 0, sign * this.amount(cell, "vat") + 0]
    return {
      ...{ begin: day, end: day, channel: this.word(cell("channel") || fixed, "channel", 32) },
      reference: this.word(cell("reference"), "reference", 64),
      ...{ amount, fee, vat, currency, digits: this.digits, settlesOn: this.day(cell, "settlesOn") },
      transferred: listsTransferred ? amount - fee - vat : this.amount(cell, "transferred"),
      transferredOn: this.day(cell, "transferredOn"),
    }
  }

  private word(text: string, name: ColumnName, longest: number): string {
    if (text.length <= longest && /^[\x20-\x7e]*$/.test(text)) return text
    throw new RangeError(
      `${this.mapping.columns[name] ?? name} is not a plain word of at most ${longest} characters`,
    )
  }

  private day(cell: (name: ColumnName) => string, name: ColumnName): string | null {
    const text = cell(name)
    if (text === "") return null
    const day = dayOf(text, this.mapping.dateFormat)
    if (day === undefined)
      throw new RangeError(`${this.mapping.columns[name]} is not a day written ${this.mapping.dateFormat}`)
    return day
  }

  private amount(cell: (name: ColumnName) => string, name: ColumnName): number {
    const text = cell(name)
    if (text === "") return 0
    const title = this.mapping.columns[name]
    if (!/^-?(\d{1,3}(,\d{3}){1,3}|\d{1,12})(\.\d{1,4})?$/.test(text))
      throw new RangeError(`${title} is not a plain amount such as 1234.50`)
    try {
      return toMinor(text.replaceAll(",", ""), this.digits)
    } catch {
      throw new RangeError(`${title} has more decimals than the currency`)
    }
  }
}

/** The day that a text names in this form; `undefined` where it names none that the calendar has. */
function dayOf(text: string, format: (typeof statementDates)[number]): string | undefined {
  if (text.length !== format.length) return undefined
  const part = (letter: string) => {
    const at = format.indexOf(letter)
    return text.slice(at, format.lastIndexOf(letter) + 1)
  }
  const separators = Array.from(format).every((letter, at) => /[YMD]/.test(letter) || text[at] === letter)
  const day = `${part("Y")}-${part("M")}-${part("D")}`
  return separators && z.iso.date().safeParse(day).success ? day : undefined
}
