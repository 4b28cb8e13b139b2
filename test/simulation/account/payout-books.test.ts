import { createKsherGateway } from "../../../src/services/ksher"
import { startSandbox, type Sandbox } from "../../../src/sandbox"
import { fetchAllPayouts, readPayoutBooks } from "../../../src/services/settlement"
import { fetchPayouts } from "../../../src/services/settlement/payouts/payout-books"
import { HeldCalls } from "../../support/held-calls"
import { KsherCaller } from "../../unit/sandbox/support"
import { aNewPayment, openLedgerWorld, type LedgerWorld } from "../ledger/support"

const hour = 3_600_000
const plan = { since: "2026-01-15", byChannel: false, graceDays: 3 }
const range = { from: "2026-03-01", to: "2026-04-30" }

let world: LedgerWorld
const held = new HeldCalls()
let sandbox: Sandbox
let ksher: KsherCaller
const lines: string[] = []
const note = (line: string) => void lines.push(line)
const log = { info: note, warn: note, error: note }

// The clock of a world only goes forward: each test has its own.
beforeEach(async () => {
  lines.length = 0
  world = await openLedgerWorld("payout_books")
  sandbox = await startSandbox({
    ...{ notifications: "manual", clock: { now: () => world.clock.now().getTime() }, onHeld: held.onHeld },
  })
  ksher = new KsherCaller(sandbox.ksher)
})
afterEach(async () => {
  await sandbox.stop()
  await world.close()
})

/** What one instance has of the account, which it has read. */
async function entry(ledger = world.ledger) {
  const { gateway } = createKsherGateway(
    {
      ...sandbox.ksher,
      channels: ["truemoney", "airpay"],
      notifyBaseUrl: "https://shop.example",
      returnUrl: "https://shop.example/back",
    },
    { now: () => world.clock.now(), timer: held.timer },
  )
  const info = await gateway.readAccount()
  if (info.kind !== "succeeded") throw new Error(info.kind)
  gateway.learn({ info: info.value, readAt: world.clock.now() })
  return { gateway, ledger, clock: world.clock, log }
}

let count = 0

/** A payment at the gateway, and what the ledger knows of it. */
async function pay(amount: number, { inLedger = amount, channel = "truemoney" } = {}) {
  count += 1
  const number = `N${count}`
  await ksher.native(number, { total_fee: amount, channel })
  await sandbox.pay(number)
  if (inLedger === 0) return number
  const { payment } = await world.ledger.payments.create(
    aNewPayment({ account: sandbox.ksher.appid, channel, number, amount: inLedger }),
    new Date(),
  )
  await world.ledger.payments.update(payment.id, { paidAmount: inLedger, paidAt: world.clock.now() })
  return number
}
const asked = async () =>
  (await sandbox.calls({ call: "get_settlement_info" })).map(({ request }) => String(request.begin_date))
const shown = async (deps: Awaited<ReturnType<typeof entry>>) => {
  const { days } = await readPayoutBooks(deps, plan, range)
  return days.map(({ begin, state, isExplained, difference }) => [
    begin,
    state,
    isExplained,
    Number(difference),
  ])
}

it("back-fills month by month, a few in a run, and says how far it is", async () => {
  const deps = await entry()
  expect((await readPayoutBooks(deps, plan, range)).progress).toMatchObject({
    asked: 3,
    answered: 0,
    why: null,
  })
  const long = { ...plan, since: "2025-12-20" }
  expect(await fetchPayouts(deps, long)).toBe(3)
  expect(await asked()).toEqual(["2026-03-01", "2026-02-01", "2026-01-01"])
  expect((await readPayoutBooks(deps, long, range)).progress).toMatchObject({
    asked: 4,
    answered: 3,
    failed: 0,
  })
  expect(await fetchPayouts(deps, long)).toBe(1)
  expect((await asked()).at(-1)).toBe("2025-12-20")
  expect(await fetchPayouts(deps, long)).toBe(0)
})

it("a day with its cut-off hour, fees, VAT and transfer is explained", async () => {
  const deps = await entry()
  for (let day = 0; day < 5; day++) {
    await pay(100_000 + day)
    world.clock.forward(14 * hour) // 00:00 of Bangkok
    await pay(50_000 + day * 7)
    world.clock.forward(9.5 * hour + hour / 2)
  }
  world.clock.forward(48 * hour)
  await fetchPayouts(deps, plan)
  const books = await readPayoutBooks(deps, plan, range)
  expect(books.timeZone).toBe("+07:00")
  expect(books.days.filter(({ isExplained }) => !isExplained)).toEqual([])
  const [newest] = books.days
  expect(newest).toMatchObject({ channel: "truemoney", currency: "thb", state: "transferred" })
  expect(newest!.transferred).toBe(newest!.settled! - newest!.fee - newest!.vat)
})

it("the cut-off hour is learnt from what is sold shortly before midnight, and not before it shows", async () => {
  const deps = await entry()
  world.clock.forward(13.5 * hour) // 23:30 of Bangkok
  for (let day = 0; day < 5; day++) {
    await pay(100_000 + day)
    if (day === 1) {
      world.clock.forward(24 * hour)
      await fetchPayouts(deps, plan)
      expect((await readPayoutBooks(deps, plan, range)).cutOffs).toEqual([])
    } else world.clock.forward(24 * hour)
  }
  world.clock.forward(24 * hour)
  await fetchPayouts(deps, plan)
  const { cutOffs, days } = await readPayoutBooks(deps, plan, range)
  expect(cutOffs).toEqual([expect.objectContaining({ channel: "truemoney", from: 13, to: 23 })])
  expect(days.filter(({ isExplained }) => !isExplained)).toEqual([])
})

it.each(["last", "each"] as const)(
  "what waits for 100 THB, shown on %s, and then comes",
  async (transferOfWaiting) => {
    await sandbox.setQuirks({ ksher: { transferOfWaiting } })
    const deps = await entry()
    await pay(5_000)
    world.clock.forward(72 * hour)
    await fetchPayouts(deps, plan)
    expect(await shown(deps)).toEqual([["2026-03-30", "waiting", true, 0]])
    await pay(50_000)
    world.clock.forward(72 * hour)
    await fetchPayouts(deps, plan)
    await fetchPayouts(deps, plan)
    expect(await shown(deps)).toEqual([
      ["2026-04-02", "transferred", true, 0],
      ["2026-03-30", "transferred", true, 0],
    ])
  },
)

it("a late transfer is late once its time is over, a short one short, and a payment that the ledger does not know stands open", async () => {
  const deps = await entry()
  const { appid } = sandbox.ksher
  await sandbox.planTransfer({ appid, channel: "truemoney", day: "2026-03-30", lateDays: 9 })
  await sandbox.planTransfer({ appid, channel: "airpay", day: "2026-03-30", shortBy: 1 })
  await pay(50_000)
  await pay(50_000, { channel: "airpay", inLedger: 0 })
  world.clock.forward(48 * hour)
  await fetchPayouts(deps, plan)
  expect(await shown(deps)).toEqual([
    ["2026-03-30", "short", false, -50_000],
    ["2026-03-30", "expected", true, 0],
  ])
  world.clock.forward(4 * 24 * hour)
  await fetchPayouts(deps, plan)
  expect((await shown(deps)).map(([, state]) => state)).toEqual(["short", "late"])
  world.clock.forward(6 * 24 * hour)
  await fetchPayouts(deps, plan)
  expect((await shown(deps)).map(([, state]) => state)).toEqual(["short", "transferred"])
})

it("a refund in the day comes out of it, also below zero", async () => {
  const deps = await entry()
  const number = await pay(50_000)
  world.clock.forward(24 * hour)
  await sandbox.refundInConsole(number, 50_000)
  const payment = await world.ledger.payments.of({ number, providerId: "pp_ksher_th" })
  await world.ledger.operations.recordOutside(payment!.id, { kind: "refund", number: "R", amount: 50_000 })
  world.clock.forward(48 * hour)
  await fetchPayouts(deps, plan)
  expect(await shown(deps)).toEqual([
    ["2026-03-31", "waiting", true, 0],
    ["2026-03-30", "transferred", true, 0],
  ])
})

it("two instances ask each question once", async () => {
  const [one, other] = [await entry(), await entry(world.other)]
  await Promise.all([fetchPayouts(one, plan), fetchPayouts(other, plan)])
  expect(new Set(await asked()).size).toBe(3)
  expect(await asked()).toHaveLength(3)
})

describe("a bad answer", () => {
  it.each(["timeout", "http500", "garbage", "bad_signature", "refuse"] as const)(
    "%s: nothing is kept, the run ends, and the question is asked again after a pause",
    async (kind) => {
      const deps = await entry()
      await sandbox.fault({ gateway: "ksher", call: "get_settlement_info", kind, when: "after" })
      await fetchAllPayouts([deps], plan)
      expect(await asked()).toHaveLength(1)
      expect((await readPayoutBooks(deps, plan, range)).progress).toMatchObject({ answered: 0, failed: 1 })
      expect(lines.filter((line) => line.includes("payouts_not_read"))).toHaveLength(1)
      await fetchPayouts(deps, plan)
      expect(await asked()).toEqual(["2026-03-01", "2026-02-01", "2026-01-15"])
      world.clock.forward(2 * 60_000)
      await fetchPayouts(deps, plan)
      expect((await readPayoutBooks(deps, plan, range)).progress).toMatchObject({ answered: 3, failed: 0 })
    },
  )

  it.each(["other_days", "no_amounts"] as const)("%s: none of it is taken", async (settlementAnswers) => {
    const deps = await entry()
    await pay(50_000)
    world.clock.forward(48 * hour)
    await sandbox.setQuirks({ ksher: { settlementAnswers } })
    await fetchPayouts(deps, { ...plan, since: "2026-03-01" })
    expect((await readPayoutBooks(deps, plan, range)).progress.failed).toBe(1)
  })

  it("lines that are gone: the day stands open, and no payment is changed", async () => {
    const deps = await entry()
    const number = await pay(50_000)
    world.clock.forward(5 * 24 * hour)
    await fetchPayouts(deps, plan)
    const before = await world.ledger.payments.of({ number, providerId: "pp_ksher_th" })
    await sandbox.setQuirks({ ksher: { settlementAnswers: "no_lines" } })
    world.clock.forward(6 * hour)
    await fetchPayouts(deps, plan)
    expect(await shown(deps)).toEqual([["2026-03-30", "unlisted", false, 50_000]])
    expect(await world.ledger.payments.of({ number, providerId: "pp_ksher_th" })).toEqual(before)
  })
})

it("an account that has not said its currency is not asked, and says so", async () => {
  const deps = await entry()
  const { info, readAt } = deps.gateway.known!
  deps.gateway.learn({ info: { ...info, currency: null, settlementCurrency: null }, readAt })
  expect(await fetchPayouts(deps, plan)).toBe(0)
  expect((await readPayoutBooks(deps, plan, range)).progress.why).toBe("account_not_read")
})

it("asks by channel where the shop wants so", async () => {
  const deps = await entry()
  await fetchPayouts(deps, { ...plan, since: "2026-03-01", byChannel: true })
  const calls = await sandbox.calls({ call: "get_settlement_info" })
  expect(calls.map(({ request }) => request.pay_channel)).toEqual(["truemoney", "airpay"])
})

it("an account that hangs delays no other, and one that breaks is logged", async () => {
  const [own, other] = [await entry(), await entry()]
  let breaks: () => void = () => undefined
  const hanging = new Promise<never>((_, reject) => (breaks = () => reject(new Error("socket hang up"))))
  const { known, offer } = other.gateway
  const digits = (currency: string) => other.gateway.digits(currency)
  const gateway = {
    ...{ name: "ksher" as const, account: "another", known, offer, digits },
    settlements: () => hanging,
  }
  const run = fetchAllPayouts([{ ...other, gateway }, own], { ...plan, since: "2026-03-01" })
  for (let looks = 0; (await readPayoutBooks(own, plan, range)).progress.answered === 0; looks++)
    if (looks > 2_000) throw new Error("The other account was not asked.")
  breaks()
  await run
  expect(lines.join()).toContain("payouts_not_read")
})
