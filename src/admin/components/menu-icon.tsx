import { CreditCard } from "@medusajs/icons"

import { useAttentionCount } from "../api/queries"
import { useText } from "../text/use-text"

/** Stands in the menu beside the name of the pages: with a mark, while a payment stands under attention. */
export function MenuIcon() {
  const { data: payments = 0 } = useAttentionCount()
  const { t } = useText()
  const mark = t("menu_mark", { payments })
  return (
    <span className="relative block">
      <CreditCard />
      {payments > 0 && (
        <span
          role="img"
          aria-label={mark}
          title={mark}
          className="bg-ui-tag-orange-icon absolute right-0 top-0 size-1.5 rounded-full"
        />
      )}
    </span>
  )
}
