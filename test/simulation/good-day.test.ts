import { problemCodes } from "../../src/core"
import { act, receive } from "../../src/services/settlement"
import { Exporter } from "../support/exporter"
import { openLane, type Lane } from "./matrix/lane"
import { hour, minute, Shop } from "./matrix/shop"
import {
  gnete,
  gneteQr,
  ksherAlipay,
  ksherChoice,
  ksherPromptPay,
  ksherQr,
  ksherRedirect,
  type Variant,
} from "./matrix/variants"

/*
 * A shop's ordinary life, with every answer arriving and right. People switch off alarms that ring on such days, so that none may.
 */

let lane: Lane
let exporter: Exporter
beforeAll(async () => {
  exporter = new Exporter().start()
  lane = await openLane(91)
})
afterAll(async () => {
  await lane.close()
  await exporter.stop()
})

type Kind = "payment" | "refund" | "cancel"

/** The gateway's latest notification of that kind comes, and once more. */
async function hear(shop: Shop, kind: Kind): Promise<void> {
  const { number } = await shop.payment()
  const { body, contentType } = await lane.sandbox.craftNotification(number, {}, kind)
  for (let times = 0; times < 2; times++) {
    const receipt = await receive({ body: Buffer.from(body), contentType, query: "" }, shop.deps)
    if (receipt.kind !== "accepted") throw new Error(receipt.reason)
    if (receipt.fresh) await act(receipt.notification, shop.deps)
    await shop.quiet()
  }
}

const told = async (shop: Shop, kind: Kind) =>
  shop.variant.gateway === "gnete" ? hear(shop, kind) : undefined

interface Scene {
  name: string
  of: (variant: Variant) => boolean
  completion?: "order_first"
  play: (shop: Shop) => Promise<void>
}

const returns = (variant: Variant) => variant !== ksherPromptPay
const closes = (variant: Variant) => variant !== ksherPromptPay
const all = () => true

async function buy(shop: Shop): Promise<void> {
  await shop.choosePayment()
  await shop.pay()
  await hear(shop, "payment")
  await shop.complete()
  await shop.quiet()
}

const scenes: Scene[] = [
  { name: "a sale", of: all, play: buy },
  {
    name: "a sale whose tab was closed: the job and the notification finish it",
    of: all,
    play: async (shop) => {
      await shop.choosePayment()
      await shop.jobs(10 * minute)
      await shop.pay()
      await hear(shop, "payment")
    },
  },
  {
    name: "two refunds of a part, and the rest a week later",
    of: returns,
    play: async (shop) => {
      await buy(shop)
      for (const wait of [hour, 2 * 24 * hour, 7 * 24 * hour]) {
        await shop.jobs(wait)
        await shop.lane.clock.forward(wait)
        const left = shop.amount - (await shop.payment()).refundedAmount
        await shop.refund(Math.min(shop.part, left))
        await told(shop, "refund")
      }
    },
  },
  {
    name: "a refund of the whole on its own day",
    of: returns,
    play: async (shop) => {
      await buy(shop)
      await shop.refund(shop.amount)
      await told(shop, "cancel")
    },
  },
  {
    name: "a refund of the whole the day after",
    of: returns,
    play: async (shop) => {
      await buy(shop)
      await shop.jobs(30 * hour)
      await shop.lane.clock.forward(30 * hour)
      await shop.refund(shop.amount)
      await told(shop, "refund")
    },
  },
  {
    name: "a paid order that is cancelled",
    of: returns,
    play: async (shop) => {
      await buy(shop)
      await shop.cancelOrder()
      await shop.quiet()
      await told(shop, "cancel")
    },
  },
  {
    name: "an unpaid order that is cancelled",
    of: closes,
    completion: "order_first",
    play: async (shop) => {
      await shop.choosePayment()
      await shop.complete()
      await shop.cancelOrder()
      await shop.quiet()
    },
  },
  {
    name: "a cart that is changed before it is paid",
    of: closes,
    play: async (shop) => {
      await shop.choosePayment()
      await shop.changeCart()
      await shop.lane.clock.forward(minute)
      await shop.choosePayment()
      await shop.pay()
      await hear(shop, "payment")
      await shop.complete()
    },
  },
  {
    name: "a payment that takes its time",
    of: all,
    play: async (shop) => {
      await shop.choosePayment()
      await shop.pay({ inProgress: true })
      await shop.jobs(5 * minute)
      await shop.lane.clock.forward(5 * minute)
      await lane.sandbox.finish((await shop.payment()).number)
      await hear(shop, "payment")
      await shop.complete()
    },
  },
  {
    name: "a payment that fails at first",
    of: all,
    play: async (shop) => {
      await shop.choosePayment()
      await lane.sandbox.fail((await shop.payment()).number)
      await shop.jobs(5 * minute)
      await shop.lane.clock.forward(5 * minute)
      await shop.choosePayment()
      await shop.pay()
      await hear(shop, "payment")
      await shop.complete()
    },
  },
  { name: "a link that nobody pays", of: all, play: (shop) => shop.choosePayment() },
]

const variants = [ksherRedirect, ksherChoice, ksherQr, ksherAlipay, ksherPromptPay, gnete, gneteQr]
const days = variants.flatMap((variant) =>
  scenes.filter(({ of }) => of(variant)).map((scene) => [variant.name, scene.name, variant, scene] as const),
)

/** What the gateways leave open about an ordinary day, besides what the sandbox answers by default. */
const quirks = [
  {},
  {
    ksher: {
      unknownRefund: "empty_list",
      partialRefundQueriesAs: "SUCCESS",
      unpaidNativeQueriesAs: "USERPAYING",
      repeatedClose: "error",
    },
    gnete: { stateAfterOpen: 0, stateAfterCancel: 2, notifyEncoding: "query" },
  },
] as const

/** Outcomes of a use case that somebody would raise an alarm for. */
const troubles: ReadonlySet<unknown> = new Set([
  ...problemCodes,
  "error",
  "forged",
  "flooded",
  "unreadable",
  "unknown",
  "not_sent",
])

describe.each(quirks)("with %j", (changes) => {
  it.each(days)("%s: %s", async (_, __, variant, scene) => {
    const shop = new Shop(
      lane,
      variant,
      await lane.begin(),
      scene.completion && { completion: scene.completion },
    )
    await lane.sandbox.setQuirks(changes)
    await scene.play(shop)
    await shop.jobs(40 * 24 * hour)

    expect(lane.warnings).toEqual([])
    expect(shop.unexpected).toEqual([])
    for (const { attentionCode } of await shop.payments()) expect(attentionCode).toBeNull()
  })
})

it("and no counter of trouble has risen", async () => {
  const counts = await exporter.counts()
  expect(counts.length).toBeGreaterThan(20)
  const trouble = counts.filter(
    ({ name, attributes: { outcome } }) => name === "gateway_payments.attention" || troubles.has(outcome),
  )
  expect(trouble).toEqual([])
  const noes = counts
    .filter(({ name, attributes: { outcome } }) => name === "gateway_payments.calls" && outcome === "refused")
    .map(({ attributes: { verb, code } }) => `${String(verb)} ${String(code)}`)
  // Before the first refund there is nothing to list; what failed or has expired cannot be closed.
  expect(noes.sort()).toEqual(["pay/close 9999", "refund_query KSHER_REFUND_NOT_FOUND"])
})
