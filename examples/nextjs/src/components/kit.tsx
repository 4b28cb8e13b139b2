"use client"

import type { ReactNode } from "react"
import { GatewayPayments } from "medusa-payment-ksher-gnete/react"

import { backendUrl, publishableKey } from "@lib/config"

export function Kit({ language, children }: { language: string; children: ReactNode }) {
  return (
    <GatewayPayments backendUrl={backendUrl} publishableKey={publishableKey} language={language}>
      {children}
    </GatewayPayments>
  )
}
