import fc from "fast-check"

import { alertText, alertsDue, attentionCodes, languages } from "../../../src/core"
import type { Alert, AlertKind, Told, UnderAttention } from "../../../src/core"

const now = new Date("2026-11-27T12:00:00Z")
const ago = (hours: number) => new Date(now.getTime() - hours * 3_600_000)
const one: UnderAttention = {
  code: "refund_refused",
  providerId: "pp_ksher_th",
  gateway: "ksher",
  payments: 3,
}
const told = (patch: Partial<Told> = {}): Told => ({ ...one, toldAt: ago(0.5), heldUntil: null, ...patch })
const kinds = (standing: UnderAttention[], before: Told[]) =>
  alertsDue(standing, before, now).map(({ kind }) => kind)

it.each<[string, UnderAttention[], Told[], AlertKind[]]>([
  ["what nobody has heard of", [one], [], ["stands"]],
  ["what was begun and never told", [one], [told({ toldAt: null, heldUntil: ago(0.1) })], ["stands"]],
  ["what was told a moment ago", [one], [told()], []],
  ["fewer payments than were told", [{ ...one, payments: 1 }], [told({ toldAt: ago(5) })], []],
  ["more payments within the hour", [{ ...one, payments: 20 }], [told({ toldAt: ago(0.9) })], []],
  ["more payments after an hour", [{ ...one, payments: 20 }], [told({ toldAt: ago(1) })], ["grew"]],
  ["the same for a day", [one], [told({ toldAt: ago(24) })], ["still"]],
  ["what is gone", [], [told()], ["gone"]],
  ["what is gone and was never told", [], [told({ toldAt: null })], []],
  [
    "what another process tells just now",
    [one],
    [told({ toldAt: null, heldUntil: new Date(now.getTime() + 1) })],
    [],
  ],
  ["another entry's, beside it", [one, { ...one, providerId: "pp_ksher_my" }], [told()], ["stands"]],
  ["another reason, beside it", [one, { ...one, code: "no_order" }], [told()], ["stands"]],
])("%s", (_, standing, before, expected) => {
  expect(kinds(standing, before)).toEqual(expected)
})

it("tells of each reason and entry once at most, and nothing again right after it was told", () => {
  const standing = fc.record({
    code: fc.constantFrom("refund_refused" as const, "no_order" as const),
    providerId: fc.constantFrom("pp_ksher_th", "pp_ksher_my"),
    gateway: fc.constant("ksher" as const),
    payments: fc.integer({ min: 1, max: 30 }),
  })
  const key = ({ code, providerId }: UnderAttention) => `${code} ${providerId}`
  const unique = <T extends UnderAttention>(item: fc.Arbitrary<T>) => fc.uniqueArray(item, { selector: key })
  const before = fc
    .tuple(standing, fc.option(fc.integer({ min: 0, max: 60 })), fc.option(fc.integer({ min: -5, max: 5 })))
    .map(([item, hours, held]): Told => ({
      ...item,
      toldAt: hours === null ? null : ago(hours),
      heldUntil: held === null ? null : ago(-held),
    }))
  fc.assert(
    fc.property(unique(standing), unique(before), (items, known) => {
      const due = alertsDue(items, known, now)
      expect(new Set(due.map(key)).size).toBe(due.length)
      const heard = [
        ...known.filter((other) => !due.some((alert) => key(alert) === key(other))),
        ...due.flatMap((alert): Told[] =>
          alert.kind === "gone" ? [] : [{ ...alert, toldAt: now, heldUntil: null }],
        ),
      ]
      expect(alertsDue(items, heard, now)).toEqual([])
    }),
  )
})

it.each(languages)("says every reason and every kind in %s, and leaves nothing unfilled", (language) => {
  for (const code of attentionCodes)
    for (const kind of ["stands", "grew", "still", "gone"] as const) {
      const alert: Alert = { ...one, code, kind }
      const { title, description } = alertText(alert, language)
      expect(title).toContain("Ksher")
      expect(description).toContain("pp_ksher_th")
      expect(`${title} ${description}`).not.toMatch(/[{}]|undefined/)
    }
})
