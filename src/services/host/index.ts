export * from "./cancel-own-order"
export * from "./application"
export * from "./medusa"
export * from "./provider-card"
