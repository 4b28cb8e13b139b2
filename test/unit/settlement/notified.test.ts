import { attentionCodes, states } from "../../../src/core"
import type { AttentionCode } from "../../../src/core"
import { decideNotified } from "../../../src/services/settlement/notify"
import { aPayment } from "./pictures"

/* Every message, of every payment: what is left of it once the gateway was asked. */

const withMoney = ["paid", "paid_late", "partially_refunded", "refunded"]

const pictures = states.flatMap((state) =>
  [null, ...attentionCodes].flatMap((attentionCode) =>
    (["payment", "refund", "cancel"] as const).flatMap((about) =>
      [0, 6, 7].flatMap((tries) =>
        ["2", "3"].flatMap((said) =>
          ["2", undefined].map((notifiedPaid) => ({
            ...{ payment: aPayment({ state, attentionCode }), about, tries, said, notifiedPaid },
            step: decideNotified(
              { about, state: said, tries },
              aPayment({ state, attentionCode }),
              notifiedPaid,
            ),
          })),
        ),
      ),
    ),
  ),
)

const isOfPaid = ({ about, said, notifiedPaid }: (typeof pictures)[number]): boolean =>
  about === "payment" && (notifiedPaid === undefined || said === notifiedPaid)

it("a message is tried again where it says paid and no query has, and ends everywhere else", () => {
  const known = (code: AttentionCode | null): boolean => code === "amount_mismatch"
  for (const picture of pictures) {
    const { state, attentionCode } = picture.payment
    const isOpen = isOfPaid(picture) && !withMoney.includes(state) && !known(attentionCode)
    expect([state, attentionCode, picture.about, picture.step.do]).toEqual([
      ...[state, attentionCode, picture.about],
      isOpen ? "try_again" : "finish",
    ])
  }
})

it.each([
  ["paid", "finish"],
  ["closed", "try_again"],
  ["unpaid", "try_again"],
])("where the query says %s, of another amount: %s", (said, expected) => {
  const sum = { amount: "1.00", currency: "thb" }
  const payment = aPayment({
    ...{ state: "void", attentionCode: "amount_mismatch" },
    attentionValues: { order: "1", asked: sum, said: sum, state: said },
  })
  expect(decideNotified({ about: "payment", state: "2", tries: 0 }, payment, "2").do).toBe(expected)
})

it("a person is called at once of what is void, and of anything else at the last try", () => {
  for (const { step, payment, tries } of pictures.filter(({ step }) => step.do === "try_again"))
    expect([payment.state, tries, "raise" in step]).toEqual([
      ...[payment.state, tries],
      payment.state === "void" || tries === 7,
    ])
})
