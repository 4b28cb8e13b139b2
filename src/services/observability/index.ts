export { observeCalls } from "./calls"
export { kindOf, logLine, reasonOf, wordsOf } from "./log"
export { observed } from "./observed"
export { count, type Attributes } from "./telemetry"
