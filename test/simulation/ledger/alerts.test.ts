import type { Alert } from "../../../src/core"
import { tellPeople } from "../../../src/services/settlement"
import { openLedgerWorld, type LedgerWorld } from "./support"

let world: LedgerWorld
beforeAll(async () => {
  world = await openLedgerWorld("ledger_alerts")
})
beforeEach(() => world.empty())
afterAll(() => world.close())

const minute = 60_000
const hour = 60 * minute

const sent: (Alert & { key: string })[] = []
const heard = () =>
  sent.splice(0).map(({ kind, code, providerId, payments }) => [kind, code, providerId, payments])
const logged: string[] = []
const people = (ledger = world.ledger, fails = false) => ({
  ledger,
  clock: world.clock,
  log: { info: () => undefined, warn: () => undefined, error: (line: string) => logged.push(line) },
  send: (alert: Alert, key: string) => {
    sent.push({ ...alert, key })
    return fails ? Promise.reject(new Error("mail is down")) : Promise.resolve()
  },
})

const attended = async (code: "refund_refused" | "no_order", providerId = "pp_ksher_th") => {
  const { id } = await world.aPayment("paid", { providerId })
  await world.ledger.payments.update(id, { attentionCode: code, attention: "Look." })
  return id
}
const settled = (id: string) => world.ledger.payments.update(id, { attentionCode: null, attention: null })

it("twenty payments of one outage are one message; it is repeated after a day, and its end is told", async () => {
  const ids: string[] = []
  for (let count = 0; count < 20; count++) ids.push(await attended("refund_refused"))
  await tellPeople(people())
  expect(heard()).toEqual([["stands", "refund_refused", "pp_ksher_th", 20]])
  ids.push(await attended("refund_refused"))
  await tellPeople(people())
  expect(heard()).toEqual([])
  world.clock.forward(hour)
  await tellPeople(people())
  expect(heard()).toEqual([["grew", "refund_refused", "pp_ksher_th", 21]])
  world.clock.forward(24 * hour)
  await tellPeople(people())
  expect(heard()).toEqual([["still", "refund_refused", "pp_ksher_th", 21]])
  for (const id of ids) await settled(id)
  await tellPeople(people())
  await tellPeople(people())
  expect(heard()).toEqual([["gone", "refund_refused", "pp_ksher_th", 21]])
})

it("each reason and each provider entry is told of by itself", async () => {
  await attended("refund_refused")
  await attended("no_order")
  await attended("no_order", "pp_ksher_my")
  await tellPeople(people())
  expect(heard()).toEqual([
    ["stands", "no_order", "pp_ksher_my", 1],
    ["stands", "no_order", "pp_ksher_th", 1],
    ["stands", "refund_refused", "pp_ksher_th", 1],
  ])
})

it("of two processes that look at the same time one tells", async () => {
  await attended("no_order")
  await Promise.all([tellPeople(people()), tellPeople(people(world.other))])
  expect(heard()).toHaveLength(1)
})

it("a process that dies while it tells leaves it to the job, under the same key", async () => {
  await attended("no_order")
  const dying = people()
  const never = new Promise<void>(() => undefined)
  let began: () => void = () => undefined
  const begun = new Promise<void>((resolve) => {
    began = resolve
  })
  void tellPeople({
    ...dying,
    send: (alert, key) => {
      sent.push({ ...alert, key })
      began()
      return never
    },
  })
  await begun
  const [{ key } = { key: "" }] = sent.splice(0)
  await tellPeople(people())
  expect(heard()).toEqual([])
  world.clock.forward(2 * minute)
  await tellPeople(people())
  expect(sent.map((one) => one.key)).toEqual([key])
  expect(heard()).toEqual([["stands", "no_order", "pp_ksher_th", 1]])
})

it("a channel that does not work is logged, left alone for an hour, and tried again", async () => {
  await attended("no_order")
  await tellPeople(people(world.ledger, true))
  expect(heard()).toHaveLength(1)
  expect(logged.splice(0)).toEqual([
    expect.stringMatching(/alert_not_sent code=no_order provider=pp_ksher_th/),
  ])
  world.clock.forward(59 * minute)
  await tellPeople(people())
  expect(heard()).toEqual([])
  world.clock.forward(minute)
  await tellPeople(people())
  expect(heard()).toEqual([["stands", "no_order", "pp_ksher_th", 1]])
})
