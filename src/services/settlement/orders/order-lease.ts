import { AsyncLocalStorage } from "node:async_hooks"

import { PaymentProblem } from "../../../core"
import type { Ledger, OrderLease } from "../../ledger"
import { logLine, wordsOf } from "../../observability"
import type { Log } from "../deps"
import type { Host, OrderLock } from "../host"
import { minute, second } from "../schedule"

/** What holding an order takes. `every` runs `work` again and again until the function it returns is called. */
export interface OrderDeps {
  ledger: Pick<Ledger, "orders">
  host: Pick<Host, "lockOrder">
  wait: (ms: number) => Promise<unknown>
  log: Log
  every?: ((ms: number, work: () => void) => () => void) | undefined
  /** Whoever finds the order taken is told so at once: for routes that anybody may call. */
  comesOnce?: true
}

/** How long an order stays with a process that has died. */
export const orderLeaseMs = minute
const renewMs = 20 * second
const waitMs = 200
/** Ten seconds. */
const patience = 50

interface Held {
  orderId: string
  /** The work that began it, and what that work called: the last one to end gives the order back. */
  users: number
  giveBack: () => Promise<void>
}

/** The order that the running flow holds: a refund that Medusa asks of the provider belongs to the route that asked Medusa. */
const holding = new AsyncLocalStorage<Held>()

/**
 * Runs `work` while nobody else moves money of the same order, cancels it or opens a change of it: not another route, not the
 * job, not another instance. Always taken before a payment's lease, never within one. Whoever has the order already does not
 * wait for itself. Whoever cannot have it within ten seconds is told so, and nothing has been sent.
 *
 * Order edits know only Medusa's own lock on the order's id, so that is taken besides. Its PostgreSQL provider never gives
 * up the lock of a dead process: it is waited for in vain once, and whether a change is open is read after that.
 */
export async function withOrderLease<T>(
  orderId: string | undefined,
  deps: OrderDeps,
  work: () => Promise<T>,
): Promise<T> {
  if (orderId === undefined) return work()
  const own = holding.getStore()
  if (own?.orderId === orderId && own.users > 0) return asUser(own, work)
  const held = await take(orderId, deps)
  return holding.run(held, () => asUser(held, work))
}

/**
 * What an event begins is a flow of its own: Medusa's bus in memory runs it within the one that told it, and both would work at the
 * order at once.
 */
export const asOwnFlow = <T>(work: () => Promise<T>): Promise<T> => holding.exit(work)

async function asUser<T>(held: Held, work: () => Promise<T>): Promise<T> {
  held.users++
  try {
    return await work()
  } finally {
    held.users--
    if (held.users === 0) await held.giveBack()
  }
}

async function take(orderId: string, deps: OrderDeps): Promise<Held> {
  const lease = await takeLease(orderId, deps)
  const lock = deps.host.lockOrder(orderId)
  let isLocked = false
  const stop = (deps.every ?? everyOf)(renewMs, () => {
    void renew(lease, deps)
    if (isLocked) void lock.acquire()
  })
  const held: Held = {
    orderId,
    users: 0,
    giveBack: async () => {
      stop()
      if (isLocked) lock.release()
      await deps.ledger.orders.release(lease)
    },
  }
  isLocked = await inTime(lock, deps)
  if (!isLocked) deps.log.warn(logLine("order_lock_missing", { order: orderId }, goesOn))
  return held
}

const goesOn =
  "Medusa's lock on the order was not given back within ten seconds, as after the death of a process: the open changes are read once more, and the work goes on without it"

/**
 * Runs `work` while nobody else, on any instance, works under the same name. No connection to the database is kept meanwhile.
 * `undefined`: somebody else was at it for as long as this waits, and nothing was done.
 */
export async function inTurn<T>(
  name: string,
  deps: Omit<OrderDeps, "host">,
  waitsMs: number,
  work: () => Promise<T>,
): Promise<{ done: T } | undefined> {
  const lease = await leaseWithin(name, deps, Math.ceil(waitsMs / waitMs))
  if (!lease) return undefined
  const stop = (deps.every ?? everyOf)(renewMs, () => void renew(lease, deps))
  try {
    return { done: await work() }
  } finally {
    stop()
    await deps.ledger.orders.release(lease)
  }
}

async function leaseWithin(
  name: string,
  deps: Pick<OrderDeps, "ledger" | "wait">,
  most: number,
): Promise<OrderLease | undefined> {
  for (let tries = 0; tries <= most; tries++) {
    const lease = await deps.ledger.orders.lease(name, orderLeaseMs)
    if (lease) return lease
    if (tries < most) await deps.wait(waitMs)
  }
  return undefined
}

async function takeLease(orderId: string, deps: OrderDeps): Promise<OrderLease> {
  const lease = await leaseWithin(orderId, deps, deps.comesOnce ? 0 : patience)
  if (lease) return lease
  throw new PaymentProblem(
    "conflict",
    "order_busy",
    "Somebody else is working at this order: a refund, a cancel or a change of it. Nothing was sent for this request; look at the order again in a moment.",
  )
}

/**
 * Whether Medusa's lock was had in time. A provider that is out of reach may take minutes to say so, or not say it at all: a lock
 * that it hands out after that is given back at once.
 */
async function inTime(lock: OrderLock, deps: OrderDeps): Promise<boolean> {
  let over = false
  const isOver = () => over
  const asking = async (): Promise<boolean> => {
    for (let tries = 0; tries <= patience && !isOver(); tries++) {
      if (tries > 0) await deps.wait(waitMs)
      if (isOver() || !(await lock.acquire())) continue
      if (isOver()) lock.release()
      else return true
    }
    return false
  }
  let stop: (() => void) | undefined
  const waited = new Promise<boolean>((resolve) => {
    stop = (deps.every ?? everyOf)(patience * waitMs, () => resolve(false))
  })
  try {
    return await Promise.race([asking(), waited])
  } finally {
    over = true
    stop?.()
  }
}

async function renew(lease: OrderLease, deps: Pick<OrderDeps, "ledger" | "log">): Promise<void> {
  try {
    if (await deps.ledger.orders.renew(lease, orderLeaseMs)) return
    deps.log.warn(logLine("order_lease_lost", { order: lease.orderId }, "another process has taken it over"))
  } catch (error) {
    // The database is asked again at the next turn, before the lease is over.
    deps.log.warn(logLine("order_lease_lost", { order: lease.orderId }, wordsOf(error)))
  }
}

function everyOf(ms: number, work: () => void): () => void {
  const timer = setInterval(work, ms)
  timer.unref()
  return () => clearInterval(timer)
}
