import type { PaymentDetail } from "../api/schema"

/** Moves the focus there where the control that had it is gone. */
export function focusIfLost(id: string): void {
  setTimeout(() => {
    if (document.activeElement === document.body) document.getElementById(id)?.focus()
  })
}

export const sectionOf = ({ id }: Pick<PaymentDetail, "id">): string => `payment-${id}`
