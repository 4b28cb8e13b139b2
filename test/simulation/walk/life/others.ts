import { dismissals, isOpen } from "../../../../src/core"
import type { Outcome } from "../../../../src/core"
import { returnedAtGateway } from "../../../../src/services/ledger"
import type { GatewayPayment } from "../../../../src/services/ledger"
import { withoutAttention } from "../../../../src/services/settlement/attention"
import { mostTries } from "../../../../src/services/settlement/schedule"
import { hour, minute } from "../../../../src/services/settlement/schedule"
import { leavingOwed } from "../../../../src/services/settlement/returns/dismissed"
import { anOperation } from "../../../unit/settlement/pictures"
import { closeSteps } from "./gateway"
import { beginLook } from "./look"
import { lifeRules } from "./rules"
import {
  aReturn,
  amount,
  arrivesWithin,
  begun,
  booksOf,
  cleared,
  expiresAfter,
  isClosable,
  isOfParts,
  momentsOf,
  moved,
  timeOf,
  withReturns,
  write,
} from "./world"
import type { Kind, Life, Message, Shop, Step, There } from "./world"

/* What the shopper, the shop, the gateway, persons and the clock do. */

export function happenings(life: Life, kind: Kind): Step[] {
  return [
    ...opening(life),
    ...atTheShop(life, kind),
    ...atTheGateway(life),
    ...timeGoesBy(life, kind),
    ...(kind === "told" ? messages(life) : []),
    ...(kind === "desk" ? [asking(life)] : []),
    ...(mayDismiss(life, kind) ? dismissed(life) : []),
    ...(kind === "unsaid" ? records(life) : []),
  ]
}

/**
 * The create call lasts for seconds: it arrives and is answered, arrives without an answer, is held up, or is refused. Where none of that
 * happens in time, its process has died before.
 */
function opening(life: Life): Step[] {
  const { payment, shop } = life
  if (payment.state === "unopened") {
    if (shop.session === "gone" || life.passed > 3 * hour) return []
    const openedAt = timeOf(life)
    const chosen = { ...payment, state: "created" as const, openedAt }
    return [{ what: "the shopper chooses how to pay", life: { ...life, payment: chosen } }]
  }
  const isCalling = payment.openedAt?.getTime() === timeOf(life).getTime()
  if (payment.state !== "created" || life.there !== "none" || life.late || !isCalling) return []
  const opened = {
    ...payment,
    state: "pending" as const,
    action: { type: "redirect" as const, url: "https://gateway.example/pay" },
    expiresAt: new Date((payment.openedAt ?? begun).getTime() + expiresAfter),
  }
  const failed = { ...payment, state: "failed" as const }
  return [
    { what: "it is opened, and answered", life: { ...life, there: "unpaid", payment: opened } },
    { what: "it is opened, and the process dies", life: { ...life, there: "unpaid" } },
    { what: "the request to open it is held up", life: { ...life, late: true } },
    { what: "the gateway refuses to open it", life: { ...life, payment: failed } },
  ]
}

export function atTheShop(life: Life, kind: Kind): Step[] {
  const { shop } = life
  const now = (what: string, patch: Partial<Shop>): Step => ({
    what,
    life: { ...life, shop: { ...shop, ...patch } },
  })
  const { session, order, changed, captured } = shop
  // Of one kind every reason is played that takes the wish back, and one at a time: each more makes twice as many pictures.
  const isWanted = kind === "redirect" && session !== "gone" && !changed
  return [
    ...(session === "opening" ? [now("Medusa has stored the session", { session: "there" })] : []),
    ...(session !== "gone" ? [now("Medusa deletes the session", { session: "gone" })] : []),
    ...(order === "none" && captured ? [now("Medusa places the order", { order: "placed" })] : []),
    ...(order === "none" && !captured && session === "there"
      ? [now("an order is placed unpaid", { order: "placed" })]
      : []),
    ...(order === "placed" ? [now("the order is cancelled", { order: "canceled" })] : []),
    ...(isWanted && !captured && order === "none" ? [now("the cart changes", { changed: true })] : []),
    ...(kind === "kin" ? otherPayment(life) : []),
  ]
}

/** Medusa is being told of a second payment of the order: it takes it or not, and one that it gave up counts no more. */
function otherPayment({ shop, ...life }: Life): Step[] {
  const now = (what: string, other: Shop["other"]): Step => ({
    what,
    life: { ...life, shop: { ...shop, other } },
  })
  if (shop.other === "none" && !shop.captured && shop.session === "there" && shop.order !== "canceled")
    return [
      now("another payment of the order is reserved", "reserved"),
      now("the order is paid otherwise", "captured"),
    ]
  if (shop.other !== "reserved") return []
  return [now("Medusa takes the other payment", "captured"), now("the other payment is given up", "none")]
}

/** The gateway sends a message: at once or late, once more, and also about a state that the order has not. */
function messages(life: Life): Step[] {
  const { message, payment } = life
  if (payment.openedAt === null || life.there === "none") return []
  const acted = (what: string, by: Message): Step => ({
    what,
    life: { ...beginLook({ ...life, message: { ...by, isActing: true } }).life },
  })
  if (message === null)
    return (["paid", "closed"] as const).map((says) =>
      acted(`a message says ${says}`, { says, tries: 0, isActing: true }),
    )
  if (message.tries >= mostTries) return [acted("the message is sent again", message)]
  const isTold = message.tries > 0
  return [
    ...(isTold ? [] : [acted("the message is acted on", message)]),
    ...(isTold
      ? [acted("the message is tried for the last time", { ...message, tries: mostTries - 1 })]
      : []),
  ]
}

/** A person wants to know, and nothing is closed or returned for that. */
const asking = (life: Life): Step => ({
  what: "a person only asks",
  life: { ...beginLook(life).life, onlyAsks: true },
})

const mayDismiss = ({ payment }: Life, kind: Kind): boolean =>
  kind === "desk" ||
  kind === "open_qr" ||
  kind === "hold" ||
  kind === "unsaid" ||
  (kind === "told" && payment.attentionCode === "contradiction")

/** What dismissing decides; an attention that decides nothing goes. */
function dismissed(life: Life): Step[] {
  const { payment } = life
  const code = payment.attentionCode
  if (!code) return []
  const gone = cleared(payment, [code])
  const as = (now: GatewayPayment, said = "", patch: Partial<Life> = {}): Step => ({
    what: `a person dismisses ${code}${said}`,
    // Whoever holds a payment has it looked at again when the time for that is over.
    life: { ...life, due: true, ...patch, payment: now },
    dismissed: code,
  })
  switch (dismissals[code]) {
    case "closed":
      return [as(moved(gone, "void", { settledBy: "outside" }))]
    case "failed":
      return giveUp(life, as)
    case "decided": {
      const { operations, shop } = life
      const order = shop.order === "none" ? undefined : { id: "order_1", canceled: shop.order === "canceled" }
      return [as(write(gone, leavingOwed(payment, operations, booksOf(life) ?? undefined, order)))]
    }
    case undefined:
      return [as(gone, "", code === "contradiction" ? { message: null } : {})]
  }
}

/** Money of another amount is left to the person: nobody may pay any more, so that it is closed first. */
function giveUp(life: Life, as: (now: GatewayPayment, said?: string, patch?: Partial<Life>) => Step): Step[] {
  const { payment } = life
  const mayClose = isOpen(payment.state) && isClosable(payment)
  if (!mayClose) return [as(moved(cleared(payment, ["amount_mismatch"]), "failed"))]
  return closeSteps(life, lifeRules).map(({ what, asked, life: closed }) => {
    const said = `, ${what}`
    if (isOpen(closed.payment.state) && !isRefusedAsOver(asked[0]?.outcome))
      return { ...as(closed.payment, said, { ...closed, due: true }), asked }
    // What stood is gone, whatever the close has said.
    const gone = write(closed.payment, withoutAttention(payment))
    const ended = moved(gone, "failed")
    return { ...as(ended, said, { ...closed, due: ended.state === gone.state }), asked }
  })
}

const isRefusedAsOver = (outcome: Outcome<unknown> | undefined): boolean =>
  outcome?.kind === "refused" &&
  ["already_paid", "already_closed", "already_refunded"].includes(outcome.reason)

export function atTheGateway(life: Life): Step[] {
  const { there, late, payment } = life
  const now = (what: string, patch: Partial<Life>): Step => ({ what, life: { ...life, ...patch } })
  const arrived =
    late && there === "none" ? [now("the request to open it arrives", { there: "unpaid", late: false })] : []
  const dropped = late ? [now("the request to open it never arrives", { late: false })] : []
  const payable = there === "unpaid" || there === "in_progress"
  return [
    ...arrived,
    ...dropped,
    ...(there === "unpaid" ? [now("the shopper begins to pay", { there: "in_progress" })] : []),
    ...(payable ? [now("the shopper has paid", { there: "paid" })] : []),
    ...(payable ? [now("it fails", { there: "failed" })] : []),
    ...(payable ? [now("the gateway closes it", { there: "closed" })] : []),
    ...(there === "unpaid" ? [now("less than asked for is paid", { there: "paid_less" })] : []),
    ...(there === "failed" && payment.action ? [now("a second try is paid", { there: "paid" })] : []),
    ...(there === "closed" && payment.mode === "qr" ? [now("a saved code is paid", { there: "paid" })] : []),
    ...consoleReturns(life),
  ]
}

function consoleReturns(life: Life): Step[] {
  const { there, console } = life
  const now = (what: string, to: There, amounts: readonly number[]): Step => ({
    what,
    life: { ...life, there: to, console: amounts },
  })
  if (there === "paid")
    return [
      now("the console returns all", "refunded", [amount]),
      ...(isOfParts(life) ? [now("the console returns a part", "part", [1])] : []),
    ]
  return there === "part" ? [now("the console returns the rest", "refunded", [...console, 1])] : []
}

/** A person has looked up how much went back, and says so. */
function records(life: Life): Step[] {
  const { payment, console, operations } = life
  const returned = console.reduce((sum, one) => sum + one, 0)
  if (payment.attentionCode !== "outside_unclear" || returnedAtGateway(operations) > 0) return []
  const recorded = anOperation({ ...aReturn("by-hand", returned), byHand: "console" })
  const known = withReturns(life, [...operations, recorded])
  const now = { ...known, due: true, payment: cleared(known.payment, ["outside_unclear"]) }
  return [{ what: `a person records ${returned}`, life: now, recorded: returned }]
}

/** Only between looks: one lasts for seconds. */
function timeGoesBy(life: Life, kind: Kind): Step[] {
  const next = momentsOf[kind].find((moment) => moment > life.passed)
  if (next === undefined || life.look || (life.late && next > arrivesWithin)) return []
  return [{ what: `${next / minute} minutes have gone by`, life: { ...life, passed: next } }]
}
