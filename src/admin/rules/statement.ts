import type { statementDates, statementDelimiters } from "../../core/payouts"

/** The columns of a statement, in the order of the form. The first two are needed. */
export const statementColumns = [
  "day",
  "amount",
  "channel",
  "reference",
  "fee",
  "vat",
  "settlesOn",
  "transferred",
  "transferredOn",
] as const
export type StatementColumn = (typeof statementColumns)[number]

/** How the columns of an account's statements are read, as the server keeps it. */
export interface StatementMapping {
  timeZone: string
  currency: string
  delimiter: (typeof statementDelimiters)[number]
  dateFormat: (typeof statementDates)[number]
  channel: string
  feesAreNegative: boolean
  listsTransferred: boolean
  columns: Partial<Record<StatementColumn, string>>
}

export const firstMapping: StatementMapping = {
  timeZone: "Asia/Hong_Kong",
  currency: "hkd",
  delimiter: ",",
  dateFormat: "YYYY-MM-DD",
  channel: "",
  feesAreNegative: false,
  listsTransferred: false,
  columns: {},
}

/** What the form says about a mapping before the server is asked. */
export type MappingProblem = "day" | "amount" | "currency" | "transferred"

export function problemsOfMapping({
  columns,
  currency,
  listsTransferred,
}: StatementMapping): MappingProblem[] {
  const isMapped = (column: StatementColumn) => Boolean(columns[column]?.trim())
  return [
    ...(isMapped("day") ? [] : ["day" as const]),
    ...(isMapped("amount") ? [] : ["amount" as const]),
    ...(/^[a-z]{3}$/i.test(currency) ? [] : ["currency" as const]),
    // The amount of a transfer is in a column of its own, or every row is one that was transferred.
    ...(isMapped("transferred") === listsTransferred ? ["transferred" as const] : []),
  ]
}

/** A mapping as it is sent: a column without a title is not there. */
export function mappingToSend(mapping: StatementMapping): StatementMapping {
  const titled = Object.entries(mapping.columns).flatMap(([column, title]) =>
    title.trim() ? [[column, title.trim()] as const] : [],
  )
  return {
    ...mapping,
    currency: mapping.currency.toLowerCase(),
    columns: Object.fromEntries(titled),
  }
}

/** Titles to choose from. They are offered and can be typed over: the server alone reads the file. */
export function titlesIn(text: string, delimiter: string): string[] {
  const [first = ""] = text.replace(/^\uFEFF/, "").split(/\r?\n/, 1)
  const titles = first.split(delimiter).map((title) => title.trim().replace(/^"|"$/g, ""))
  return [...new Set(titles.filter(Boolean))]
}
