import type { Readable } from "node:stream"
import { CsvError, parse } from "csv-parse"
import { z } from "zod"

import { isZoneName, statementDates, statementDelimiters, toMinor } from "../../../core"
import type { StatementProblem, StatementProblemCode } from "../../../core"
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
export type RefusedRow = { line: number } & StatementProblem

/** A cell, or its row, is not as it should be. */
class RowProblem extends Error {
  constructor(readonly problem: StatementProblem) {
    super(problem.code)
  }
}

const wrong = <Code extends StatementProblemCode>(
  code: Code,
  values: StatementProblem<Code>["values"],
): RowProblem => new RowProblem({ code, values } as StatementProblem)

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
): Promise<{ lines: StatementLine[] } | { problems: RefusedRow[] }> {
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
    reader.refuse(line, { code: "not_csv", values: {} })
  }
  file.destroy()
  return reader.end()
}

type ColumnName = keyof StatementMapping["columns"]

class StatementReader {
  private readonly lines: StatementLine[] = []
  private readonly problems: RefusedRow[] = []
  private readonly seen = new Map<string, number>()
  private places: Map<ColumnName, number> | undefined

  constructor(
    private readonly mapping: StatementMapping,
    private readonly digits: number,
  ) {}

  refuse(line: number, problem: StatementProblem): void {
    this.problems.push({ line, ...problem })
  }

  end(): { lines: StatementLine[] } | { problems: RefusedRow[] } {
    if (!this.places && !this.problems.length) this.refuse(1, { code: "empty_file", values: {} })
    return this.problems.length ? { problems: this.problems } : { lines: this.lines }
  }

  /** False where the rest is not worth reading. */
  read({ record, info: { lines: line } }: Row): boolean {
    if (!this.places) return this.readHeader(record, line)
    if (this.lines.length >= mostRows)
      this.refuse(line, { code: "too_many_rows", values: { most: mostRows } })
    else this.readRow(record, line)
    return this.problems.length < mostProblems && this.lines.length <= mostRows
  }

  private readHeader(header: readonly string[], line: number): boolean {
    this.places = new Map()
    for (const [name, title] of Object.entries(this.mapping.columns) as [ColumnName, string | undefined][]) {
      if (title === undefined) continue
      const found = header.flatMap((cell, at) => (cell === title ? [at] : []))
      if (!found.length) this.refuse(line, { code: "column_missing", values: { column: title } })
      else if (found.length > 1)
        this.refuse(line, { code: "column_repeated", values: { column: title, times: found.length } })
      else this.places.set(name, found[0] ?? 0)
    }
    return this.problems.length === 0
  }

  private readRow(record: readonly string[], line: number): void {
    try {
      const read = this.lineOf((name) => record[this.places?.get(name) ?? -1] ?? "")
      const key = JSON.stringify([read.begin, read.channel, read.reference])
      const before = this.seen.get(key)
      if (before !== undefined) throw wrong("row_repeated", { before })
      this.seen.set(key, line)
      this.lines.push(read)
    } catch (error) {
      if (!(error instanceof RowProblem)) throw error
      this.refuse(line, error.problem)
    }
  }

  private lineOf(cell: (name: ColumnName) => string): StatementLine {
    const { channel: fixed, feesAreNegative, currency, listsTransferred } = this.mapping
    const sign = feesAreNegative ? -1 : 1
    const day = this.day(cell, "day")
    if (day === null) throw wrong("day_missing", { column: this.title("day") })
    const amount = this.amount(cell, "amount")
    if (cell("amount") === "") throw wrong("amount_missing", { column: this.title("amount") })
    const [fee, vat] = [sign * this.amount(cell, "fee") + 0, sign * this.amount(cell, "vat") + 0]
    return {
      ...{ begin: day, end: day, channel: this.word(cell("channel") || fixed, "channel", 32) },
      reference: this.word(cell("reference"), "reference", 64),
      ...{ amount, fee, vat, currency, digits: this.digits, settlesOn: this.day(cell, "settlesOn") },
      transferred: listsTransferred ? amount - fee - vat : this.amount(cell, "transferred"),
      transferredOn: this.day(cell, "transferredOn"),
    }
  }

  private title(name: ColumnName): string {
    return this.mapping.columns[name] ?? name
  }

  private word(text: string, name: ColumnName, longest: number): string {
    if (text.length <= longest && /^[\x20-\x7e]*$/.test(text)) return text
    throw wrong("word_invalid", { column: this.title(name), most: longest })
  }

  private day(cell: (name: ColumnName) => string, name: ColumnName): string | null {
    const text = cell(name)
    if (text === "") return null
    const day = dayOf(text, this.mapping.dateFormat)
    const format = this.mapping.dateFormat
    if (day === undefined) throw wrong("day_invalid", { column: this.title(name), format })
    return day
  }

  private amount(cell: (name: ColumnName) => string, name: ColumnName): number {
    const text = cell(name)
    if (text === "") return 0
    const column = this.title(name)
    if (!/^-?(\d{1,3}(,\d{3}){1,3}|\d{1,12})(\.\d{1,4})?$/.test(text))
      throw wrong("amount_invalid", { column })
    try {
      return toMinor(text.replaceAll(",", ""), this.digits)
    } catch {
      throw wrong("amount_too_fine", { column, most: this.digits })
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
