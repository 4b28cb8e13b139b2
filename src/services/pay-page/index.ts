export { languageOf, type Language } from "./language"
export { html, Markup } from "./html"
export {
  drawPage,
  drawPlain,
  drawProblem,
  drawRefusal,
  drawUnknown,
  type DrawnPage,
  type PageContent,
} from "./render"
export { hashOf, isProof, isToken, newToken, proofOf } from "./token"
export { amountOf, isForAll, lastOf, oneOfEach, viewOf } from "./view"
export type { PageFacts, PagePayment, Refusal } from "./view"
