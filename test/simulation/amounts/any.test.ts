import { reconcileAll } from "../../../src/services/settlement"
import { captured, exactly, refunded, rounded } from "../../support/fake-medusa"
import { Random } from "../../support/random"
import { openLane, type Lane } from "../matrix/lane"
import { hour, Shop } from "../matrix/shop"
import { gnete, ksherRedirect, type Variant } from "../matrix/variants"
import { accountsOf, medusasSums, never, settled } from "../matrix/verdict"

/** Another seed by AMOUNTS_SEED; each order has one of its own, and a failure names it. */
const first = Number(process.env.AMOUNTS_SEED ?? 1)
const orders = 40

let lane: Lane
beforeAll(async () => (lane = await openLane(92)))
afterAll(() => lane.close())

interface Basket {
  /** Per cent. */
  tax: number
  coupon: number
  /** What one piece of each costs, in minor units, with coupon and tax. */
  pieces: number[]
}

function basketOf(random: Random): Basket {
  const tax = random.pick([0, 7, 7, 5, 8.25, 6.5, 19])
  const coupon = random.pick([0, 0, 15, 12.5, 33, 7, 3.5])
  const pieces = Array.from({ length: random.whole(1, 3) }, () => random.whole(1, 90_000)).flatMap((price) =>
    Array.from({ length: random.whole(1, 3) }, () => exactly(price * (1 - coupon / 100) * (1 + tax / 100))),
  )
  return { tax, coupon, pieces }
}

/** One order: what goes wrong meanwhile, who asks for what, and in what order. Returns what must not be, in words. */
async function play(variant: Variant, random: Random): Promise<string[]> {
  const { pieces } = basketOf(random)
  const total = exactly(pieces.reduce((sum, one) => sum + one, 0))
  if (rounded(total) < 100) return []
  const sameDayCancel = { enabled: random.chance(0.5), cutoff: "23:00", timeZone: "Asia/Hong_Kong" }
  const shop = new Shop(lane, variant, await lane.begin(), { sameDayCancel }, total)
  await shop.buy()
  const problems: string[] = []
  const numbers = async () => {
    const { taken, returned } = await lane.sandbox.book((await shop.payment()).number)
    return { taken, returned, held: rounded(captured(shop.booked())), back: refunded(shop.booked()) }
  }
  const left = [...pieces]
  while (left.length && random.chance(0.8)) {
    const piece = left.splice(random.whole(0, left.length - 1), 1)[0] ?? 0
    const amount = random.weighted({ piece: 5, cents: 2, tiny: 1 })
    const asked = { piece, cents: Math.max(1, Math.floor(piece)), tiny: 0.3 }[amount]
    const lost = random.chance(0.25)
    if (lost) {
      const { refund, whole, refundQuery } = variant.calls
      const when = random.pick(["before", "after"] as const)
      for (const call of new Set([refund, whole])) await shop.disturb(call, { kind: "reset", when })
      if (random.chance(0.5)) await shop.disturb(refundQuery, { kind: "http500", when: "before", times: 2 })
    }
    const before = await numbers()
    const done = await shop.attempt(() => shop.refund(asked))
    await lane.sandbox.clearFaults()
    if (!done && random.chance(0.5)) await shop.attempt(() => shop.refund(asked))
    else if (!done) await shop.jobs(2 * hour)
    const after = await numbers()
    if (done && !lost && Number.isInteger(asked) && after.returned - before.returned !== asked)
      if (Number.isInteger(before.back))
        problems.push(`${asked} whole cents were asked for, ${after.returned - before.returned} went back`)
  }
  if (random.chance(0.5)) await shop.attempt(() => shop.cancelOrder())
  else {
    const rest = exactly(total - refunded(shop.booked()))
    if (rest > 0) await shop.attempt(() => shop.refund(rest))
  }
  await shop.jobs(40 * 24 * hour)
  const accounts = await accountsOf(shop)
  const now = await numbers()
  const { changes } = await reconcileAll(shop.reconcileDeps, true, 60_000)
  return [
    ...problems,
    ...accounts.flatMap(({ payment }) => payment.attentionCode ?? []),
    ...accounts.flatMap(never),
    ...accounts.flatMap(settled),
    ...medusasSums(shop),
    ...shop.unexpected,
    ...changes.map(({ what, from, to }) => `${what}: ${from}, ${to}`),
    ...(now.taken === rounded(total) ? [] : [`${now.taken} was taken for ${total}`]),
    ...(now.taken - now.returned === now.held - rounded(now.back)
      ? []
      : [`${now.taken} − ${now.returned} at the gateway, ${now.held} − ${now.back} in Medusa`]),
  ]
}

it.each([
  ["Ksher", ksherRedirect],
  ["Gnete", gnete],
])("%s: any tax, coupon, return and order of refunds: no cent appears or disappears", async (_, variant) => {
  const wrong: { seed: number; problems: string[] }[] = []
  for (let seed = first; seed < first + orders; seed++) {
    const problems = await play(variant, new Random(seed))
    if (problems.length) wrong.push({ seed, problems })
  }
  expect(wrong).toEqual([])
})
