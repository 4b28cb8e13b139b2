import { useEffect, useRef, type ReactElement, type ReactNode } from "react"

import { useKit } from "./context"
import { hasArrived } from "./step"
import type { GatewayPayment } from "./use-gateway-payment"

export interface PayButtonProps {
  payment: GatewayPayment
  /** Makes a new payment session: Medusa's `initiatePaymentSession`. Not asked for while there is one that can be paid. */
  onStart: () => unknown
  /** What the shopper has chosen; a session that waits is opened with it (`open: "on_demand"`). */
  choice?: { provider_id: string; channel: string } | null
  disabled?: boolean
  className?: string
  /** In place of the kit's own words. */
  children?: ReactNode
}

/** One button for the next thing to do: open, go to the gateway, or try again. None where there is nothing to do. */
export function PayButton(props: PayButtonProps): ReactElement | null {
  const { payment, onStart, choice, disabled = false, className = "", children } = props
  const { texts } = useKit()
  const { step, tried, action, isBusy } = payment
  const isOther = choice && payment.providerId !== null && choice.provider_id !== payment.providerId
  const openAndFollow = async () => {
    if (step === "choose") await payment.open(choice?.channel)
    await payment.follow()
  }
  // One press is enough: the session that it made is opened, and leads on, as soon as it is there.
  const pressedAt = useRef<string | null>(null)
  useEffect(() => {
    if (pressedAt.current === null || pressedAt.current === String(payment.sessionId)) return
    if (step !== "choose" && step !== "pay") return
    pressedAt.current = null
    void openAndFollow()
  })
  const press = async () => {
    if (step === "pay" || (step === "choose" && !isOther)) return openAndFollow()
    return payment.startAnew(async () => {
      pressedAt.current = String(payment.sessionId)
      try {
        await onStart()
      } catch (error) {
        // A session that somebody else makes later leads nowhere by itself.
        pressedAt.current = null
        throw error
      }
    })
  }
  // A code is on the page already, and money that is there is asked for by nobody.
  if ((hasArrived(step) && !tried) || (step === "pay" && action?.type === "qr")) return null
  return (
    <button
      type="button"
      className={`gp-pay ${className}`}
      disabled={disabled || isBusy || step === "loading" || step === "opening"}
      aria-busy={isBusy}
      onClick={() => void press()}
    >
      {children ?? (tried ? texts.again : texts.pay)}
    </button>
  )
}
