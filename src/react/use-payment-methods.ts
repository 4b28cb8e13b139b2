import { useEffect, useState } from "react"

import type { StorePaymentMethod } from "../types"
import { codeOf, type MethodsQuery } from "./api"
import { useKit } from "./context"

export interface PaymentMethodsList {
  /** `null` until the shop has answered. */
  methods: readonly StorePaymentMethod[] | null
  error: string | null
}

/** Every way to pay for a cart, a payment collection or an amount in a region, the best for the device first. */
export function usePaymentMethods(query: MethodsQuery): PaymentMethodsList {
  const { api } = useKit()
  const [list, setList] = useState<PaymentMethodsList>({ methods: null, error: null })
  const asked = JSON.stringify(query)
  useEffect(() => {
    const gone = new AbortController()
    api.methods(JSON.parse(asked) as MethodsQuery, gone.signal).then(
      (methods) => setList({ methods, error: null }),
      (error: unknown) => {
        if (!gone.signal.aborted) setList({ methods: null, error: codeOf(error) })
      },
    )
    return () => gone.abort()
  }, [api, asked])
  return list
}
