import type { GatewayPayment } from "../../../src/services/ledger"
import type { ModelGateway, ModelOrder } from "../../support/model-gateway"
import { day, hour, minute, type Fate, type Town } from "./town"

/** One cart at one provider entry, its payment and its order. */
export class Buyer {
  #cartId = ""
  #number = ""

  constructor(
    readonly town: Town,
    readonly providerId: string,
    readonly amount = 10_000,
  ) {}

  get cartId(): string {
    return this.#cartId
  }

  get gateway(): ModelGateway {
    const found = this.town.gateways.get(this.providerId)
    if (!found) throw new Error(`There is no gateway of ${this.providerId}.`)
    return found
  }

  async select(trouble: "validate" | "orderCreated" | null = null): Promise<this> {
    const { medusa } = this.town
    this.#cartId = (await medusa.createCart(this.amount, trouble && { at: trouble, times: 1_000 })).id
    await this.town.ask(() => medusa.selectPayment(this.#cartId, this.providerId))
    return this
  }

  /** Chooses how to pay; the process dies at the call whose fate says so. */
  async selectAndDie(): Promise<this> {
    const { medusa } = this.town
    this.#cartId = (await medusa.createCart(this.amount, null)).id
    await this.town.untilDeath(() => medusa.selectPayment(this.#cartId, this.providerId))
    return this
  }

  async pay(): Promise<this> {
    this.gateway.pay((await this.payment()).number)
    return Promise.resolve(this)
  }

  async complete(): Promise<this> {
    await this.town.ask(() => this.town.medusa.completeCart(this.#cartId))
    return this
  }

  async buy(): Promise<this> {
    await (await (await this.select()).pay()).complete()
    this.town.mail = []
    return this
  }

  /** Puts something else into the cart: Medusa gives the payment up. */
  async change(): Promise<this> {
    await this.town.ask(() => this.town.medusa.changeCart(this.#cartId, this.amount + 500))
    return this
  }

  changeAndDie(): Promise<void> {
    return this.town.untilDeath(() => this.town.medusa.changeCart(this.#cartId, this.amount + 500))
  }

  async refund(amount: number): Promise<this> {
    await this.town.ask(() => this.town.medusa.adminRefund(this.booked.id, amount))
    return this
  }

  refundAndDie(amount: number): Promise<void> {
    return this.town.untilDeath(() => this.town.medusa.adminRefund(this.booked.id, amount))
  }

  async cancelOrder(): Promise<this> {
    const { orderId } = this.town.tables.carts.get(this.#cartId) ?? {}
    await this.town.ask(() => this.town.medusa.cancelOrder(orderId ?? ""))
    return this
  }

  /** What a process leaves that dies between Medusa's refund row and the plugin. */
  leaveRow(amount: number): void {
    const id = `ref_${String(++this.town.tables.count).padStart(26, "0")}`
    this.booked.refunds.push({ id, amount, createdAt: this.town.time })
  }

  /** What asking without `only_ask` does, whenever it is due, for the next `ms`. */
  async settleFor(ms: number): Promise<this> {
    const until = this.town.time + ms
    for (;;) {
      const { id, nextCheckAt } = await this.payment()
      if (!nextCheckAt || nextCheckAt.getTime() > until) break
      this.town.forward(Math.max(nextCheckAt.getTime() - this.town.time, 0))
      // As the job claims it.
      await this.town.database.query(
        "update gateway_payment set next_check_at = ?, checks = checks + 1 where id = ?",
        [new Date(this.town.time + 10 * minute), id],
      )
      await this.town.ask(() => this.town.code.settlement.settle(id, this.town.deps(this.providerId)))
    }
    this.town.forward(until - this.town.time)
    return this
  }

  async payment(): Promise<GatewayPayment> {
    const all = await this.town.payments()
    const found = this.#number ? all.find(({ number }) => number === this.#number) : all.at(-1)
    if (!found) throw new Error("Nothing was opened.")
    this.#number = found.number
    return found
  }

  async atGateway(): Promise<ModelOrder> {
    const order = this.gateway.orders.get((await this.payment()).number)
    if (!order) throw new Error("The gateway does not know the order.")
    return order
  }

  get booked() {
    const { collectionId } = this.town.tables.carts.get(this.#cartId) ?? {}
    const found = [...this.town.tables.payments.values()].find((one) => one.collectionId === collectionId)
    if (!found) throw new Error("Medusa holds no payment.")
    return found
  }
}

/** How 0.1.0 takes a decision by hand. */
export type DecideOf010 = (
  buyer: Buyer,
  decision: { action: "refund" | "record_refund" | "dismiss"; amount?: string },
) => Promise<unknown>

type Scenario = (town: Town, decide: DecideOf010) => Promise<unknown>

const always = (fate: Fate): Fate[] => Array<Fate>(1_000).fill(fate)

/**
 * Everything that a ledger of 0.1.0 can hold, the longest first: those after it stay as they were left. Each is one payment, which
 * goes by the name here.
 */
export const scenarios: Readonly<Record<string, Scenario>> = {
  // Days ago.
  "paid, and at rest": async (town) => (await new Buyer(town, "pp_ksher_th").buy()).settleFor(2 * day),
  "a part returned in the console, listed": async (town) => {
    const buyer = await new Buyer(town, "pp_ksher_th").buy()
    buyer.gateway.returnInConsole((await buyer.payment()).number, 4_000)
    return buyer.settleFor(2 * day)
  },
  "recorded by hand, and listed as well": async (town, decide) => {
    const buyer = await new Buyer(town, "pp_ksher_th").buy()
    buyer.gateway.returnInConsole((await buyer.payment()).number, 4_000)
    await decide(buyer, { action: "record_refund", amount: "40" })
    return buyer.settleFor(2 * day)
  },
  "returned in a console that does not say how much": async (town) => {
    const buyer = await new Buyer(town, "pp_ksher_alipay").buy()
    buyer.gateway.returnInConsole((await buyer.payment()).number, 10_000)
    return buyer.settleFor(2 * day)
  },
  "refused twelve times": async (town) => {
    const buyer = await (await new Buyer(town, "pp_ksher_th").select()).change()
    buyer.gateway.mood.noBalanceUntil = town.time + 4 * day
    await (await buyer.pay()).settleFor(3 * day)
    buyer.gateway.mood.noBalanceUntil = 0
  },
  "without an answer for a day": async (town) => {
    const buyer = await new Buyer(town, "pp_ksher_th").select()
    town.fate("query", ...always("lost"))
    town.fate("close", ...always("lost"))
    await buyer.settleFor(30 * hour)
    town.fates.clear()
  },
  // Hours ago.
  "lapsed at the gateway": async (town) =>
    (await new Buyer(town, "pp_ksher_th").select()).settleFor(4 * hour),
  "called open after it was closed": async (town) => {
    const buyer = await new Buyer(town, "pp_ksher_airpay").select()
    town.fate("close", ...always("lost"))
    await (await buyer.change()).settleFor(12 * hour)
    town.fates.clear()
  },
  "a refund in doubt for hours": async (town) => {
    const buyer = await new Buyer(town, "pp_gnete_hk").buy()
    buyer.gateway.mood.losesTrack = 1
    await (await buyer.refund(4_000)).settleFor(90 * minute)
    buyer.gateway.mood.losesTrack = 0
  },
  "paid, and Medusa does not take it": async (town) => {
    const buyer = await new Buyer(town, "pp_ksher_th").select()
    town.tables.locks.set(buyer.cartId, { holder: {}, until: town.time + day })
    return (await buyer.pay()).settleFor(30 * minute)
  },
  "paid by somebody whose session is gone": async (town) => {
    const buyer = await (await new Buyer(town, "pp_ksher_hold").select()).change()
    return (await buyer.pay()).settleFor(30 * minute)
  },
  "held, and left so by a person": async (town, decide) => {
    const buyer = await (await new Buyer(town, "pp_ksher_hold").select()).change()
    await (await buyer.pay()).settleFor(30 * minute)
    await decide(buyer, { action: "dismiss" })
  },
  "late, and given back": async (town) => {
    const buyer = await (await new Buyer(town, "pp_ksher_th").select()).change()
    return (await buyer.pay()).settleFor(30 * minute)
  },
  "late, and the channel returns nothing": async (town) => {
    const buyer = await (await new Buyer(town, "pp_ksher_qr").select()).change()
    return (await buyer.pay()).settleFor(30 * minute)
  },
  "late, and refused so far": async (town) => {
    const buyer = await (await new Buyer(town, "pp_ksher_th").select()).change()
    buyer.gateway.mood.noBalanceUntil = town.time + 4 * day
    await (await buyer.pay()).settleFor(5 * minute)
    buyer.gateway.mood.noBalanceUntil = 0
  },
  "cancelled, and its code stays open": async (town) => {
    const buyer = await (await new Buyer(town, "pp_ksher_qr").select()).complete()
    await buyer.cancelOrder()
  },
  "asked for twice, and made once": async (town) => {
    const buyer = await new Buyer(town, "pp_ksher_th").buy()
    town.fate("refund", "unanswered")
    town.fate("refundQuery", "unanswered", "lost")
    await (await buyer.refund(4_000)).settleFor(20 * minute)
    town.fates.clear()
    buyer.leaveRow(4_000)
    town.forward(3 * minute)
    await town.code.settlement.settle((await buyer.payment()).id, town.deps(buyer.providerId))
  },
  "paid, and of another amount": async (town) => {
    const buyer = await new Buyer(town, "pp_ksher_th").select()
    const order = await buyer.atGateway()
    order.amount = { ...order.amount, minor: 9_000 }
    return (await buyer.pay()).settleFor(3 * minute)
  },
  "paid, and then not known": async (town) => {
    const buyer = await new Buyer(town, "pp_ksher_th").buy()
    buyer.gateway.orders.delete((await buyer.payment()).number)
    await town.code.settlement.settle((await buyer.payment()).id, town.deps(buyer.providerId))
  },
  "captured, and without an order": async (town) => {
    const buyer = await new Buyer(town, "pp_ksher_th").select("orderCreated")
    await buyer.pay()
    town.fate("refund", ...always("notSent"))
    await town.ask(async () => town.medusa.capture((await buyer.payment()).sessionId, "100"))
    await buyer.settleFor(20 * minute)
    town.fates.clear()
  },
  // A moment ago.
  "waits to be paid": async (town) => new Buyer(town, "pp_ksher_th").select(),
  "a code that waits to be paid": async (town) => new Buyer(town, "pp_ksher_qr").select(),
  "closed for another cart": async (town) => (await new Buyer(town, "pp_ksher_th").select()).change(),
  "the channel refused to open it": async (town) => {
    const buyer = new Buyer(town, "pp_gnete_hk")
    buyer.gateway.mood.declines = 1
    await buyer.select()
    buyer.gateway.mood.declines = 0
  },
  "failed at the bank": async (town) => {
    const buyer = await new Buyer(town, "pp_gnete_hk").select()
    const { id, number } = await buyer.payment()
    buyer.gateway.beginPaying(number)
    buyer.gateway.failPaying(number)
    await town.code.settlement.settle(id, town.deps(buyer.providerId))
  },
  "opened without an answer": async (town) => {
    town.fate("open", "unanswered")
    return new Buyer(town, "pp_ksher_th").select()
  },
  "not opened at all": async (town) => {
    town.fate("open", "notSent")
    return new Buyer(town, "pp_ksher_th").select()
  },
  "died before it was opened": async (town) => {
    town.fate("open", "diesBefore")
    return new Buyer(town, "pp_ksher_th").selectAndDie()
  },
  "died after it was opened": async (town) => {
    town.fate("open", "diesAfter")
    return new Buyer(town, "pp_gnete_hk").selectAndDie()
  },
  "closed without an answer": async (town) => {
    const buyer = await new Buyer(town, "pp_ksher_th").select()
    town.fate("close", "unanswered")
    town.fate("query", "good", ...always("lost"))
    await buyer.change()
    town.fates.clear()
  },
  "not closed while the bank is asked": async (town) => {
    const buyer = await new Buyer(town, "pp_ksher_th").select()
    buyer.gateway.beginPaying((await buyer.payment()).number)
    return buyer.change()
  },
  "closing did not leave": async (town) => {
    const buyer = await new Buyer(town, "pp_ksher_th").select()
    town.fate("close", ...always("notSent"))
    await buyer.change()
    town.fates.clear()
  },
  "closing was accepted, and is not done": async (town) => {
    const buyer = await new Buyer(town, "pp_gnete_hk").select()
    // As where the channel takes its time: it is taken in, and the query goes on saying that it is open.
    buyer.gateway.close = () => ({ kind: "succeeded", value: {} })
    await buyer.change()
    Reflect.deleteProperty(buyer.gateway, "close")
  },
  "died while it was closed": async (town) => {
    const buyer = await new Buyer(town, "pp_gnete_hk").select()
    town.fate("close", "diesAfter")
    await buyer.changeAndDie()
  },
  "paid, and only a notification says so": async (town) => {
    await (await new Buyer(town, "pp_ksher_th").select()).pay()
    await town.deliver({ acting: false })
  },
  "captured because of a notification": async (town) => {
    await (await new Buyer(town, "pp_gnete_hk").select()).pay()
    await town.deliver()
  },
  "a notification that could not be acted on": async (town) => {
    const buyer = await new Buyer(town, "pp_gnete_hk").buy()
    const order = await buyer.atGateway()
    const { number: _, ...reading } = notice(order, "refund", "R77")
    town.mail = [{ providerId: buyer.providerId, message: { url: "", reading } }]
    town.fate("refundQuery", "lost")
    await town.deliver()
  },
  "a notification that was given up": async (town) => {
    const buyer = await new Buyer(town, "pp_gnete_hk").buy()
    const order = await buyer.atGateway()
    const { number: _, ...reading } = notice(order, "refund", "R78")
    town.mail = [{ providerId: buyer.providerId, message: { url: "", reading } }]
    town.fate("refundQuery", ...always("lost"))
    await town.deliver()
    const { act } = town.code.settlement
    for (let tries = 1; tries < 8; tries++) {
      const [one] = (await town.ledger.notifications.ofPayment((await buyer.payment()).id)).slice(-1)
      if (one) await act(one, town.deps(buyer.providerId))
    }
    town.fates.clear()
  },
  "forged and stray notifications": async (town) => {
    const buyer = await new Buyer(town, "pp_ksher_th").select()
    const order = await buyer.atGateway()
    const forged = { ...notice(order, "payment"), verified: false, reason: "The signature does not verify." }
    const stray = { ...notice(order, "payment"), number: "NOBODYS" }
    town.mail = [forged, stray].map((reading) => ({
      providerId: buyer.providerId,
      message: { url: "", reading },
    }))
    await town.deliver()
  },
  "refunded in part": async (town) => (await new Buyer(town, "pp_ksher_th").buy()).refund(4_000),
  "refunded in whole": async (town) => (await new Buyer(town, "pp_ksher_th").buy()).refund(10_000),
  "returned by other means": async (town, decide) => {
    const buyer = await new Buyer(town, "pp_ksher_th").buy()
    await decide(buyer, { action: "record_refund", amount: "40" })
  },
  "recorded by hand before it is listed": async (town, decide) => {
    const buyer = await new Buyer(town, "pp_ksher_th").buy()
    buyer.gateway.returnInConsole((await buyer.payment()).number, 4_000)
    await decide(buyer, { action: "record_refund", amount: "40" })
  },
  "reversed the same day": async (town) => (await new Buyer(town, "pp_gnete_hk").buy()).refund(10_000),
  "too late to be reversed, and refunded": async (town) => {
    // 13:00 of a day whose business ended at 12:00 at the gateway, and ends at 15:00 for the shop.
    town.forward((13 * hour - (town.time % day) + day) % day)
    town.forward(-2 * hour)
    const buyer = await new Buyer(town, "pp_gnete_early").buy()
    town.forward(2 * hour)
    return buyer.refund(10_000)
  },
  "a refund that takes its time": async (town) => {
    const buyer = await new Buyer(town, "pp_gnete_hk").buy()
    Object.assign(buyer.gateway.mood, { slow: 1 })
    await buyer.refund(4_000)
    Object.assign(buyer.gateway.mood, { slow: 0 })
  },
  "a refund that is accepted and fails": async (town) => {
    const buyer = await new Buyer(town, "pp_gnete_hk").buy()
    Object.assign(buyer.gateway.mood, { slow: 1, failsLater: 1 })
    await buyer.refund(4_000)
    Object.assign(buyer.gateway.mood, { slow: 0, failsLater: 0 })
  },
  "a reversal that takes its time": async (town) => {
    const buyer = await new Buyer(town, "pp_gnete_hk").buy()
    Object.assign(buyer.gateway.mood, { slow: 1 })
    await buyer.refund(10_000)
    Object.assign(buyer.gateway.mood, { slow: 0 })
  },
  "a reversal without an answer": async (town) => {
    const buyer = await new Buyer(town, "pp_gnete_hk").buy()
    town.fate("cancel", "unanswered")
    town.fate("query", ...always("lost"))
    await buyer.refund(10_000)
    town.fates.clear()
  },
  "a reversal that did not leave": async (town) => {
    const buyer = await new Buyer(town, "pp_gnete_hk").buy()
    town.fate("cancel", "notSent")
    return buyer.refund(10_000)
  },
  "a refund without an answer": async (town) => {
    const buyer = await new Buyer(town, "pp_ksher_th").buy()
    town.fate("refund", "unanswered")
    town.fate("refundQuery", "good", "lost")
    await buyer.refund(4_000)
    town.fates.clear()
  },
  "a refund that did not leave": async (town) => {
    const buyer = await new Buyer(town, "pp_ksher_th").buy()
    town.fate("refund", "notSent")
    return buyer.refund(4_000)
  },
  "a refund that was refused": async (town) => {
    const buyer = await new Buyer(town, "pp_ksher_th").buy()
    buyer.gateway.mood.noBalanceUntil = town.time + 1
    await buyer.refund(4_000)
  },
  "cancelled, and the money did not leave": async (town) => {
    const buyer = await new Buyer(town, "pp_ksher_th").buy()
    town.fate("refund", ...always("notSent"))
    await buyer.cancelOrder()
    town.fates.clear()
  },
  "died between Medusa's row and the refund": async (town) => {
    ;(await new Buyer(town, "pp_ksher_th").buy()).leaveRow(4_000)
  },
  "died before the refund left": async (town) => {
    const buyer = await new Buyer(town, "pp_ksher_th").buy()
    town.fate("refund", "diesBefore")
    await buyer.refundAndDie(4_000)
  },
  "died after the refund was made": async (town) => {
    const buyer = await new Buyer(town, "pp_ksher_th").buy()
    town.fate("refund", "diesAfter")
    await buyer.refundAndDie(4_000)
  },
  "died after the reversal was made": async (town) => {
    const buyer = await new Buyer(town, "pp_gnete_hk").buy()
    town.fate("cancel", "diesAfter")
    await buyer.refundAndDie(10_000)
  },
}

const notice = (order: ModelOrder, about: "payment" | "refund", refundNumber?: string) => ({
  readable: true as const,
  verified: true,
  about,
  account: order.gatewayNo && order.amount.currency === "hkd" ? "M1/app" : "mch1",
  number: order.number,
  gatewayNo: order.gatewayNo,
  ...(refundNumber ? { refundNumber } : {}),
  state: order.amount.currency === "hkd" ? "2" : "SUCCESS",
  amount: refundNumber ? { ...order.amount, minor: 1_000 } : order.amount,
})
