import { openLedgerWorld, type LedgerWorld } from "./support"

let world: LedgerWorld
beforeAll(async () => {
  world = await openLedgerWorld("facts")
})
beforeEach(() => world.empty())
afterAll(() => world.close())

const hk = { providerId: "pp_gnete_hk", account: "M1/A1" }
const inMs = (ms: number) => new Date(world.clock.now().getTime() + ms)

it("a fact is known from when it was first noted, and counted each time", async () => {
  const since = world.clock.now()
  await world.ledger.facts.note(hk, "not_opening", { detail: "9999" })
  world.clock.forward(5_000)
  expect(await world.other.facts.note(hk, "not_opening", { detail: "9999" })).toMatchObject({
    count: 2,
    since,
    seenAt: world.clock.now(),
  })
})

it("another detail begins anew", async () => {
  await world.ledger.facts.note(hk, "not_opening", { detail: "9999" })
  world.clock.forward(5_000)
  const other = await world.ledger.facts.note(hk, "not_opening", { detail: "11" })
  expect(other).toMatchObject({ count: 1, detail: "11", since: world.clock.now() })
})

it("a fact that has expired is not believed", async () => {
  await world.ledger.facts.note(hk, "no_reversal", { expiresAt: inMs(1_000) })
  expect(await world.ledger.facts.get(hk, "no_reversal")).toMatchObject({ fact: "no_reversal" })
  world.clock.forward(1_000)
  expect(await world.ledger.facts.get(hk, "no_reversal")).toBeUndefined()
  expect(await world.ledger.facts.all()).toEqual([])
})

it("a fact holds for one account of one entry, and until it is forgotten", async () => {
  await world.ledger.facts.note(hk, "no_reversal")
  expect(await world.ledger.facts.get({ ...hk, account: "M1/A2" }, "no_reversal")).toBeUndefined()
  expect(await world.ledger.facts.get({ ...hk, providerId: "pp_gnete" }, "no_reversal")).toBeUndefined()
  await world.ledger.facts.forget(hk, "no_reversal")
  expect(await world.ledger.facts.get(hk, "no_reversal")).toBeUndefined()
})

it("counts each of many that are noted at once", async () => {
  await Promise.all(
    Array.from({ length: 8 }, () => world.ledger.facts.note(hk, "not_opening", { detail: "x" })),
  )
  expect(await world.ledger.facts.get(hk, "not_opening")).toMatchObject({ count: 8 })
})
