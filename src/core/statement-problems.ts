/*
 * What is wrong with a row of an imported statement: a code and its values. Nothing here is a sentence but the English one of
 * `statementSentence`, for the API's answer. The admin has its own words for the same values.
 */

/** `column`: its title in the file, as it was mapped. */
export interface StatementProblemValues {
  empty_file: Record<string, never>
  not_csv: Record<string, never>
  too_many_rows: { most: number }
  column_missing: { column: string }
  column_repeated: { column: string; times: number }
  /** `before`: the line that has the same day, channel and number. */
  row_repeated: { before: number }
  day_missing: { column: string }
  day_invalid: { column: string; format: string }
  amount_missing: { column: string }
  amount_invalid: { column: string }
  /** `most`: decimals of the currency. */
  amount_too_fine: { column: string; most: number }
  word_invalid: { column: string; most: number }
}

export const statementProblemCodes = [
  ...(["empty_file", "not_csv", "too_many_rows"] as const),
  ...(["column_missing", "column_repeated", "row_repeated"] as const),
  ...(["day_missing", "day_invalid"] as const),
  ...(["amount_missing", "amount_invalid", "amount_too_fine", "word_invalid"] as const),
] satisfies (keyof StatementProblemValues)[]
export type StatementProblemCode = (typeof statementProblemCodes)[number]

export type StatementProblem<Code extends StatementProblemCode = StatementProblemCode> = {
  [Each in Code]: { code: Each; values: StatementProblemValues[Each] }
}[Code]

export const statementSentence = <Code extends StatementProblemCode>({
  code,
  values,
}: StatementProblem<Code>): string => sentences[code](values)

const sentences: {
  readonly [Code in StatementProblemCode]: (values: StatementProblemValues[Code]) => string
} = {
  empty_file: () => "The file is empty.",
  not_csv: () => "This is not CSV as it should be: look for a quotation mark that is not closed.",
  too_many_rows: ({ most }) => `A file has at most ${most} rows: split it.`,
  column_missing: ({ column }) => `The first row has no column "${column}".`,
  column_repeated: ({ column, times }) => `The first row has ${times} columns "${column}".`,
  row_repeated: ({ before }) =>
    `The row has the day, channel and number of line ${before}: map the column that tells payments apart.`,
  day_missing: ({ column }) => `There is no day under ${column}.`,
  day_invalid: ({ column, format }) => `What stands under ${column} is not a day written ${format}.`,
  amount_missing: ({ column }) => `There is no amount under ${column}.`,
  amount_invalid: ({ column }) => `What stands under ${column} is not a plain amount such as 1234.50.`,
  amount_too_fine: ({ column, most }) =>
    `The amount under ${column} has more than the ${most} decimals of the currency.`,
  word_invalid: ({ column, most }) =>
    `What stands under ${column} is not a plain word of at most ${most} characters.`,
}
