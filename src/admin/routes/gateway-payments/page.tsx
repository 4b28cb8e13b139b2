import { defineRouteConfig } from "@medusajs/admin-sdk"
import { Container, Text } from "@medusajs/ui"
import { useEffect } from "react"
import { Link, useSearchParams } from "react-router-dom"

import { useOrderNames, usePayments, useProviders } from "../../api/queries"
import { MenuIcon } from "../../components/menu-icon"
import { PaymentTable } from "../../components/payment-table"
import { ReconcilePanel } from "../../components/reconcile-panel"
import { TotalsPanel } from "../../components/totals-panel"
import { Waiting } from "../../components/waiting"
import { asParams, filtersOf, lastPage, pageOf, readView, type ListView } from "../../rules/list-view"
import { useText } from "../../text/use-text"

const pageSize = 20

const GatewayPaymentsPage = () => (
  <div className="flex flex-col gap-y-3">
    <TotalsPanel />
    <PaymentList />
    <ReconcilePanel />
    <Elsewhere />
  </div>
)

/** What is searched, filtered and paged stands in the address: it can be shared, and the way back leads here. */
function PaymentList() {
  const [params, setParams] = useSearchParams()
  const view = readView(params)
  const { data, error } = usePayments({ ...filtersOf(view), ...pageOf(view, pageSize) })
  const { data: names } = useOrderNames(orderIds(data?.gateway_payments ?? []))
  const { data: providers } = useProviders()
  const show = (next: ListView) => setParams(asParams(next))

  // An address may name a page that a shorter list does not have.
  const beyond = data && view.page > 0 && !view.cursor && data.gateway_payments.length === 0
  const last = beyond ? lastPage(data.count, pageSize) : view.page
  useEffect(() => {
    if (last < view.page) setParams(asParams({ ...view, page: last }), { replace: true })
  }, [last, view.page])

  const channels = [...new Set(providers?.flatMap((provider) => provider.channels) ?? [])].sort()
  return (
    <Container className="divide-y p-0">
      {error && !data ? (
        <Waiting error={error} lines={pageSize / 2} />
      ) : (
        <PaymentTable
          list={data}
          names={names}
          channels={channels}
          pageSize={pageSize}
          view={view}
          onChange={show}
        />
      )}
    </Container>
  )
}

/** What the list does not show: how each gateway is configured, which stands among Medusa's settings, and its payouts. */
const elsewhere = [
  { to: "/settings/gateway-payments", text: "provider.to_settings" },
  { to: "/gateway-payments/payouts", text: "payouts.to" },
] as const

function Elsewhere() {
  const { t } = useText()
  return (
    <Container className="px-6 py-4">
      {elsewhere.map(({ to, text }) => (
        <Text key={to} size="small">
          <Link
            to={to}
            className="text-ui-fg-base hover:text-ui-fg-subtle"
            style={{ textDecoration: "underline" }}
          >
            {t(text)}
          </Link>
        </Text>
      ))}
    </Container>
  )
}

const orderIds = (payments: readonly { order_id: string | null }[]): string[] => [
  ...new Set(payments.flatMap((payment) => payment.order_id ?? [])),
]

export const config = defineRouteConfig({
  label: "menu",
  icon: MenuIcon,
  translationNs: "gatewayPayments",
})

export const handle = { breadcrumb: () => <Breadcrumb /> }

const Breadcrumb = () => <>{useText().t("title")}</>

export default GatewayPaymentsPage
