export { hour, minute, second } from "../matrix/shop"
export const day = 24 * 3_600_000
