import { defineRouteConfig } from "@medusajs/admin-sdk"
import { CreditCard } from "@medusajs/icons"
import { Container, Heading, Text } from "@medusajs/ui"

import { ProviderCards } from "../../../components/provider-cards"
import { useText } from "../../../text/use-text"

/** How each gateway is configured, and whether it is heard: looked up now and then, and not day by day. */
const GatewaySettingsPage = () => {
  const { t } = useText()
  return (
    <div className="flex flex-col gap-y-3">
      <Container className="px-6 py-4">
        <Heading level="h1">{t("provider.title")}</Heading>
        <Text size="small" className="text-ui-fg-subtle">
          {t("provider.configured_in_file")}
        </Text>
      </Container>
      <ProviderCards />
    </div>
  )
}

export const config = defineRouteConfig({
  label: "settings",
  icon: CreditCard,
  translationNs: "gatewayPayments",
})

export const handle = { breadcrumb: () => <Breadcrumb /> }

const Breadcrumb = () => <>{useText().t("provider.title")}</>

export default GatewaySettingsPage
