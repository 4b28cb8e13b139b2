import { severe } from "../../../scripts/audit"

const report = (vulnerabilities: object) => JSON.stringify({ metadata: { vulnerabilities } })

it.each([
  ["nothing found", report({ info: 0, low: 2, moderate: 1, high: 0, critical: 0 }), 0],
  ["a severe weakness", report({ high: 1, critical: 2 }), 3],
  ["a registry that does not audit", JSON.stringify({ message: "405 Method Not Allowed" }), undefined],
  ["no answer at all", "", undefined],
])("an audit with %s", (_what, answer, expected) => {
  expect(severe(answer)).toBe(expected)
})
