import { StatusBadge } from "@medusajs/ui"

import type { State } from "../api/schema"
import { useText } from "../text/use-text"

const colors: Readonly<Record<State, "green" | "red" | "orange" | "blue" | "purple" | "grey">> = {
  created: "grey",
  pending: "orange",
  paid: "green",
  partially_refunded: "blue",
  refunded: "blue",
  void: "grey",
  failed: "red",
  paid_late: "purple",
}

export function StateBadge({ state }: { state: State }) {
  const { t } = useText()
  return (
    <StatusBadge color={colors[state]} className="text-nowrap">
      {t(`state.${state}`)}
    </StatusBadge>
  )
}
