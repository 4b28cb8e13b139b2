import { Text, toast } from "@medusajs/ui"

import { BusyButton } from "./busy-button"
import { useSync } from "../api/queries"
import type { PaymentDetail } from "../api/schema"
import { retriable } from "../rules/payment"
import { gatewayName } from "../text/names"
import { useText } from "../text/use-text"
import { useRefundPrompt } from "./refund-prompt"
import { ResolveDrawer } from "./resolve-drawer"
import { focusIfLost, sectionOf } from "./section-id"

export function PaymentActions({ payment }: { payment: PaymentDetail }) {
  const { t } = useText()
  const hintId = `sync-hint-${payment.id}`
  return (
    <div className="flex flex-col gap-y-2">
      <div className="flex flex-wrap items-center gap-2">
        <Refresh payment={payment} hintId={hintId} />
        <Retry payment={payment} />
        <ResolveDrawer payment={payment} />
      </div>
      <Text id={hintId} size="xsmall" leading="compact" className="text-ui-fg-subtle">
        {t("actions.sync_hint", { gateway: gatewayName(payment.gateway) })}
      </Text>
    </div>
  )
}

function Refresh({ payment, hintId }: { payment: PaymentDetail; hintId: string }) {
  const { t, problem } = useText()
  const sync = useSync(payment.id)
  const ask = () =>
    sync.mutate(
      { only_ask: true },
      {
        onSuccess: ({ state }) => toast.success(t("actions.sync_done", { state: t(`state.${state}`) })),
        onError: (error) => toast.error(t("actions.failed", { message: problem(error) })),
      },
    )
  return (
    <BusyButton
      size="small"
      variant="secondary"
      type="button"
      isLoading={sync.isPending}
      aria-describedby={hintId}
      onClick={ask}
    >
      {t("actions.sync")}
    </BusyButton>
  )
}

/** What is owed anyway, now instead of at the next try. */
function Retry({ payment }: { payment: PaymentDetail }) {
  const { t, problem, money } = useText()
  const sync = useSync(payment.id)
  const prompt = useRefundPrompt(payment)
  if (!payment.owed || !retriable(payment)) return null
  const { amount: owed } = payment.owed
  const amount = money(owed, payment.currency_code)
  const { version } = payment
  const retry = async () => {
    if (!(await prompt(owed))) return
    sync.mutate(
      { version },
      {
        onSuccess: (after) =>
          after.owed || after.unconfirmed === "refund"
            ? toast.warning(
                t("actions.retry_open", {
                  amount: money(after.owed?.amount ?? owed, payment.currency_code),
                }),
              )
            : toast.success(t("actions.retry_done", { amount })),
        onError: (error) => toast.error(t("actions.failed", { message: problem(error) })),
        // What was owed is gone, and the button with it.
        onSettled: () => focusIfLost(sectionOf(payment)),
      },
    )
  }
  return (
    <BusyButton
      size="small"
      variant="secondary"
      type="button"
      isLoading={sync.isPending}
      onClick={() => void retry()}
    >
      {t("actions.retry", { amount })}
    </BusyButton>
  )
}
