import { gateways, states } from "../api/schema"

/** What the list shows: filters as the route names them, and the page, from 0. */
export interface ListView {
  q?: string | undefined
  gateway?: string | undefined
  state?: string | undefined
  attention?: string | undefined
  page: number
}

const oneOf = (value: string | null, allowed: readonly string[]): string | undefined =>
  value !== null && allowed.includes(value) ? value : undefined

/** An address typed or shared by hand may say anything; what makes no sense is left out. */
export function readView(params: URLSearchParams): ListView {
  const page = Number(params.get("page") ?? "1")
  return {
    q: params.get("q")?.trim().slice(0, 128) || undefined,
    gateway: oneOf(params.get("gateway"), gateways),
    state: oneOf(params.get("state"), states),
    attention: oneOf(params.get("attention"), ["true"]),
    page: Number.isInteger(page) && page > 0 ? page - 1 : 0,
  }
}

export function asParams({ page, ...filters }: ListView): URLSearchParams {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(filters)) if (value) params.set(name, value)
  if (page > 0) params.set("page", String(page + 1))
  return params
}

export const isFiltered = ({ q, gateway, state, attention }: ListView): boolean =>
  [q, gateway, state, attention].some((value) => value !== undefined)
