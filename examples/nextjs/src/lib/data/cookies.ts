import "server-only"
import { cookies } from "next/headers"

const week = 7 * 24 * 3600
const options = { maxAge: week, httpOnly: true, sameSite: "lax", path: "/" } as const

export const getCartId = async () => (await cookies()).get("_medusa_cart_id")?.value

export async function setCartId(id: string) {
  ;(await cookies()).set("_medusa_cart_id", id, options)
}

export async function removeCartId() {
  ;(await cookies()).delete("_medusa_cart_id")
}

export async function setAuthToken(token: string) {
  ;(await cookies()).set("_medusa_jwt", token, options)
}

export async function getAuthHeaders(): Promise<Record<string, string>> {
  const token = (await cookies()).get("_medusa_jwt")?.value
  return token ? { authorization: `Bearer ${token}` } : {}
}
