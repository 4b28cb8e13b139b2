"use server"

import { revalidatePath } from "next/cache"

import { sdk } from "@lib/config"
import { getAuthHeaders } from "./cookies"

export async function retrieveOrder(id: string) {
  const fields = "*items,*payment_collections.payment_sessions,*payment_collections.payments"
  const headers = await getAuthHeaders()
  return sdk.store.order.retrieve(id, { fields }, headers).then(
    ({ order }) => order,
    () => null,
  )
}

/** Returns what the shopper can be told where it was not cancelled. */
export async function cancelOrder(id: string): Promise<string | null> {
  const headers = await getAuthHeaders()
  try {
    await sdk.client.fetch(`/store/orders/${id}/cancel`, { method: "POST", body: {}, headers })
  } catch (error) {
    return error instanceof Error ? error.message : "The order could not be cancelled."
  }
  revalidatePath(`/order/${id}/confirmed`)
  return null
}
