import { Alert, Container, Heading, Text, clx } from "@medusajs/ui"

import { BusyButton } from "./busy-button"
import { useConnectionTest, useProviders } from "../api/queries"
import type { Provider } from "../api/schema"
import { codeText } from "../text/codes"
import { gatewayName } from "../text/names"
import { useText } from "../text/use-text"
import { CopyValue } from "./copy-value"
import { Fact, Facts } from "./facts"
import { Waiting } from "./waiting"

/** How each provider is configured, and whether its gateway is heard. */
export function ProviderCards() {
  const { t } = useText()
  const { data: providers, error } = useProviders()
  return (
    <section aria-label={t("provider.title")} className="flex flex-col gap-y-3">
      {!providers && (
        <Container className="p-0">
          <Waiting error={error} lines={4} />
        </Container>
      )}
      {providers?.length === 0 && (
        <Container>
          <Text size="small">{t("provider.empty")}</Text>
        </Container>
      )}
      <div
        className="grid gap-3"
        style={{ gridTemplateColumns: "repeat(auto-fill, minmax(min(100%, 420px), 1fr))" }}
      >
        {providers?.map((provider) => (
          <ProviderCard key={provider.id} provider={provider} />
        ))}
      </div>
    </section>
  )
}

function ProviderCard({ provider }: { provider: Provider }) {
  return (
    <Container className="divide-y p-0">
      <div className="flex items-center justify-between gap-x-4 px-6 py-4">
        <div className="flex flex-col">
          <Heading level="h2">
            {gatewayName(provider.gateway)} · {provider.id.replace(/^pp_(ksher|gnete)_/, "")}
          </Heading>
          <Text size="small" leading="compact" className="text-ui-fg-subtle">
            {provider.id}
          </Text>
        </div>
        <ConnectionTest provider={provider} />
      </div>
      <NotOpening provider={provider} />
      <div className="px-6 py-4">
        <Facts>
          <Configured provider={provider} />
          <Heard provider={provider} />
        </Facts>
      </div>
    </Container>
  )
}

function Configured({ provider }: { provider: Provider }) {
  const { t, channel } = useText()
  return (
    <>
      <Fact name={t("provider.account")}>{provider.account_hint}</Fact>
      {provider.mode && <Fact name={t("provider.mode")}>{t(`provider.mode_${provider.mode}`)}</Fact>}
      <Fact name={t("provider.channels")}>
        {provider.channels.map(channel).join(", ") || t("provider.channels_all")}
      </Fact>
      <Fact name={t("provider.completion")}>{t(`provider.completion_${provider.completion}`)}</Fact>
      <Fact name={t("provider.late_payment")}>{t(`provider.late_payment_${provider.late_payment}`)}</Fact>
      <Fact name={t("provider.url")}>
        <CopyValue value={provider.notification_url} what={t("provider.url")} />
        <Text size="xsmall" leading="compact" className="text-ui-fg-subtle">
          {t("provider.url_hint")}
        </Text>
      </Fact>
    </>
  )
}

function Heard({ provider }: { provider: Provider }) {
  const { t, time, share } = useText()
  const when = (iso: string | null) => (iso ? time(iso) : t("provider.never"))
  const { notifications_24h: all, rejected_24h: rejected } = provider
  return (
    <>
      <Fact name={t("provider.last_notification")}>{when(provider.last_notification_at)}</Fact>
      <Fact name={t("provider.last_success")}>{when(provider.last_success_at)}</Fact>
      <Fact name={t("provider.rejected")}>
        {all === 0
          ? t("provider.rejected_none")
          : t("provider.rejected_of", { rejected, all, share: share(rejected / all) })}
      </Fact>
    </>
  )
}

/** What a shop usually has to correct before its payments open again. */
function NotOpening({ provider: { id, gateway, not_opening: failing } }: { provider: Provider }) {
  const { t, time } = useText()
  if (!failing) return null
  const { payments, answer, since } = failing
  return (
    <div className="px-6 py-4">
      <Alert
        variant="error"
        role="alert"
        className="items-start"
        aria-label={`${t("provider.not_opening")}: ${id}`}
      >
        <div className="flex min-w-0 flex-col gap-y-1 break-words">
          <Text size="small" leading="compact" weight="plus">
            {t("provider.not_opening")}
          </Text>
          <Text size="small" leading="compact">
            {t("provider.not_opening_answer", {
              payments,
              answer,
              since: time(since),
              gateway: gatewayName(gateway),
            })}
          </Text>
          <Text size="small" leading="compact">
            {t(`provider.not_opening_causes_${gateway}`)}
          </Text>
          <Text size="small" leading="compact">
            {t("provider.not_opening_end")}
          </Text>
        </div>
      </Alert>
    </div>
  )
}

/** A harmless signed query at the gateway. */
function ConnectionTest({ provider }: { provider: Provider }) {
  const { t, said, problem } = useText()
  const test = useConnectionTest(provider.id)
  const refused = test.data?.ok === false ? test.data : undefined
  const failure = test.error ? problem(test.error) : refused && said(codeText(refused.code), refused.message)
  return (
    <div className="flex flex-col items-end gap-y-1">
      <BusyButton
        size="small"
        variant="secondary"
        type="button"
        isLoading={test.isPending}
        aria-label={t("provider.test_named", { provider: provider.id })}
        onClick={() => test.mutate()}
      >
        {t("provider.test")}
      </BusyButton>
      <Text
        role="status"
        size="xsmall"
        leading="compact"
        className={clx("text-right", failure && "text-ui-fg-error")}
      >
        {test.data?.ok && t("provider.test_ok")}
        {failure && `${t("provider.test_failed")} ${failure}`}
      </Text>
    </div>
  )
}
