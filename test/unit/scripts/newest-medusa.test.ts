import { newestOf } from "../../../scripts/newest-medusa"
import { read } from "../docs/pages"

it("the newest Medusa is the one that was published last, whatever its name", () => {
  const times = {
    created: "2020-01-01T00:00:00.000Z",
    modified: "2027-01-01T00:00:00.000Z",
    "2.21.2": "2026-11-01T00:00:00.000Z",
    "2.22.0-snapshot-20261120": "2026-11-20T00:00:00.000Z",
    "2.20.9": "2026-11-10T00:00:00.000Z",
  }
  expect(newestOf(times)).toBe("2.22.0-snapshot-20261120")
})

it("a registry without any says so", () => {
  expect(() => newestOf({ created: "2020-01-01T00:00:00.000Z" })).toThrow("no version")
})

it("a scheduled run tries it, says how that went, and holds nothing up", () => {
  const job =
    read(".github/workflows/ci.yml")
      .split("\n  newest-medusa:\n")[1]
      ?.split(/\n {2}\w/)[0] ?? ""
  expect(job).toContain("continue-on-error: true")
  expect(job).toContain("scripts/newest-medusa.ts")
  expect(job).toContain("GITHUB_STEP_SUMMARY")
  expect(job).toContain("if: github.event_name == 'schedule'")
})
