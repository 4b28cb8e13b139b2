import { AsyncLocalStorage } from "node:async_hooks"

/**
 * Set while a decision by hand is carried out. The operation that is made for it names it, also where Medusa stands in between: what
 * became of a decision whose process died is known by that.
 */
export const deciding = new AsyncLocalStorage<{ decisionId: string }>()
