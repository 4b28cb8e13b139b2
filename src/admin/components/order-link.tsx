import { Text } from "@medusajs/ui"
import { Link } from "react-router-dom"

import { useText } from "../text/use-text"

interface Props {
  orderId: string | null
  /** Short numbers by order id; until they are read, the id stands in. */
  names: Record<string, string> | undefined
}

export function OrderLink({ orderId, names }: Props) {
  const { t } = useText()
  if (!orderId)
    return (
      <Text as="span" size="small" leading="compact" className="text-ui-fg-subtle">
        {t("no_order")}
      </Text>
    )
  return (
    <Link
      to={`/orders/${orderId}`}
      className="txt-compact-small text-ui-fg-base hover:text-ui-fg-subtle"
      style={{ textDecoration: "underline" }}
    >
      {t("order", { number: names?.[orderId] ?? orderId })}
    </Link>
  )
}
