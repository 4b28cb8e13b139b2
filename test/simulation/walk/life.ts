import { beginLook, look } from "./life/look"
import { atTheGateway, atTheShop, happenings } from "./life/others"
import type { LifeRules } from "./life/rules"
import { without } from "./life/world"
import type { Kind, Life, Step } from "./life/world"

/*
 * The life of one payment until its money goes back. The other walk is about what goes back. The decisions are the product's. What a
 * step does, and what the world is, the walk says in its own words.
 */

export { faultAfterCalm, faultOfLife } from "./life/checks"
export type { CalmSeen } from "./life/checks"
export { beginLook, look } from "./life/look"
export { happenings } from "./life/others"
export { lifeRules } from "./life/rules"
export type { LifeRules } from "./life/rules"
export { beginLife, booksOf, demandOf, keyOfLife, kinds, otherSession, timeOf } from "./life/world"
export type { Asked, Kind, Life, Message, Step } from "./life/world"

/** Everything that can come of a life: what happens, and how a look goes on, or dies. */
export function stepsOf(life: Life, kind: Kind, rules: LifeRules): Step[] {
  if (!life.look) return [beginLook(life), ...happenings(life, kind)]
  return [...look(life, rules), ...(life.steps > 0 ? whileLooking(life, kind) : [])]
}

/** In the middle of a look the process may die; of one kind, the shopper pay and the shop let go as well. */
const whileLooking = (life: Life, kind: Kind): Step[] => [
  { what: "the process dies", life: without(life), died: true },
  ...(kind === "redirect" ? [...atTheShop(life, kind), ...atTheGateway(life)] : []).filter(({ what }) =>
    meanwhile.has(what),
  ),
]
const meanwhile: ReadonlySet<string> = new Set([
  "the shopper has paid",
  "Medusa deletes the session",
  "the order is cancelled",
])
