import type { ReactNode } from "react"

import type { PaymentDetail } from "../api/schema"
import { PaymentFacts } from "./facts"
import { AttentionNotice, ChannelNotice, OwedNotice } from "./notices"
import { PaymentActions } from "./payment-actions"
import { sectionOf } from "./section-id"
import { ShopperPayouts } from "./shopper-payout"
import { Timeline } from "./timeline"

interface Props {
  payment: PaymentDetail
  /** Shown above everything else: a heading, or the state alone. */
  header: ReactNode
  latest: number
  /** Of the headings in it: one below the page's. */
  level?: "h2" | "h3"
}

/** One gateway payment, as the order page and its own page show it. */
export function PaymentSection({ payment, header, latest, level }: Props) {
  return (
    <section
      id={sectionOf(payment)}
      // Takes the focus when the control that had it is gone.
      tabIndex={-1}
      className="flex flex-col gap-y-4 px-6 py-4 outline-none"
      aria-label={payment.merchant_order_no}
    >
      {header}
      <AttentionNotice payment={payment} />
      <OwedNotice payment={payment} />
      <ChannelNotice payment={payment} />
      <PaymentFacts payment={payment} />
      <ShopperPayouts payment={payment} level={level} />
      <PaymentActions payment={payment} />
      <Timeline payment={payment} latest={latest} level={level} />
    </section>
  )
}
