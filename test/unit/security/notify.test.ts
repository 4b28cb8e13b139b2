import type { NotificationReading } from "../../../src/core"
import type { NewNotification } from "../../../src/services/ledger"
import { act, receive, type SettleDeps } from "../../../src/services/settlement"
import type { Notification } from "../../../src/services/settlement"

const now = new Date("2024-03-01T05:06:07Z")

const signed: NotificationReading = {
  readable: true,
  digest: "the same for the same message",
  verified: true,
  about: "payment",
  account: "mch35005",
  number: "01J9ZK",
  state: "SUCCESS",
  amount: { minor: 35050, currency: "thb" },
}

/** A ledger that counts as it is told, and says what it was asked to write. */
function world(
  reading: NotificationReading,
  stored: { rejected?: number; verified?: number } = {},
  state = "pending",
) {
  const written: string[] = []
  const errors: string[] = []
  const payment = { id: "gpay_1", providerId: "pp_ksher_th", state, nextCheckAt: null }
  const deps = {
    providerId: "pp_ksher_th",
    gateway: { name: "ksher", account: "mch35005", readNotification: () => reading },
    clock: { now: () => now },
    random: () => 0.5,
    log: { error: (line: string) => errors.push(line), warn: () => undefined, info: () => undefined },
    ledger: {
      payments: {
        get: async () => payment,
        wake: async () => written.push("a query, soon"),
      },
      notifications: {
        store: async ({ verified, bound }: NewNotification) => {
          const alike = (verified ? stored.verified : stored.rejected) ?? 0
          if (alike >= bound.atMost) return { paymentId: payment.id, stored: undefined }
          written.push("a notification")
          const notification = { id: "gnot_1", result: "received" }
          return { paymentId: payment.id, stored: { notification, fresh: true } }
        },
        finish: async () => {
          throw new Error("the database is gone")
        },
      },
    },
  } as unknown as SettleDeps
  return { deps, written, errors }
}

const raw = { body: Buffer.from("x"), contentType: "text/plain", query: "" }

it("the 200th forged one within an hour is stored, the 201st is not, and costs no query either", async () => {
  const forged = { ...signed, verified: false, reason: "the signature is not Ksher's" }
  const last = world(forged, { rejected: 199 })
  expect(await receive(raw, last.deps)).toMatchObject({ kind: "forged" })
  expect(last.written).toEqual(["a notification", "a query, soon"])
  const more = world(forged, { rejected: 200 })
  expect(await receive(raw, more.deps)).toMatchObject({ kind: "flooded" })
  expect(more.written).toEqual([])
})

it("a flood of forged ones does not keep a genuine one out", async () => {
  const { deps, written } = world(signed, { rejected: 200 })
  expect(await receive(raw, deps)).toMatchObject({ kind: "accepted", fresh: true })
  expect(written).toEqual(["a notification"])
})

it("the 51st verified one about a payment within an hour is not stored: the gateway is asked instead", async () => {
  const { deps, written } = world(signed, { verified: 50 })
  expect(await receive(raw, deps)).toMatchObject({ kind: "flooded" })
  expect(written).toEqual(["a query, soon"])
})

it("one too many about a paid payment is asked about as well, if it verifies: it may tell of a refund", async () => {
  const paid = world(signed, { verified: 50 }, "paid")
  expect(await receive(raw, paid.deps)).toMatchObject({ kind: "flooded" })
  expect(paid.written).toEqual(["a query, soon"])
  const forged = world({ ...signed, verified: false }, {}, "paid")
  expect(await receive(raw, forged.deps)).toMatchObject({ kind: "forged" })
  expect(forged.written).toEqual(["a notification"])
})

it("a database that goes away while a notification is acted on is logged, and rejects nothing that nobody awaits", async () => {
  const { deps, errors } = world(signed)
  const notification = { id: "gnot_1", paymentId: "gpay_1", tries: 0 } as Notification
  await expect(act(notification, deps)).resolves.toBeUndefined()
  expect(errors).toHaveLength(2)
  expect(errors[1]).toBe("[gateway-payments] notification_failed notification=gnot_1: Error")
})
