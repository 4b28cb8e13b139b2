import { lessMajor, roundToMinor, toMajor } from "../src/core/money"
import type { SandboxControl } from "../src/sandbox"
import type { RunningShop } from "./running-shop"
import { medusaBooks } from "./shop"
import type { Story, Told } from "./stories"

export interface Row {
  title: string
  gateway: string
  medusa: string
  mark: string
  seen: string
  agree: boolean
}

/** Whose books are set side by side. */
export type Books = Pick<RunningShop, "shop"> & { sandbox: Pick<SandboxControl, "book"> }

/** Sets the gateway's true money beside Medusa's captures, refunds, collection amounts and transactions. */
export async function compare(world: Books, story: Pick<Story, "title">, told: Told): Promise<Row> {
  const there = await Promise.all(told.numbers.map((number) => world.sandbox.book(number)))
  const taken = total(there.map((book) => book.taken))
  const returned = total(there.map((book) => book.returned))
  const here = told.orderId ? await medusaBooks(world.shop, told.orderId) : undefined
  const captured = String(here?.captured ?? 0)
  const refunded = String(here?.refunded ?? 0)
  const marks = here?.sessions.map((session) => session.gatewayState) ?? []
  const differ = [
    ...unlike("captures", rounded(captured), taken),
    ...unlike("refunds", rounded(refunded), returned),
    ...unlike("captured in the collection", String(here?.collectionCaptured ?? 0), captured),
    ...unlike("refunded in the collection", String(here?.collectionRefunded ?? 0), refunded),
    ...unlike("transactions", String(here?.transactions ?? 0), lessMajor(captured, refunded)),
    ...(told.mark === undefined || marks.includes(told.mark) ? [] : [`no session is marked ${told.mark}`]),
  ]
  return {
    title: story.title,
    gateway: money(taken, returned),
    medusa: money(captured, refunded),
    mark: marks.join(", "),
    seen: differ.length ? differ.join("; ") : told.seen,
    agree: differ.length === 0,
  }
}

/** The currencies of the demo have two decimals. */
const digits = 2

const total = (minor: number[]): string =>
  toMajor(
    minor.reduce((sum, one) => sum + one, 0),
    digits,
  )

/** As the plugin rounds what Medusa asks for: the gateway's books are in whole minor units. */
const rounded = (major: string): string => toMajor(roundToMinor(major, digits), digits)

const unlike = (what: string, is: string, should: string): string[] =>
  Number(lessMajor(is, should)) === 0 ? [] : [`${what}: ${shown(is)}, not ${shown(should)}`]

/** With two decimals at least; a fraction of a cent that Medusa keeps is shown. */
const shown = (major: string): string =>
  (major.split(".")[1] ?? "").length > digits ? major : Number(major).toFixed(digits)

const money = (came: string, went: string): string => `${shown(came)} − ${shown(went)}`

export function print(rows: readonly Row[], say: (line: string) => void): void {
  const cells = rows.map((row) => [
    row.title,
    row.gateway,
    row.medusa,
    row.mark,
    row.agree ? "agree" : "DIFFER",
    row.seen,
  ])
  const head = ["order", "gateway: in − out", "Medusa: in − out", "session", "books", "seen"]
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)),
  )
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")
  for (const row of [head, widths.map((width) => "─".repeat(width)), ...cells]) say(line(row))
}
