import { csvText } from "../../../src/api/csv"

it.each([
  ["=1+1", "'=1+1"],
  ["+66 2 123", "'+66 2 123"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["-1+1", "'-1+1"],
  ["-cmd", "'-cmd"],
  ["\tx", "'\tx"],
  ["＝1", "'＝1"],
  ["-5.00", "-5.00"],
  ["-30000", "-30000"],
  ["12.50", "12.50"],
  ["-", "'-"],
])(
  "a cell %j is written as %j: a formula is none any more, and a negative amount stays one",
  (cell, written) => {
    expect(
      csvText([[cell]])
        .trimEnd()
        .replace(/^"|"$/g, ""),
    ).toBe(written)
  },
)
