import { StatusBadge } from "@medusajs/ui"

import type { Payment, State } from "../api/schema"
import { useText } from "../text/use-text"

const colors: Readonly<Record<State, "green" | "red" | "orange" | "blue" | "purple" | "grey">> = {
  unopened: "grey",
  created: "grey",
  pending: "orange",
  paid: "green",
  partially_refunded: "blue",
  refunded: "blue",
  void: "grey",
  failed: "red",
  paid_late: "purple",
}

/** How a payment stands: what a person must know first comes first, and nothing is green beside a doubt. */
export function Standing({ payment }: { payment: Payment }) {
  const { t } = useText()
  const { state, unconfirmed, attention } = payment
  return (
    <span className="flex flex-wrap items-center gap-1">
      {attention !== null && (
        <StatusBadge color="red" className="text-nowrap">
          {t("attention.title")}
        </StatusBadge>
      )}
      {unconfirmed && (
        <StatusBadge color="orange" className="text-nowrap">
          {t(`standing.${unconfirmed}`)}
        </StatusBadge>
      )}
      <StatusBadge color={unconfirmed ? "grey" : colors[state]} className="text-nowrap">
        {t(`state.${state}`)}
      </StatusBadge>
    </span>
  )
}
