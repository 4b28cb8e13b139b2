import type { ReactElement, ReactNode } from "react"

import { useKit } from "./context"
import { hasArrived } from "./step"
import type { GatewayPayment } from "./use-gateway-payment"

export interface PayButtonProps {
  payment: GatewayPayment
  /** Makes a new payment session: Medusa's `initiatePaymentSession`. Not asked for while there is one that can be paid. */
  onStart: () => unknown
  /** For a session that waits for the choice (`open: "on_demand"`). */
  channel?: string
  disabled?: boolean
  className?: string
  /** In place of the kit's own words. */
  children?: ReactNode
}

/** One button for the next thing to do: open, go to the gateway, or try again. None where there is nothing to do. */
export function PayButton(props: PayButtonProps): ReactElement | null {
  const { payment, onStart, channel, disabled = false, className = "", children } = props
  const { texts } = useKit()
  const { step, action, isBusy } = payment
  // A code is on the page already, and money that is there is asked for by nobody.
  if (hasArrived(step) || (step === "pay" && action?.type === "qr")) return null
  const press = async () => {
    if (step === "pay") return payment.follow()
    if (step !== "choose") return payment.startAnew(onStart)
    await payment.open(channel)
    await payment.follow()
  }
  return (
    <button
      type="button"
      className={`gp-pay ${className}`}
      disabled={disabled || isBusy || step === "loading" || step === "opening"}
      aria-busy={isBusy}
      onClick={() => void press()}
    >
      {children ?? (step === "failed" || step === "expired" ? texts.again : texts.pay)}
    </button>
  )
}
