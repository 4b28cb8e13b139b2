import { Container, Heading } from "@medusajs/ui"
import { useParams } from "react-router-dom"

import { useOrderNames, usePayment } from "../../../api/queries"
import type { PaymentDetail } from "../../../api/schema"
import { OrderLink } from "../../../components/order-link"
import { PaymentSection } from "../../../components/payment-section"
import { Standing } from "../../../components/state-badge"
import { Waiting } from "../../../components/waiting"
import { useText } from "../../../text/use-text"

/** One gateway payment by itself: also those that no order shows, because their cart never became one. */
const GatewayPaymentPage = () => {
  const { t } = useText()
  const { id = "" } = useParams()
  const { data: payment, error } = usePayment(id)
  return (
    <Container className="divide-y p-0">
      <div className="px-6 py-4">
        <Heading level="h1" className="break-all">
          {payment?.merchant_order_no ?? t("title")}
        </Heading>
      </div>
      {payment ? (
        <PaymentSection payment={payment} latest={50} level="h2" header={<Header payment={payment} />} />
      ) : (
        <Waiting error={error} lines={8} />
      )}
    </Container>
  )
}

function Header({ payment }: { payment: PaymentDetail }) {
  const { data: names } = useOrderNames(payment.order_id ? [payment.order_id] : [])
  return (
    <div className="flex items-center gap-x-3">
      <Standing payment={payment} />
      <OrderLink orderId={payment.order_id} names={names} />
    </div>
  )
}

/** The dashboard draws breadcrumbs above the page, where its parameters are known from the match only. */
export const handle = {
  breadcrumb: ({ params }: { params: { id?: string } }) => <Breadcrumb id={params.id ?? ""} />,
}

const Breadcrumb = ({ id }: { id: string }) => <>{usePayment(id).data?.merchant_order_no ?? id}</>

export default GatewayPaymentPage
