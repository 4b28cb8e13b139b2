import { act, receive } from "../../../src/services/settlement"
import type { Operation } from "../../../src/services/settlement"
import { openLane, type Lane } from "../matrix/lane"
import { Shop, type Decided } from "../matrix/shop"
import { gnete, ksherQr, type Variant } from "../matrix/variants"

/** The two gateways, and what a decision may meet at each. */
export const gateways: [name: string, variant: Variant][] = [
  ["Ksher", ksherQr],
  ["Gnete", gnete],
]

/** A shop at a time, with the books of all three sides in one picture. */
export class Desk {
  lane!: Lane
  shop!: Shop

  open(index: number): void {
    beforeAll(async () => (this.lane = await openLane(index)))
    afterEach(() => {
      jest.restoreAllMocks()
      expect(this.shop.unexpected).toEqual([])
    })
    afterAll(() => this.lane.close())
  }

  async begin(variant: Variant): Promise<Shop> {
    this.shop = new Shop(this.lane, variant, await this.lane.begin())
    return this.shop
  }

  /** What somebody was told. */
  async told(work: () => Promise<unknown>): Promise<string> {
    await this.shop.attempt(work)
    return this.shop.told.at(-1) ?? ""
  }

  /** What a person who decides is told. */
  decide(asked: Decided): Promise<string> {
    return this.told(() => this.shop.decide(asked))
  }

  async operations(): Promise<Operation[]> {
    const { id } = await this.shop.payment()
    const all = await this.lane.ledger.operations.ofPayment(id)
    return all.filter(({ kind }) => kind === "cancel" || kind === "refund")
  }

  /** The operation that has no end. */
  async unsettled(): Promise<Operation> {
    const found = (await this.operations()).find(({ settledAt }) => settledAt === null)
    if (!found) throw new Error("Nothing is in doubt.")
    return found
  }

  async books() {
    const { number, state, refundedAmount, attentionCode } = await this.shop.payment()
    const { returned } = await this.lane.sandbox.book(number)
    return {
      state,
      ledger: refundedAmount,
      attention: attentionCode,
      medusa: this.shop.booked().refunds.map(({ amount }) => amount),
      returned,
    }
  }

  /** How often the gateway was asked to return money. */
  async sent(): Promise<number> {
    const { number } = await this.shop.payment()
    const { refund, whole } = this.shop.variant.calls
    const calls = await Promise.all(
      [...new Set([refund, whole])].map((call) => this.lane.sandbox.calls({ call, orderNo: number })),
    )
    return calls.flat().length
  }

  /** The answer to the next refund is lost, and so is the look-up after it. */
  async loseAnswer(when: "before" | "after"): Promise<void> {
    const { refund, refundQuery } = this.shop.variant.calls
    await this.shop.disturb(refund, { kind: "reset", when })
    // Ksher is asked for its list before a refund as well.
    const times = this.shop.variant.gateway === "ksher" ? 2 : 1
    await this.shop.disturb(refundQuery, { kind: "reset", when: "before", times })
  }

  /** A refund made in the gateway's console. */
  async inConsole(amount: number): Promise<void> {
    await this.lane.sandbox.refundInConsole((await this.shop.payment()).number, amount)
  }

  /** Gnete's notification of the latest refund arrives, and is acted on. */
  async hears(kind: "refund" | "cancel"): Promise<void> {
    const { number } = await this.shop.payment()
    const { body, contentType } = await this.lane.sandbox.craftNotification(number, {}, kind)
    const receipt = await receive({ body: Buffer.from(body), contentType, query: "" }, this.shop.deps)
    if (receipt.kind !== "accepted") throw new Error(receipt.reason)
    await act(receipt.notification, this.shop.deps)
    await this.shop.quiet()
  }
}
