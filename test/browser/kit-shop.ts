/** What the example's server actions and settings are, where there is no server. */
export const backendUrl = location.origin
export const publishableKey = "pk_1"

export const placeOrder = () => new Promise(() => undefined)
export const checkPayment = () => Promise.resolve("unknown")
export const initiatePaymentSession = () => Promise.resolve()
export const cancelOrder = () => Promise.resolve(null)
