import fc from "fast-check"

import { amountsOf, channelsNamed, readSearch } from "../../../src/core"

it.each([
  ["somchai@shop.example", { by: "email", email: "somchai@shop.example" }],
  [" somchai@shop.example ", { by: "email", email: "somchai@shop.example" }],
  ["#42", { by: "order", displayId: 42, orAmount: "42" }],
  ["42", { by: "order", displayId: 42, orAmount: "42" }],
  ["350.50", { by: "amount", amount: "350.50" }],
  ["1,200", { by: "amount", amount: "1200" }],
  ["1,200.00", { by: "amount", amount: "1200.00" }],
  ["THB 350", { by: "amount", amount: "350", currency: "thb" }],
  ["350.50 hkd", { by: "amount", amount: "350.50", currency: "hkd" }],
  ["THB350", { by: "amount", amount: "350", currency: "thb" }],
  ["truemoney", { by: "channel", channels: ["truemoney"] }],
  ["True Money", { by: "channel", channels: ["truemoney"] }],
  ["พร้อมเพย์", { by: "channel", channels: ["promptpay"] }],
  ["up_op", { by: "channel", channels: expect.arrayContaining(["UP_OP"]) }],
  // What two currencies claim, and what is no grouping of thousands, is no amount.
  ["THB 350 HKD", { by: "number", number: "THB 350 HKD" }],
  ["12,00", { by: "number", number: "12,00" }],
  ["01M8D2GDE", { by: "number", number: "01M8D2GDE" }],
  // Ten digits are a gateway's number, or how one begins.
  ["9002026112", { by: "number", number: "9002026112" }],
  ["order_01M8", { by: "number", number: "order_01M8" }],
  ["", { by: "number", number: "" }],
])("%j is read as %j", (text, expected) => {
  expect(readSearch(text)).toEqual(expected)
})

it("reads whatever is typed as something", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 128 }), (text) => {
      const search = readSearch(text)
      if (search.by === "number") expect(search.number).toBe(text.trim())
    }),
  )
})

it("a brand's name is every code of the brand", () => {
  expect(channelsNamed("Alipay").sort()).toEqual(["ALI_H5", "ALI_PC", "ALI_QR", "ALI_WAP", "alipay"])
  expect(channelsNamed("alip")).toEqual([])
  expect(channelsNamed("")).toEqual([])
})

it.each([
  [
    "350.50",
    [
      { digits: 2, minor: 35_050 },
      { digits: 3, minor: 350_500 },
    ],
  ],
  [
    "350",
    [
      { digits: 0, minor: 350 },
      { digits: 2, minor: 35_000 },
      { digits: 3, minor: 350_000 },
    ],
  ],
  ["0.0001", []],
  ["999999999999999999", []],
  ["nothing", []],
])("%s is %j in minor units", (major, expected) => {
  expect(amountsOf(major)).toEqual(expected)
})
