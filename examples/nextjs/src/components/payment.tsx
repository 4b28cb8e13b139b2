"use client"

import { useState } from "react"
import {
  isGatewayProvider,
  PayButton,
  PaymentMethods,
  PaymentQr,
  PaymentStatus,
  useGatewayPayment,
  type GatewaySession,
} from "medusa-payment-ksher-gnete/react"

import { checkPayment, initiatePaymentSession, placeOrder } from "@lib/data/cart"

export interface PaymentProps {
  cartId: string
  session: (GatewaySession & { provider_id: string }) | null
  hasReturned: boolean
}

/** The last step of the checkout: choose, pay, wait, and try again where that is needed. */
export function Payment({ cartId, session, hasReturned }: PaymentProps) {
  const [choice, setChoice] = useState<{ provider_id: string; channel: string } | null>(null)
  const [isChanging, setIsChanging] = useState(false)
  const ours = session && isGatewayProvider(session.provider_id) ? session : null
  // Completing the cart asks the gateway, and makes the order once it is paid.
  const payment = useGatewayPayment(ours, { onPaid: placeOrder, check: checkPayment, hasReturned })
  const start = async () => {
    if (!choice) return setIsChanging(true)
    await initiatePaymentSession({ provider_id: choice.provider_id, data: { channel: choice.channel } })
    setIsChanging(false)
  }
  const isWaiting = payment.step !== "none" && payment.step !== "choose" && !payment.tried
  const showsChoice = !isWaiting || isChanging
  return (
    <section aria-label="Payment">
      {(ours || payment.error) && <PaymentStatus payment={payment} />}
      {showsChoice && (
        <PaymentMethods
          query={{ cart_id: cartId }}
          value={choice}
          onChange={setChoice}
          filter={({ provider_id }) => !provider_id.endsWith("_first") && !provider_id.endsWith("_page")}
        />
      )}
      {!showsChoice && <PaymentQr payment={payment} />}
      {isChanging && isWaiting ? (
        <button
          type="button"
          disabled={!choice || payment.isBusy}
          onClick={() => void payment.startAnew(start)}
        >
          Use this one
        </button>
      ) : (
        <PayButton payment={payment} onStart={start} choice={choice} disabled={showsChoice && !choice} />
      )}
      {payment.step === "pay" && (
        <button type="button" className="plain" onClick={() => setIsChanging(!isChanging)}>
          {isChanging ? "Keep this payment" : "Pay another way"}
        </button>
      )}
    </section>
  )
}
