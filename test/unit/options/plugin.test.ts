import { readPluginOptions } from "../../../src/services/options/plugin"

const report = (given: object) => readPluginOptions({ alerts: { report: given } }).alerts.report

it("reports to the bell where nobody else is named", () => {
  expect(report({ timeZone: "Asia/Bangkok" })).toEqual({
    ...{ time: "08:00", timeZone: "Asia/Bangkok" },
    ...{ channel: "feed", to: "", template: "admin-ui" },
  })
  expect(readPluginOptions({}).alerts.report).toBeUndefined()
})

it("reports by mail with a template of its own", () => {
  const mail = { timeZone: "Asia/Bangkok", channel: "email", to: "shop@shop.example" }
  expect(report(mail)).toMatchObject({ channel: "email", template: "gateway-payments-report" })
  expect(report({ ...mail, template: "mine" })).toMatchObject({ template: "mine" })
})

it.each<[object, RegExp]>([
  [{}, /"alerts.report.timeZone" is missing/],
  [{ timeZone: "+07:00" }, /report.timeZone is a name of the time zone database/],
  [{ timeZone: "Asia/Bangkok", time: "24:00" }, /"alerts.report.time" is not valid: give .*time: "08:00"/],
  [{ timeZone: "Asia/Bangkok", channel: "email" }, /report.to says who gets the report/],
  [
    { timeZone: "Asia/Bangkok", zone: "UTC" },
    /"alerts.report.zone" is not known: the options are time, timeZone/,
  ],
])("%j stops the boot", (given, sentence) => {
  expect(() => report(given)).toThrow(sentence)
})
