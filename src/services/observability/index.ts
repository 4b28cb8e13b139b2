export { observeCalls } from "./calls"
export { kindOf, logLine, wordsOf } from "./log"
export { observed } from "./observed"
export { count, type Attributes } from "./telemetry"
