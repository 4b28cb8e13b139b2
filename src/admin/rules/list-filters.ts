import type { ListView } from "./list-view"

/** The filters as Medusa's table keeps them: by name, and empty while a person still chooses. */
export type Filtering = Record<string, unknown>

interface Times {
  $gte?: string | undefined
  $lte?: string | undefined
}

export function filteringOf({ gateway, state, channel, attention, from, to }: ListView): Filtering {
  const times = { ...(from ? { $gte: from } : {}), ...(to ? { $lte: lastMomentBefore(to) } : {}) }
  return {
    ...(gateway ? { gateway } : {}),
    ...(state ? { state } : {}),
    ...(channel ? { channel } : {}),
    ...(attention ? { attention } : {}),
    ...(from || to ? { created_at: times } : {}),
  }
}

/** What of the filters narrows the list; whatever is still empty narrows nothing. */
export function viewOf(filtering: Filtering): Partial<ListView> {
  const times = (filtering.created_at ?? {}) as Times
  return {
    gateway: text(filtering.gateway),
    state: texts(filtering.state),
    channel: texts(filtering.channel),
    attention: text(filtering.attention),
    from: times.$gte,
    to: times.$lte && dayAfter(times.$lte),
  }
}

/** Filters that were added and have no value yet. */
export const stillEmpty = (filtering: Filtering): string[] => {
  const narrowing = filteringOf({ ...viewOf(filtering), page: 0 })
  return Object.keys(filtering).filter((name) => !(name in narrowing))
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value ? value : undefined)

const texts = (value: unknown): string[] | undefined =>
  Array.isArray(value) && value.length ? value.filter((one) => typeof one === "string") : undefined

/** A day that was picked is meant with all its hours, where the person is. */
function dayAfter(iso: string): string {
  const day = new Date(iso)
  day.setHours(0, 0, 0, 0)
  day.setDate(day.getDate() + 1)
  return day.toISOString()
}

const lastMomentBefore = (iso: string): string => new Date(new Date(iso).getTime() - 1).toISOString()

/** From the beginning of the day so many days ago, where the person is. */
export function daysAgo(days: number, now: Date): Times {
  return { $gte: new Date(now.getFullYear(), now.getMonth(), now.getDate() - days).toISOString() }
}
