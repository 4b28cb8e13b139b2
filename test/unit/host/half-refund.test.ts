import type { MedusaContainer } from "@medusajs/framework/types"
import { ContainerRegistrationKeys, Modules } from "@medusajs/framework/utils"

import { refundOneByOne } from "../../../src/services/host"

const rows: Record<string, object | undefined> = {
  payment: { provider_id: "pp_ksher_th", payment_collection_id: "paycol_1", amount: 10 },
  order_payment_collection: { order_id: "order_1" },
  order: { id: "order_1", status: "pending", summary: { pending_difference: 0 } },
}

/** A container with Medusa's answers about one order, and a locking module that another process may be using. */
function host({ heldByAnother = 0, changed = {}, silent = false, stuck = false } = {}) {
  const held = new Set<string>()
  let refusals = heldByAnother
  let released = 0
  const answers: (() => void)[] = []
  const warnings: string[] = []
  const locking = {
    acquire: (key: string) => {
      if (silent)
        return new Promise<void>((resolve) =>
          answers.push(() => {
            held.add(key)
            resolve()
          }),
        )
      if (refusals-- > 0 || held.has(key)) return Promise.reject(new Error("Failed to acquire lock"))
      held.add(key)
      return Promise.resolve()
    },
    release: (key: string) => {
      released += 1
      if (stuck) return Promise.reject(new Error("connection lost"))
      return Promise.resolve(held.delete(key))
    },
  }
  const query = {
    graph: ({ entity }: { entity: string }) => {
      const row = { ...rows, ...changed }[entity]
      return Promise.resolve({ data: [row] })
    },
  }
  const services: Record<string, unknown> = {
    [Modules.LOCKING]: locking,
    [ContainerRegistrationKeys.QUERY]: query,
    [ContainerRegistrationKeys.LOGGER]: { warn: (line: string) => warnings.push(line) },
  }
  const container = { resolve: (name: string) => services[name] } as unknown as MedusaContainer
  let pauses = 0
  const carried: number[] = []
  return {
    held,
    carried,
    warnings,
    /** The locking provider answers what it has been asked at last. */
    answer: () => answers.forEach((answer) => answer()),
    pauses: () => pauses,
    released: () => released,
    refund: (amount: number, work: () => Promise<unknown> = () => Promise.resolve()) =>
      refundOneByOne(
        container,
        { paymentId: "pay_1", amount },
        () => {
          carried.push(amount)
          return work()
        },
        () => {
          pauses += 1
          return Promise.resolve()
        },
      ),
  }
}

describe("one refund of an order at a time", () => {
  it("waits for the one that another request or instance is making", async () => {
    const shop = host({ heldByAnother: 7 })

    await shop.refund(5)

    expect([shop.carried, shop.pauses(), [...shop.held]]).toEqual([[5], 7, []])
  })

  it("goes on where that one does not end: the lock of a dead process, or a locking provider that is down", async () => {
    const shop = host({ heldByAnother: 1_000_000 })

    await shop.refund(5)

    expect([shop.carried, shop.pauses(), shop.released()]).toEqual([[5], 100, 0])
  })

  it("goes on where the locking provider does not answer at all, and gives back what it is given too late", async () => {
    jest.useFakeTimers()
    try {
      const shop = host({ silent: true })
      const refund = shop.refund(5)
      await jest.advanceTimersByTimeAsync(9_999)
      expect(shop.carried).toEqual([])
      await jest.advanceTimersByTimeAsync(1)
      await refund
      expect([shop.carried, shop.released()]).toEqual([[5], 0])
      shop.answer()
      await jest.advanceTimersByTimeAsync(0)
      expect([shop.carried, shop.released(), [...shop.held]]).toEqual([[5], 1, []])
    } finally {
      jest.useRealTimers()
    }
  })

  it("keeps its answer where the lock cannot be given back", async () => {
    const made = host({ stuck: true })
    await made.refund(5)
    const cancelled = host({
      stuck: true,
      changed: { order: { id: "order_1", status: "canceled", summary: null } },
    })
    await expect(cancelled.refund(5)).rejects.toMatchObject({ code: "order_canceled" })
    for (const shop of [made, cancelled])
      expect(shop.warnings).toEqual([expect.stringContaining("lock_not_released order=order_1")])
  })

  it("leaves the lock behind in no case: not where the refund throws, and not where it is refused", async () => {
    const failing = host()
    await expect(failing.refund(5, () => Promise.reject(new Error("gone")))).rejects.toThrow("gone")
    const cancelled = host({ changed: { order: { id: "order_1", status: "canceled", summary: null } } })
    await expect(cancelled.refund(5)).rejects.toMatchObject({ code: "order_canceled" })

    expect([...failing.held, ...cancelled.held, ...cancelled.carried]).toEqual([])
  })

  it.each([
    [
      "another provider's",
      { payment: { provider_id: "pp_system_default", payment_collection_id: "x", amount: 1 } },
    ],
    ["a payment without an order", { order_payment_collection: undefined }],
  ])("lets %s pass without a lock", async (_, changed) => {
    const shop = host({ heldByAnother: 1, changed })

    await shop.refund(5)

    expect([shop.carried, shop.pauses()]).toEqual([[5], 0])
  })
})
