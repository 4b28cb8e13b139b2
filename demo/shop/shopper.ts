import type { Answer, ShopClient } from "./client"
import type { Currency, Seeded } from "./seed"

export interface Cart {
  id: string
  collectionId: string
  total: number
  customerToken?: string | undefined
}

export interface Session {
  id: string
  providerId: string
  number: string
  status: string
  data: Record<string, Answer>
}

export interface PlacedOrder {
  id: string
  cart: Cart
  session: Session
}

/** What a shopper does, over the store API. */
export class Shopper {
  constructor(
    private readonly shop: ShopClient,
    private readonly seeded: Seeded,
  ) {}

  /** A customer with a login, for what only the owner of an order may do. */
  async register(email: string, password = "a long password"): Promise<string> {
    const registered = await this.shop.http.post("/auth/customer/emailpass/register", { email, password })
    await this.shop.http.post(
      "/store/customers",
      { email, first_name: "Test", last_name: "Shopper" },
      { headers: this.shop.storeHeaders(registered.data.token) },
    )
    const login = await this.shop.http.post("/auth/customer/emailpass", { email, password })
    return login.data.token
  }

  async fillCart(
    currency: Currency,
    options: { quantity?: number; customerToken?: string } = {},
  ): Promise<Cart> {
    const region = this.seeded.regions[currency]
    if (!region) throw new Error(`The shop does not sell in ${currency}.`)
    const { customerToken } = options
    const { cart } = await this.shop.store(
      "post",
      "/store/carts",
      {
        region_id: region.id,
        email: "shopper@shop.example",
        shipping_address: {
          first_name: "Test",
          last_name: "Shopper",
          address_1: "2 Garden Lane",
          city: "City",
          country_code: region.country,
          postal_code: "10110",
        },
        items: [{ variant_id: this.seeded.variantId, quantity: options.quantity ?? 1 }],
      },
      customerToken,
    )
    await this.shop.store(
      "post",
      `/store/carts/${cart.id}/shipping-methods`,
      { option_id: region.shippingOptionId },
      customerToken,
    )
    const { payment_collection } = await this.shop.store(
      "post",
      "/store/payment-collections",
      { cart_id: cart.id },
      customerToken,
    )
    return {
      id: cart.id,
      collectionId: payment_collection.id,
      total: payment_collection.amount,
      customerToken,
    }
  }

  /** Opens a payment session; the shop may pick a channel by `data`, and nothing else. */
  async choose(cart: Cart, providerId: string, data: Record<string, unknown> = {}): Promise<Session> {
    const { payment_collection } = await this.shop.store(
      "post",
      `/store/payment-collections/${cart.collectionId}/payment-sessions`,
      { provider_id: providerId, data },
      cart.customerToken,
    )
    return toSession(
      payment_collection.payment_sessions.find((one: Answer) => one.provider_id === providerId),
    )
  }

  /** Completes the cart: the order, or the error Medusa gives the shop. */
  async complete(cart: Cart): Promise<{ status: number; orderId?: string; error?: string }> {
    const { status, data } = await this.shop.tryStore(
      "post",
      `/store/carts/${cart.id}/complete`,
      {},
      cart.customerToken,
    )
    if (data.type === "order") return { status, orderId: data.order.id }
    return { status, error: data.error?.message ?? data.message }
  }
}

export const toSession = (row: Answer): Session => ({
  id: row.id,
  providerId: row.provider_id,
  number: row.data.merchant_order_no,
  status: row.status,
  data: row.data,
})
