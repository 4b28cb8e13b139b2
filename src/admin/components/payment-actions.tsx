import { Button, Text, toast } from "@medusajs/ui"

import { useSync } from "../api/queries"
import type { PaymentDetail } from "../api/schema"
import { gatewayName } from "../text/names"
import { useText } from "../text/use-text"
import { ResolveDrawer } from "./resolve-drawer"

export function PaymentActions({ payment }: { payment: PaymentDetail }) {
  const { t } = useText()
  const sync = useSync(payment.id)
  const hintId = `sync-hint-${payment.id}`

  const ask = () =>
    sync.mutate(undefined, {
      onSuccess: ({ state }) => toast.success(t("actions.sync_done", { state: t(`state.${state}`) })),
      onError: ({ message }) => toast.error(t("actions.failed", { message })),
    })
  return (
    <div className="flex flex-col gap-y-2">
      <div className="flex flex-wrap items-center gap-2">
        <Button
          size="small"
          variant="secondary"
          type="button"
          isLoading={sync.isPending}
          aria-describedby={hintId}
          onClick={ask}
        >
          {t("actions.sync")}
        </Button>
        <ResolveDrawer payment={payment} />
      </div>
      <Text id={hintId} size="xsmall" leading="compact" className="text-ui-fg-muted">
        {t("actions.sync_hint", { gateway: gatewayName(payment.gateway) })}
      </Text>
    </div>
  )
}
