import { defineWidgetConfig } from "@medusajs/admin-sdk"
import { Container, Heading } from "@medusajs/ui"
import { Link } from "react-router-dom"

import { usePayLinks, usePaymentsOfOrder } from "../api/queries"
import { PaymentLink } from "../components/payment-link"
import { PaymentSection } from "../components/payment-section"
import { Standing } from "../components/state-badge"
import { Waiting } from "../components/waiting"
import { useText } from "../text/use-text"

const latest = 3

/** The gateway's side of an order, beside Medusa's own payment section. Orders paid otherwise do not show it, once there is nothing to pay. */
const OrderGatewayPayments = ({ data: order }: { data: { id: string } }) => {
  const { t } = useText()
  const { data: payments, error } = usePaymentsOfOrder(order.id)
  const { data: links } = usePayLinks(order.id)
  if (!payments?.length && !links?.payable && !error) return null
  return (
    <Container className="divide-y p-0">
      <div className="px-6 py-4">
        <Heading level="h2">{t("title")}</Heading>
      </div>
      {links?.payable && <PaymentLink orderId={order.id} payable={links.payable} links={links} />}
      {error && <Waiting error={error} lines={3} />}
      {payments?.map((payment) => (
        <PaymentSection
          key={payment.id}
          payment={payment}
          latest={latest}
          header={
            <div className="flex items-center justify-between gap-x-2">
              <Standing payment={payment} />
              <Link
                to={`/gateway-payments/${payment.id}`}
                className="txt-compact-small text-ui-fg-base hover:text-ui-fg-subtle"
                style={{ textDecoration: "underline" }}
                aria-label={t("open_payment", { number: payment.merchant_order_no })}
              >
                {t("details")}
              </Link>
            </div>
          }
        />
      ))}
    </Container>
  )
}

export const config = defineWidgetConfig({
  id: "gateway-payments:order",
  zone: "order.details.side.after",
})

export default OrderGatewayPayments
