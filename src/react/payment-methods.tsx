import { useId, type ReactElement } from "react"

import type { StorePaymentMethod } from "../types"
import type { MethodsQuery } from "./api"
import { useKit } from "./context"
import { errorOf } from "./texts"
import { usePaymentMethods } from "./use-payment-methods"

export interface PaymentMethodsProps {
  /** What is to be paid. */
  query: MethodsQuery
  /** The one that is chosen. */
  value: Pick<StorePaymentMethod, "provider_id" | "channel"> | null
  onChange: (method: StorePaymentMethod) => void
  /** Leaves some out, such as those of an entry that this page does not use. */
  filter?: (method: StorePaymentMethod) => boolean
  disabled?: boolean
  className?: string
}

/** The ways to pay as a group of radio buttons. Those that cannot be chosen say why. */
export function PaymentMethods({
  query,
  value,
  onChange,
  filter = () => true,
  disabled = false,
  className = "",
}: PaymentMethodsProps): ReactElement {
  const { language, texts } = useKit()
  const { methods, error } = usePaymentMethods(query)
  const group = useId()
  const shown = methods?.filter(filter)
  return (
    <fieldset className={`gp-methods ${className}`} disabled={disabled} aria-busy={!methods && !error}>
      <legend className="gp-methods-title">{texts.choose}</legend>
      {error && <p role="alert">{errorOf(error, texts)}</p>}
      {shown?.length === 0 && <p>{texts.none}</p>}
      {shown?.map((method) => (
        <label key={`${method.provider_id} ${method.channel}`} className="gp-method" data-kind={method.kind}>
          <input
            type="radio"
            name={group}
            value={`${method.provider_id} ${method.channel}`}
            checked={method.provider_id === value?.provider_id && method.channel === value.channel}
            disabled={!method.available}
            onChange={() => onChange(method)}
          />
          <span className="gp-method-name">{method.name[language]}</span>
          {method.reason && <small className="gp-method-reason">{texts.reason[method.reason]}</small>}
        </label>
      ))}
    </fieldset>
  )
}
