export { observeCalls } from "./calls"
export { logLine } from "./log"
export { observed, type UseCase } from "./observed"
export { count, type Attributes } from "./telemetry"
