import type { ReactElement } from "react"

import { useKit } from "./context"
import { errorOf, sentenceOf } from "./texts"
import type { GatewayPayment } from "./use-gateway-payment"

export interface PaymentStatusProps {
  payment: GatewayPayment
  className?: string
}

/** One sentence about where the payment stands, read aloud when it changes, and what went wrong. */
export function PaymentStatus({ payment, className = "" }: PaymentStatusProps): ReactElement {
  const { texts } = useKit()
  const { step, tried, error } = payment
  return (
    <div className={`gp-status ${className}`} data-step={step}>
      <p role="status">{tried ? texts.tried[tried] : sentenceOf(step, texts)}</p>
      {error && (
        <p role="alert" className="gp-error" data-code={error}>
          {errorOf(error, texts)}
        </p>
      )}
    </div>
  )
}
