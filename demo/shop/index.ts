export * from "./books"
export * from "./client"
export * from "./seed"
export * from "./shopper"
