"use client"

import { useRef, useState } from "react"
import {
  PayButton,
  PaymentQr,
  PaymentStatus,
  useGatewayPayment,
  type GatewaySession,
} from "medusa-payment-ksher-gnete/react"

import { cancelOrder } from "@lib/data/orders"

/** What became of an order's payment, until the money has gone back where it was cancelled. */
export function OrderPayment({ session, isCanceled }: { session: GatewaySession; isCanceled: boolean }) {
  const payment = useGatewayPayment(session, { isRefundAwaited: isCanceled })
  return (
    <section aria-label="Payment">
      <PaymentStatus payment={payment} />
      {!isCanceled && <PaymentQr payment={payment} />}
      {!isCanceled && payment.step === "pay" && <PayButton payment={payment} onStart={() => undefined} />}
    </section>
  )
}

/** Asks before it cancels: money moves by it. */
export function CancelOrder({ orderId }: { orderId: string }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [error, setError] = useState<string | null>(null)
  const [isBusy, setIsBusy] = useState(false)
  const cancel = async () => {
    dialog.current?.close()
    setIsBusy(true)
    setError(await cancelOrder(orderId))
    setIsBusy(false)
  }
  return (
    <>
      <button type="button" className="plain" disabled={isBusy} onClick={() => dialog.current?.showModal()}>
        Cancel the order
      </button>
      {error && <p role="alert">{error}</p>}
      <dialog ref={dialog} aria-labelledby="question">
        <h2 id="question">Cancel this order?</h2>
        <p>This cannot be undone. What you have paid is returned to you.</p>
        <button type="button" onClick={() => void cancel()}>
          Yes, cancel it
        </button>
        <button type="button" className="plain" autoFocus onClick={() => dialog.current?.close()}>
          Keep the order
        </button>
      </dialog>
    </>
  )
}
