import type { ReactElement } from "react"
import { renderToStaticMarkup } from "react-dom/server"

import { GatewayPayments, PayButton, PaymentQr, PaymentStatus, type GatewayPayment } from "../../../src/react"

const nothing = async () => undefined
const payment = (change: Partial<GatewayPayment>): GatewayPayment => ({
  sessionId: "payses_1",
  providerId: "pp_ksher",
  step: "pay",
  tried: null,
  state: null,
  action: null,
  expiresAt: null,
  timeLeft: null,
  amount: null,
  currency: null,
  error: null,
  isBusy: false,
  check: nothing,
  open: nothing,
  follow: nothing,
  startAnew: nothing,
  ...change,
})

const drawn = (element: ReactElement): string =>
  renderToStaticMarkup(
    <GatewayPayments backendUrl="https://shop.example" publishableKey="pk_1">
      {element}
    </GatewayPayments>,
  )

describe("money on its way back", () => {
  it("lets a shopper without an order try again, and says to ask the shop first", () => {
    const returned = payment({ step: "returned", tried: "returned" })
    expect(drawn(<PaymentStatus payment={returned} />)).toContain("An earlier payment arrived and could not")
    expect(drawn(<PayButton payment={returned} onStart={nothing} />)).toContain("Try again")
    expect(drawn(<PaymentQr payment={returned} onStart={nothing} />)).toContain("Try again")
  })

  it("is told on an order's page, which asks for nothing", () => {
    const returned = payment({ step: "returned" })
    expect(drawn(<PaymentStatus payment={returned} />)).toContain("Your money is on its way back to you.")
    expect(drawn(<PayButton payment={returned} onStart={nothing} />)).toBe("")
    expect(drawn(<PaymentQr payment={returned} onStart={nothing} />)).toBe("")
  })
})
