import { stories } from "../../../demo/stories"
import { compare, type Books } from "../../../demo/table"
import { read } from "../docs/pages"

describe("the demo's table", () => {
  it("agrees where the gateway's whole cents are Medusa's amount, rounded half away from zero", async () => {
    for (const [amount, taken] of [
      [375.035, 37504],
      [1.005, 101],
      [88.4, 8840],
    ] as const)
      expect(await row({ amount, taken })).toMatchObject({ agree: true, seen: "as it should be" })
  })

  it("differs by one cent, where a float product would round to the cent below", async () => {
    expect(await row({ amount: 1.005, taken: 100 })).toMatchObject({
      agree: false,
      seen: "captures: 1.01, not 1.00",
    })
  })

  it("rounds what is refunded as one sum, and shows Medusa's own number", async () => {
    const refunds = [100, 120.01, 155.025]
    expect(await row({ amount: 375.035, refunds, taken: 37504, returned: 37504 })).toMatchObject({
      agree: true,
      gateway: "375.04 − 375.04",
      medusa: "375.035 − 375.035",
    })
  })

  it("differs where Medusa's own books are a fraction of a cent apart", async () => {
    expect(await row({ amount: 375.035, taken: 37504, transactions: 375.04 })).toMatchObject({
      agree: false,
      seen: "transactions: 375.04, not 375.035",
    })
  })
})

it.each([
  ["README.md", "twenty orders"],
  ["README.zh-CN.md", "二十个订单"],
])("%s says how many orders the demo plays", (page, words) => {
  // The first of all orders is paid the day before, and told beside these.
  const all = stories.length + 1
  expect([all, read(page).includes(words), read(page).includes(`${all} passed, 0 failed`)]).toEqual([
    20,
    true,
    true,
  ])
})

/** What the table says of one order, of which Medusa and the gateway say this. */
function row(of: {
  amount: number
  taken: number
  refunds?: number[]
  returned?: number
  transactions?: number
}) {
  const { amount, taken, refunds = [], returned = 0 } = of
  const refunded = refunds.length ? amount : 0
  const { transactions = refunds.length ? 0 : amount } = of
  const order = {
    status: "pending",
    payment_status: "captured",
    transactions: [{ amount: transactions }],
    payment_collections: [
      {
        captured_amount: amount,
        refunded_amount: refunded,
        payments: [
          {
            id: "pay",
            data: {},
            captures: [{ amount }],
            refunds: refunds.map((one, at) => ({ id: `ref${at}`, amount: one })),
          },
        ],
        payment_sessions: [],
      },
    ],
  }
  const world = {
    shop: { admin: async () => ({ order }) },
    sandbox: { book: async () => ({ taken, returned }) },
  } as unknown as Books
  return compare(world, { title: "an order" }, { numbers: ["1"], orderId: "order", seen: "as it should be" })
}
