import { answeredUnknown, refused, succeeded, unknown } from "../../src/core"
import type { Outcome, PayoutOrder, PayoutRecord, ShopperPayouts } from "../../src/core"
import type { GatewayMood, Later, Line } from "./model-gateway"
import type { Random } from "./random"

const minute = 60_000
const hour = 60 * minute

/** What Ksher made of a request to pay out. One number that arrives twice is two of them: whether it is taken once is not published. */
export interface ModelPayout {
  number: string
  amount: number
  receiver: string
  state: "pending" | "done" | "failed"
  /** It said that it failed, and that it knows no such payout, and sends the money all the same. */
  denied: boolean
  arrivedAt: number
}

/** Ksher's payouts, with true books: what the shopper has is known here, whatever the answers say. */
export class ModelPayouts {
  readonly made: ModelPayout[] = []

  constructor(
    private readonly clock: { now(): Date },
    private readonly random: Random,
    private readonly later: Later,
    private readonly mood: () => GatewayMood,
  ) {}

  connect(line: Line): ShopperPayouts {
    const ask = async <T>(
      call: "payout" | "payoutQuery" | "payoutBalance",
      arrive: () => Outcome<T>,
    ): Promise<Outcome<T>> => {
      const travelled = await line(call, arrive)
      return travelled.kind === "answered" ? travelled.value : travelled
    }
    return {
      currency: "thb",
      most: 2_000_000_00,
      absentCode,
      balance: () => ask("payoutBalance", () => this.balance()),
      send: (order) => ask("payout", () => this.send(order)),
      query: ({ number }) => ask("payoutQuery", () => this.query(number)),
    }
  }

  private balance(): Outcome<number> {
    if (this.random.chance(this.mood().systemError)) return systemError()
    return succeeded(this.isEmpty ? 0 : 100_000_000)
  }

  private send({ number, amount, receiver }: PayoutOrder): Outcome<PayoutRecord> {
    const { random } = this
    const mood = this.mood()
    if (random.chance(mood.systemError / 2)) return systemError()
    if (this.isEmpty) return answeredUnknown("KSHER_BALANCE_NOT_ENOUGH", "The balance is not enough.")
    if (random.chance(mood.declines)) return answeredUnknown("KSHER_RECEIVER_INVALID", "No such account.")
    const denied = random.chance(mood.losesTrack)
    const made: ModelPayout = {
      ...{ number, amount: amount.minor, receiver: receiver.number, denied },
      ...{ state: "pending", arrivedAt: this.now },
    }
    this.made.push(made)
    if (denied) {
      const delay = random.pick([minute, 20 * minute, 3 * hour, 30 * hour])
      this.later(delay, `payout ${number} goes out after all`, () => (made.state = "done"))
      return answeredUnknown("KSHER_PAYOUT_FAILED", "A code that is not documented.")
    }
    if (random.chance(mood.slow)) {
      const state = random.chance(mood.failsLater) ? "failed" : "done"
      this.later(random.whole(1, 110) * minute, `payout ${number} is ${state}`, () => (made.state = state))
      return unknown("KSHER_NOTSURE", "It is not sure yet.")
    }
    made.state = "done"
    return random.chance(mood.systemError / 2) ? systemError() : succeeded(recordOf(made))
  }

  private query(number: string): Outcome<PayoutRecord> {
    if (this.random.chance(this.mood().systemError)) return systemError()
    const mine = this.made.filter((one) => one.number === number)
    const done = mine.find(({ state }) => state === "done")
    if (done) return succeeded(recordOf(done))
    return mine.some(({ state, denied }) => state === "pending" && !denied)
      ? unknown("KSHER_NOTSURE", "It is not sure yet.")
      : refused("absent", absentCode, "There is no such payout.")
  }

  private get isEmpty(): boolean {
    return this.now < this.mood().noBalanceUntil
  }

  private get now(): number {
    return this.clock.now().getTime()
  }
}

const absentCode = "KSHER_INVALID_ORDER_NO"

const recordOf = ({ number }: ModelPayout): PayoutRecord => ({ gatewayNo: `PO ${number}`, fee: 1_000 })

const systemError = () => unknown("system_error", "The gateway had a system error.")
