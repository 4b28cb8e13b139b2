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

/** Sets the gateway's true money beside Medusa's captures, refunds, collection amounts and transactions. */
export async function compare(world: RunningShop, story: Story, told: Told): Promise<Row> {
  const there = await Promise.all(told.numbers.map((number) => world.sandbox.book(number)))
  const taken = total(there.map((book) => book.taken))
  const returned = total(there.map((book) => book.returned))
  const here = told.orderId ? await medusaBooks(world.shop, told.orderId) : undefined
  const captured = here?.captured ?? 0
  const refunded = here?.refunded ?? 0
  const marks = here?.sessions.map((session) => session.gatewayState) ?? []
  const differ = [
    ...unlike("captures", captured, taken),
    ...unlike("refunds", refunded, returned),
    ...unlike("captured in the collection", here?.collectionCaptured ?? 0, captured),
    ...unlike("refunded in the collection", here?.collectionRefunded ?? 0, refunded),
    ...unlike("transactions", here?.transactions ?? 0, captured - refunded),
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

const total = (minor: number[]): number => minor.reduce((sum, one) => sum + one, 0) / 100
const unlike = (what: string, is: number, should: number): string[] =>
  Math.round(is * 100) === Math.round(should * 100)
    ? []
    : [`${what}: ${is.toFixed(2)}, not ${should.toFixed(2)}`]
const money = (came: number, went: number): string => `${came.toFixed(2)} − ${went.toFixed(2)}`

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
