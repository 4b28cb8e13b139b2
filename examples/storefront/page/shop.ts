import Medusa from "@medusajs/js-sdk"
import type { HttpTypes } from "@medusajs/types"

import { openPayment, type GatewayPayment, type Method } from "./gateway-payment"

/** Medusa's sentences for a payment that the gateway calls unpaid, and for a cart without one that could be paid. The SDK passes no code. */
const isUnpaid = (error: unknown): boolean =>
  error instanceof Error &&
  /was not authorized with the provider|Payment sessions are required/.test(error.message)

/** What the page needs of a shop, by Medusa's own SDK. */
export class Shop {
  readonly sdk: Medusa

  constructor(config: { backendUrl: string; publishableKey: string }) {
    this.sdk = new Medusa({
      baseUrl: config.backendUrl,
      publishableKey: config.publishableKey,
      auth: { type: "jwt" },
    })
  }

  async regions(): Promise<HttpTypes.StoreRegion[]> {
    return (await this.sdk.store.region.list()).regions
  }

  async products(regionId: string): Promise<HttpTypes.StoreProduct[]> {
    const { products } = await this.sdk.store.product.list({
      region_id: regionId,
      fields: "id,title,*variants.calculated_price",
    })
    return products
  }

  async customer(): Promise<HttpTypes.StoreCustomer | undefined> {
    if (!(await this.sdk.client.getToken())) return undefined
    return this.sdk.store.customer.retrieve().then(
      ({ customer }) => customer,
      () => undefined,
    )
  }

  /** Only a customer with a login can cancel an order. */
  async signIn(email: string, password: string): Promise<void> {
    await this.sdk.auth.login("customer", "emailpass", { email, password })
  }

  async signUp(email: string, password: string): Promise<void> {
    await this.sdk.auth.register("customer", "emailpass", { email, password })
    await this.sdk.store.customer.create({ email })
    await this.signIn(email, password)
  }

  /** A cart with one thing in it, an address and a way to send it: all that a payment needs. */
  async fillCart(
    region: HttpTypes.StoreRegion,
    variantId: string,
    email: string,
  ): Promise<HttpTypes.StoreCart> {
    const { cart } = await this.sdk.store.cart.create({
      region_id: region.id,
      email,
      items: [{ variant_id: variantId, quantity: 1 }],
      shipping_address: {
        first_name: "Example",
        last_name: "Shopper",
        address_1: "2 Garden Lane",
        city: "City",
        postal_code: "10110",
        country_code: region.countries?.[0]?.iso_2 ?? "",
      },
    })
    const { shipping_options } = await this.sdk.store.fulfillment.listCartOptions({ cart_id: cart.id })
    const [option] = shipping_options
    if (!option) throw new Error("The shop does not deliver there.")
    return (await this.sdk.store.cart.addShippingMethod(cart.id, { option_id: option.id })).cart
  }

  async cart(cartId: string): Promise<HttpTypes.StoreCart> {
    return (await this.sdk.store.cart.retrieve(cartId, { fields: "+payment_collection.*" })).cart
  }

  /** Every way to pay that can be chosen for the cart on this device, the best first. */
  async methods(cartId: string): Promise<Method[]> {
    const { methods } = await this.sdk.client.fetch<{ methods: Method[] }>(
      "/store/gateway-payments/methods",
      { query: { cart_id: cartId }, cache: "no-store" },
    )
    return methods.filter((method) => method.available)
  }

  /** Opens the payment at the gateway. What comes back says how the shopper pays. */
  async openPayment(
    cart: HttpTypes.StoreCart,
    { provider_id, channel }: Pick<Method, "provider_id" | "channel">,
  ): Promise<GatewayPayment> {
    const { payment_collection } = await this.sdk.store.payment.initiatePaymentSession(cart, {
      provider_id,
      data: { channel },
    })
    const session = payment_collection.payment_sessions?.find((one) => one.provider_id === provider_id)
    if (!session) throw new Error("The payment could not be opened. Please choose another one.")
    // With `open: "on_demand"` the session waits, and this opens it; else it gives the link that there is.
    const payment = await openPayment(this.sdk, session.id, channel)
    if (!payment.action) throw new Error("This payment is closed. Please choose again.")
    return payment
  }

  /** The order of a cart, or `undefined` while it is not paid. Asking again answers the same order. */
  async complete(cartId: string): Promise<string | undefined> {
    const answer = await this.sdk.store.cart.complete(cartId)
    return answer.type === "order" ? answer.order.id : undefined
  }

  /** Has the gateway asked, which completing the cart does. Only a sure `not_paid` lets another payment be opened. */
  async check(cartId: string): Promise<{ orderId: string } | "not_paid" | "unknown"> {
    try {
      const orderId = await this.complete(cartId)
      return orderId ? { orderId } : "unknown"
    } catch (error) {
      return isUnpaid(error) ? "not_paid" : "unknown"
    }
  }

  async order(orderId: string): Promise<HttpTypes.StoreOrder> {
    return (await this.sdk.store.order.retrieve(orderId)).order
  }

  /** Throws with a message that a shopper can read: delivered already, too late, somebody else's. */
  async cancelOrder(orderId: string): Promise<void> {
    await this.sdk.client.fetch(`/store/orders/${orderId}/cancel`, { method: "POST", body: {} })
  }
}
