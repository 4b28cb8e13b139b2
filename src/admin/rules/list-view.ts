import { gateways, states } from "../api/schema"

/** What the list shows: what it is narrowed to, its order, and the page, from 0. */
export interface ListView {
  q?: string | undefined
  gateway?: string | undefined
  state?: readonly string[] | undefined
  channel?: readonly string[] | undefined
  attention?: string | undefined
  /** ISO times: made from then on, and before then. */
  from?: string | undefined
  to?: string | undefined
  /** Oldest first; else newest first. */
  oldest?: boolean | undefined
  page: number
  /** Where the page begins, as the server handed it out. Without one it is skipped to. */
  cursor?: string | undefined
}

const oneOf = (value: string | null, allowed: readonly string[]): string | undefined =>
  value !== null && allowed.includes(value) ? value : undefined

const some = (values: readonly string[]): readonly string[] | undefined =>
  values.length ? values : undefined

const time = (text: string | null): string | undefined => {
  const date = new Date(text ?? "")
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}

/** An address typed or shared by hand may say anything; what makes no sense is left out. */
export function readView(params: URLSearchParams): ListView {
  const page = Number(params.get("page") ?? "1")
  const isPage = Number.isInteger(page) && page > 0
  return {
    q: params.get("q")?.trim().slice(0, 128) || undefined,
    gateway: oneOf(params.get("gateway"), gateways),
    state: some(params.getAll("state").filter((state) => oneOf(state, states))),
    channel: some(
      params
        .getAll("channel")
        .map((code) => code.trim().slice(0, 64))
        .filter(Boolean)
        .slice(0, 100),
    ),
    attention: oneOf(params.get("attention"), ["true"]),
    from: time(params.get("from")),
    to: time(params.get("to")),
    oldest: params.get("order") === "oldest" || undefined,
    page: isPage ? page - 1 : 0,
    cursor: (isPage && page > 1 && params.get("cursor")?.slice(0, 128)) || undefined,
  }
}

export function asParams({ page, oldest, ...rest }: ListView): URLSearchParams {
  const params = new URLSearchParams()
  const named: [string, string | readonly string[] | undefined][] = Object.entries(rest)
  for (const [name, value] of named) for (const one of [value ?? []].flat()) params.append(name, one)
  if (oldest) params.set("order", "oldest")
  if (page > 0) params.set("page", String(page + 1))
  else params.delete("cursor")
  return params
}

/** What a page's address skips to at most: the server reads what it skips. */
const farthest = 10_000

/** As the list's route takes it. */
export type ListQuery = Record<string, string | number | string[] | undefined>

export const filtersOf = (view: ListView): ListQuery => ({
  q: view.q,
  gateway: view.gateway,
  state: view.state && [...view.state],
  channel: view.channel && [...view.channel],
  attention: view.attention,
  created_from: view.from,
  created_to: view.to,
  order: view.oldest ? "created_at" : undefined,
})

export const pageOf = ({ page, cursor }: ListView, limit: number): ListQuery =>
  cursor ? { limit, cursor } : { limit, offset: Math.min(page * limit, farthest) }

/** How many rows there are at least: the server stops counting, and the pages go on. */
export const rowsAtLeast = (
  { page }: ListView,
  limit: number,
  { count, next_cursor }: { count: number; next_cursor: string | null },
): number => Math.max(count, next_cursor ? (page + 1) * limit + 1 : 0)

/** The last page of a list that is shorter than the address says. */
export const lastPage = (count: number, limit: number): number => Math.max(0, Math.ceil(count / limit) - 1)
