import {
  firstMapping,
  mappingToSend,
  problemsOfMapping,
  titlesIn,
  type StatementMapping,
} from "../../../src/admin/rules/statement"
import { statementMapping } from "../../../src/services/settlement/payouts/statement"

const whole: StatementMapping = {
  ...firstMapping,
  listsTransferred: true,
  columns: { day: "Date", amount: "Amount" },
}

describe("how a person says what the columns of a statement mean", () => {
  it.each<[string, Partial<StatementMapping>, string[]]>([
    ["nothing is missing", {}, []],
    ["no day", { columns: { amount: "Amount" } }, ["day"]],
    ["a title of spaces", { columns: { day: " ", amount: "Amount" } }, ["day"]],
    ["no currency", { currency: "" }, ["currency"]],
    ["a currency in capitals", { currency: "HKD" }, []],
    ["neither a column of transfers nor a list of them", { listsTransferred: false }, ["transferred"]],
    ["both", { columns: { ...whole.columns, transferred: "Transfer" } }, ["transferred"]],
    [
      "a column of transfers",
      { listsTransferred: false, columns: { ...whole.columns, transferred: "Transfer" } },
      [],
    ],
  ])("%s: the form and the server say the same", (_, part, problems) => {
    const mapping = { ...whole, ...part }
    expect(problemsOfMapping(mapping)).toEqual(problems)
    expect(statementMapping.safeParse(mappingToSend(mapping)).success).toBe(problems.length === 0)
  })

  it("a column without a title is not sent", () => {
    const columns = { day: " Date ", amount: "Amount", fee: "" }
    expect(mappingToSend({ ...whole, currency: "HKD", columns })).toMatchObject({
      currency: "hkd",
      columns: { day: "Date", amount: "Amount" },
    })
    expect(mappingToSend({ ...whole, columns }).columns).not.toHaveProperty("fee")
  })

  it.each([
    ["Date,Amount,Fee\n1,2,3", ",", ["Date", "Amount", "Fee"]],
    ['\uFEFF"Date";"Amount"\r\n', ";", ["Date", "Amount"]],
    ["Date\tDate\t\n", "\t", ["Date"]],
    ["", ",", []],
  ])("the titles of %j are offered", (text, delimiter, titles) => {
    expect(titlesIn(text, delimiter)).toEqual(titles)
  })
})
