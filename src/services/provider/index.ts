export * from "./errors"
export * from "./gateway-payment-provider"
export * from "./session-data"
export * from "./events"
