export async function pay(sdk, cart, provider_id) {
  const { payment_collection } = await sdk.store.payment.initiatePaymentSession(cart, { provider_id })
  const session = payment_collection.payment_sessions.find((one) => one.provider_id === provider_id)
  location.href = session.data.action.url
}
