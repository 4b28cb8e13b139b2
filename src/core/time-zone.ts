/** Whether this runtime knows the time zone. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== ""
  } catch {
    return false
  }
}

/** A name of the time zone database, for the database too: PostgreSQL reads the sign of an offset the other way round. */
export const isZoneName = (name: string): boolean => /^[A-Za-z]/.test(name) && isTimeZone(name)

/** What calendar and clock of a zone show at a moment: `2026-11-27` and `08:05`. */
export function localTime(moment: Date, timeZone: string): { day: string; time: string } {
  const local = Object.fromEntries(
    formatter(timeZone)
      .formatToParts(moment)
      .map((part) => [part.type, part.value]),
  )
  return { day: `${local.year}-${local.month}-${local.day}`, time: `${local.hour}:${local.minute}` }
}

/** So many days after a day of the calendar: where clocks change, one has 23 or 25 hours. */
export const daysAfter = (day: string, days: number): string => {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() + days)
  return date.toISOString().slice(0, 10)
}

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatter(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone)
  if (known) return known
  const made = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  })
  formatters.set(timeZone, made)
  return made
}
