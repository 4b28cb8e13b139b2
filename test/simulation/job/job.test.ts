import { PaymentProblem } from "../../../src/core"
import type { NewNotification } from "../../../src/services/ledger"
import { day, reconcile, tidy, type ReconcileDeps } from "../../../src/services/settlement"
import { minute, second } from "../matrix/shop"
import { openLedgerWorld, soon, type LedgerWorld } from "../ledger/support"

let world: LedgerWorld
let errors: string[]
beforeAll(async () => (world = await openLedgerWorld("job")))
beforeEach(async () => {
  errors = []
  await world.empty()
})
afterAll(() => world.close())

const gone = () => {
  throw new PaymentProblem("not_found", "provider_unknown", "No such entry.")
}

const run = (patch: Partial<ReconcileDeps> = {}) =>
  reconcile(
    {
      ledger: world.ledger,
      cancels: {} as ReconcileDeps["cancels"],
      log: { info: () => undefined, warn: () => undefined, error: (line) => void errors.push(line) },
      now: () => world.clock.now(),
      depsOf: gone,
      emit: () => Promise.resolve(),
      eachStrayRefund: () => Promise.resolve(),
      ...patch,
    },
    { batch: 10, concurrency: 2, budgetMs: 50 * second },
  )

const ignored = { result: "ignored", message: null, nextTryAt: null } as const
const aNotification = (number: string, at: Date): NewNotification => ({
  providerId: "pp_ksher_th",
  names: { number },
  bodyHash: `${number}${at.getTime()}`,
  about: "payment",
  verified: true,
  reason: null,
  code: null,
  state: null,
  orderNo: number,
  gatewayNo: null,
  refundNo: null,
  amount: null,
  currency: null,
  ours: { result: "received", message: null, nextTryAt: at },
  nobodys: ignored,
  bound: { atMost: 200, since: new Date(0) },
})

describe("the job", () => {
  it("goes on where the entry of what is due has been removed, and tries that less and less often", async () => {
    const { id, number } = await world.aPayment("pending")
    await world.ledger.payments.update(id, { nextCheckAt: world.clock.now() })
    for (let i = 0; i < 3; i++)
      await world.ledger.notifications.store(aNotification(number, new Date(world.clock.now().getTime() + i)))
    for (let minutes = 0; minutes < 24 * 60; minutes++) {
      await run()
      world.clock.forward(minute)
    }
    const heard = await world.ledger.notifications.ofPayment(id)
    expect(heard.map(({ result }) => result)).toEqual(Array(3).fill("failed"))
    expect(Math.max(...heard.map(({ tries }) => tries))).toBeLessThan(12)
    // The entry may come back, and nothing else may tell of what they say.
    const due = "select id from gateway_notification where next_try_at is not null"
    expect(await world.database.query(due)).toHaveLength(3)
    const payment = await world.ledger.payments.get(id)
    expect(payment?.nextCheckAt).not.toBeNull()
    // A day of minutes, and a look an hour at the most.
    expect(payment?.checks).toBeLessThan(30)
  })

  it("goes on where Medusa's refunds cannot be read", async () => {
    const { id } = await world.aPayment("pending")
    await world.ledger.payments.update(id, { nextCheckAt: world.clock.now() })
    const report = await run({
      eachStrayRefund: () => Promise.reject(new Error("select secret from table")),
    })
    expect(report.failed).toBe(1)
    expect(errors.join()).not.toContain("select secret")
  })

  it("looks at what a dead process holds as soon as it is free, and at its notification", async () => {
    const { id, number } = await world.aPayment("pending")
    await world.ledger.notifications.store(aNotification(number, world.clock.now()))
    const lease = await world.other.leases.take({ id }, 2 * minute)
    await world.ledger.payments.update(id, { nextCheckAt: world.clock.now() })
    const busy = () => ({
      ledger: world.ledger,
      clock: world.clock,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      wait: () => Promise.resolve(),
      gateway: { name: "ksher" },
      providerId: "pp_ksher_th",
    })
    await run({ depsOf: busy as unknown as ReconcileDeps["depsOf"] })
    expect((await world.ledger.payments.get(id))?.nextCheckAt).toEqual(lease?.until)
    world.clock.forward(2 * minute)
    expect(await world.ledger.notifications.claimDue(10, minute)).toMatchObject([{ tries: 0 }])
  })
})

describe("a gateway that hangs", () => {
  const dueNow = async (of: Parameters<LedgerWorld["aPayment"]>[1] = {}) => {
    const { id } = await world.aPayment("pending", of)
    await world.ledger.payments.update(id, { nextCheckAt: world.clock.now() })
    world.clock.forward(1)
    return id
  }
  const gnete = { providerId: "pp_gnete_hk", gateway: "gnete", account: "M1/A1" } as const

  it("delays no other entry's payments, however many of its own are due before them", async () => {
    for (let i = 0; i < 25; i++) await dueNow()
    await dueNow(gnete)
    let letGo: () => void = () => undefined
    const hanging = new Promise<never>((_, reject) => (letGo = () => reject(new Error("let go"))))
    // Where nobody waits for it yet, nobody is told of its end either.
    hanging.catch(() => undefined)
    const looked = new Promise<string>((resolve) => {
      const take = (providerId: string) => (providerId === gnete.providerId ? gone() : hanging)
      void run({
        depsOf: ((providerId: string) => {
          if (providerId === gnete.providerId) resolve(providerId)
          return {
            ledger: { leases: { take: () => take(providerId) } },
            providerId,
            gateway: { name: "ksher" },
          }
        }) as unknown as ReconcileDeps["depsOf"],
      }).then(() => ended())
    })
    let ended: () => void = () => undefined
    const over = new Promise<void>((resolve) => (ended = resolve))
    expect(await looked).toBe(gnete.providerId)
    letGo()
    await over
  })

  it("on one payment, the others of the entry are looked at: nobody waits for the slowest", async () => {
    const [slow, ...others] = [
      await dueNow(),
      ...(await Promise.all(Array.from({ length: 24 }, () => dueNow()))),
    ]
    const looked: string[] = []
    let letGo: () => void = () => undefined
    const hanging = new Promise<never>((_, reject) => (letGo = () => reject(new Error("let go"))))
    const take = ({ id }: { id: string }) => {
      if (id === slow) return hanging
      looked.push(id)
      if (looked.length === others.length) letGo()
      return gone()
    }
    await run({
      depsOf: (() => ({
        ledger: { leases: { take } },
        gateway: { name: "ksher" },
      })) as unknown as ReconcileDeps["depsOf"],
    })
    expect(looked.sort()).toEqual([...others].sort())
  })

  it("is claimed no longer than a dead process holds a payment: two minutes", async () => {
    const id = await dueNow()
    await run({
      depsOf: (() => ({ ledger: { leases: { take: () => Promise.reject(new Error("died")) } } })) as never,
    })
    const { nextCheckAt } = (await world.ledger.payments.get(id))!
    expect(nextCheckAt?.getTime()).toBe(world.clock.now().getTime() + 2 * minute)
  })
})

describe("a look that ends", () => {
  it("sets the next one", async () => {
    const { id } = await world.aPayment("paid")
    const seen = await world.ledger.payments.update(id, { nextCheckAt: soon(world.clock) })
    await world.ledger.payments.schedule(seen, seen.wakes, null)
    expect((await world.ledger.payments.get(id))?.nextCheckAt).toBeNull()
  })

  it("takes away no look that was asked for meanwhile, and may bring it forward", async () => {
    const { id, wakes } = await world.aPayment("paid")
    await world.other.payments.wake(id, minute)
    const seen = await world.ledger.payments.update(id, {})
    await world.ledger.payments.schedule(seen, wakes, null)
    expect((await world.ledger.payments.get(id))?.nextCheckAt).toEqual(soon(world.clock))
    await world.ledger.payments.schedule(seen, wakes, soon(world.clock, second))
    expect((await world.ledger.payments.get(id))?.nextCheckAt).toEqual(soon(world.clock, second))
  })

  it("takes away no look at what another process holds, or has held since", async () => {
    const { id } = await world.aPayment("paid")
    const seen = await world.ledger.payments.update(id, { nextCheckAt: null })
    const lease = await world.other.leases.take({ id }, minute)
    await world.ledger.payments.schedule(seen, seen.wakes, null)
    expect((await world.ledger.payments.get(id))?.nextCheckAt).toEqual(lease?.until)
    if (lease) await world.other.leases.release(lease)
    await world.ledger.payments.schedule(seen, seen.wakes, null)
    expect((await world.ledger.payments.get(id))?.nextCheckAt).toEqual(lease?.until)
  })

  it("that was asked for is never put off by being asked for again", async () => {
    const { id } = await world.aPayment("paid")
    await world.ledger.payments.wake(id, second)
    await world.ledger.payments.wake(id, minute)
    expect((await world.ledger.payments.get(id))?.nextCheckAt).toEqual(soon(world.clock, second))
  })
})

describe("tidying up", () => {
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: (line: string) => void errors.push(line),
  }
  const tidied = (ledger = world.ledger) =>
    tidy({ ledger, log, now: () => world.clock.now(), notificationRetentionDays: 90 })
  const kept = async () =>
    (await world.database.query<{ body_hash: string }>("select body_hash from gateway_notification")).map(
      (row) => row.body_hash,
    )

  it("removes notifications that are older than the shop keeps them, and nothing that is still to be acted on", async () => {
    const old = { ...aNotification("old", world.clock.now()), ours: ignored }
    const { number } = await world.aPayment("pending")
    const waiting = aNotification(number, world.clock.now())
    await world.ledger.notifications.store(old)
    await world.ledger.notifications.store(waiting)
    world.clock.forward(91 * day)
    const young = { ...aNotification("young", world.clock.now()), ours: ignored }
    await world.ledger.notifications.store(young)
    await tidied()
    expect((await kept()).sort()).toEqual([waiting.bodyHash, young.bodyHash].sort())
    expect(errors).toEqual([])
  })

  it("goes on where a part of it fails, and says which", async () => {
    const { ledger } = world
    const folded = jest.fn(() => Promise.resolve(0))
    await tidied({
      ...ledger,
      payLinks: { prune: () => Promise.reject(new Error("away")) },
      turnovers: { fold: folded },
    } as unknown as typeof ledger)
    expect(errors).toEqual([expect.stringContaining("job_failed part=links")])
    expect(folded).toHaveBeenCalled()
  })
})
