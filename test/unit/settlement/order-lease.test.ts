import type { MedusaContainer } from "@medusajs/framework/types"
import { ContainerRegistrationKeys, Modules } from "@medusajs/framework/utils"

import { lockOrder } from "../../../src/services/host/order"
import type { Ledger } from "../../../src/services/ledger"
import { asOwnFlow, inTurn, withOrderLease } from "../../../src/services/settlement"
import { type OrderDeps } from "../../../src/services/settlement/orders/order-lease"

/** An order in the ledger, and Medusa's locking module, each of which another process may hold. */
function shop({ leased = 0, locked = 0, silent = false, stuck = false } = {}) {
  let [leaseRefusals, lockRefusals, pauses] = [leased, locked, 0]
  const held = new Set<string>()
  const log: string[] = []
  const warnings: string[] = []
  const answers: (() => void)[] = []
  const locking = {
    acquire: (key: string, { ownerId }: { ownerId: string }) => {
      if (silent)
        return new Promise<void>((resolve) =>
          answers.push(() => {
            held.add(`lock ${key}`)
            resolve()
          }),
        )
      if (lockRefusals-- > 0) return Promise.reject(new Error("Failed to acquire lock"))
      log.push(`lock ${ownerId ? "" : "of nobody"}`.trim())
      held.add(`lock ${key}`)
      return Promise.resolve()
    },
    release: (key: string) => {
      log.push("unlock")
      if (stuck) return Promise.reject(new Error("connection lost"))
      return Promise.resolve(held.delete(`lock ${key}`))
    },
  }
  const services: Record<string, unknown> = {
    [Modules.LOCKING]: locking,
    [ContainerRegistrationKeys.LOGGER]: { warn: (line: string) => warnings.push(line) },
  }
  const container = { resolve: (name: string) => services[name] } as unknown as MedusaContainer
  const orders = {
    lease: (orderId: string) => {
      if (leaseRefusals-- > 0 || held.has(`lease ${orderId}`)) return Promise.resolve(undefined)
      held.add(`lease ${orderId}`)
      log.push("lease")
      return Promise.resolve({ orderId, token: "t" })
    },
    renew: () => {
      log.push("renew")
      return Promise.resolve(true)
    },
    release: ({ orderId }: { orderId: string }) => {
      log.push("release")
      held.delete(`lease ${orderId}`)
      return Promise.resolve()
    },
  }
  const deps: OrderDeps = {
    ledger: { orders } as unknown as Pick<Ledger, "orders">,
    host: { lockOrder: (orderId) => lockOrder(container, orderId) },
    wait: () => {
      pauses++
      return Promise.resolve()
    },
    log: {
      info: () => undefined,
      warn: (line) => void warnings.push(line),
      error: () => undefined,
    },
  }
  return {
    held,
    log,
    warnings,
    pauses: () => pauses,
    /** The locking module answers what it has been asked at last. */
    answer: () => answers.forEach((answer) => answer()),
    at: <T>(orderId: string | undefined, work: () => Promise<T>) => withOrderLease(orderId, deps, work),
    once: <T>(orderId: string, work: () => Promise<T>) =>
      withOrderLease(orderId, { ...deps, comesOnce: true }, work),
    turn: <T>(waitsMs: number, work: () => Promise<T>) => inTurn("page_1", deps, waitsMs, work),
  }
}

const nothing = () => Promise.resolve("done")

describe("one at an order at a time", () => {
  it("takes the ledger's lease first and Medusa's lock after, and gives both back at the end", async () => {
    const order = shop()
    expect(await order.at("order_1", nothing)).toBe("done")
    expect([order.log, [...order.held]]).toEqual([["lease", "lock", "unlock", "release"], []])
  })

  it("waits for whoever is at it, and says after ten seconds that nothing was sent", async () => {
    const short = shop({ leased: 7 })
    expect([await short.at("order_1", nothing), short.pauses()]).toEqual(["done", 7])

    const long = shop({ leased: 1_000_000 })
    const work = jest.fn(nothing)
    await expect(long.at("order_1", work)).rejects.toMatchObject({ code: "order_busy", kind: "conflict" })
    expect([work.mock.calls.length, long.pauses(), long.log]).toEqual([0, 50, []])
  })

  it("is refused at once to whoever may not queue", async () => {
    const order = shop({ leased: 1 })
    const work = jest.fn(nothing)
    await expect(order.once("order_1", work)).rejects.toMatchObject({ code: "order_busy" })
    expect([work.mock.calls.length, order.pauses()]).toEqual([0, 0])
    expect(await order.once("order_1", work)).toBe("done")
  })

  it("a turn under a name takes the lease alone, waits as long as it may, and gives it back after a failure", async () => {
    const page = shop({ leased: 3 })
    expect(await page.turn(400, nothing)).toBeUndefined()
    expect([await page.turn(400, nothing), page.log]).toEqual([{ done: "done" }, ["lease", "release"]])
    await expect(page.turn(400, () => Promise.reject(new Error("not opened")))).rejects.toThrow("not opened")
    expect([...page.held]).toEqual([])
  })

  it("never waits for itself: what its work asks for runs in it, and a payment without an order holds nothing", async () => {
    const order = shop()
    await order.at("order_1", () => order.at("order_1", () => order.at(undefined, nothing)))
    expect(order.log).toEqual(["lease", "lock", "unlock", "release"])
  })

  it("is held until the last of its work has ended, and by nobody who comes after that", async () => {
    const order = shop()
    let end: () => void = () => undefined
    let later = Promise.resolve("")
    await order.at("order_1", () => {
      // A subscriber that was told by the route, and that goes on after its answer.
      later = order.at("order_1", () => new Promise((resolve) => (end = () => resolve("later"))))
      return nothing()
    })
    expect(order.held).toContain("lease order_1")
    end()
    expect(await later).toBe("later")
    expect([...order.held]).toEqual([])
  })

  it("makes a subscriber that the work has told wait, since it is a flow of its own", async () => {
    const order = shop()
    let told = Promise.resolve("")
    await order.at("order_1", () => {
      told = asOwnFlow(() => order.at("order_1", nothing))
      return nothing()
    })
    expect(await told).toBe("done")
    expect(order.log).toEqual(["lease", "lock", "unlock", "release", "lease", "lock", "unlock", "release"])
  })

  it("takes the order anew in a flow that was begun within it and goes on long after", async () => {
    const order = shop()
    let goOn: () => Promise<string> = nothing
    await order.at("order_1", () => {
      goOn = () => order.at("order_1", nothing)
      return nothing()
    })
    await goOn()
    expect(order.log.filter((one) => one === "lease")).toHaveLength(2)
  })

  it("goes on without Medusa's lock where its dead owner never gives it up, and says so", async () => {
    const order = shop({ locked: 1_000_000 })
    expect(await order.at("order_1", nothing)).toBe("done")
    expect([order.log, order.pauses()]).toEqual([["lease", "release"], 50])
    expect(order.warnings).toEqual([expect.stringContaining("order_lock_missing order=order_1")])
  })

  it("gives both back where the work throws, and keeps its answer where the lock cannot be given back", async () => {
    const failing = shop()
    await expect(failing.at("order_1", () => Promise.reject(new Error("gone")))).rejects.toThrow("gone")
    expect([...failing.held]).toEqual([])

    const stuck = shop({ stuck: true })
    expect(await stuck.at("order_1", nothing)).toBe("done")
    expect(stuck.warnings).toEqual([expect.stringContaining("lock_not_released order=order_1")])
  })

  describe("by the clock", () => {
    beforeEach(() => jest.useFakeTimers())
    afterEach(() => jest.useRealTimers())

    it("renews its lease and the lock while the work runs, and not after", async () => {
      const order = shop()
      let end: (answer: string) => void = () => undefined
      const work = order.at("order_1", () => new Promise<string>((resolve) => (end = resolve)))
      await jest.advanceTimersByTimeAsync(65_000)
      expect(order.log.filter((one) => one === "renew")).toHaveLength(3)
      expect(order.log.filter((one) => one === "lock")).toHaveLength(4)
      end("done")
      await work
      await jest.advanceTimersByTimeAsync(60_000)
      expect(order.log.filter((one) => one === "renew")).toHaveLength(3)
    })

    it("goes on where the locking module does not answer at all, and gives back what it is given too late", async () => {
      const order = shop({ silent: true })
      const work = jest.fn(nothing)
      const done = order.at("order_1", work)
      await jest.advanceTimersByTimeAsync(9_999)
      expect(work).not.toHaveBeenCalled()
      await jest.advanceTimersByTimeAsync(1)
      await done
      expect(order.log).toEqual(["lease", "release"])
      order.answer()
      await jest.advanceTimersByTimeAsync(0)
      expect([order.log, [...order.held]]).toEqual([["lease", "release", "unlock"], []])
    })
  })
})
