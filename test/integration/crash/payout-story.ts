import type { AxiosRequestConfig } from "axios"

import { PageVisitor, proofIn } from "../../../demo/shop"
import { isQuiet, isUnclear } from "../../../src/core"
import type { Operation } from "../../../src/services/ledger"
import { books, eventually, ledgerPayment } from "../books"
import type { Premises } from "../processes/process"
import { hour, ksher, minute, type Way } from "../ways"
import { paid, paymentOf, placed, told, type Story, type Subject } from "./stories"

/** What Ksher does not refund. */
const way: Way = { ...ksher, pay: { channel: "promptpay" } }
const account = { who: "shopper@shop.example", type: "mobile", number: "0812345678", bank: "" }

/** No payout is sent around 02:30 Thai time: a run that would come into that begins after it. */
async function pastTheQuietTime({ processes, sandbox }: Premises): Promise<void> {
  const now = processes[0]!.now().getTime()
  const quarters = Array.from({ length: 13 }, (_, at) => now + (at * hour) / 4)
  const comesInto = quarters.some((time) => isQuiet(new Date(time)))
  if (!comesInto) return
  for (const one of processes) one.travel(4 * hour)
  await sandbox.advance(4 * hour)
}

const payoutsOf = async (world: Premises, { order }: Subject): Promise<Operation[]> => {
  const { id } = await ledgerPayment(world, order!)
  return (await world.plugin.ledger.operations.ofPayment(id)).filter(({ kind }) => kind === "payout")
}

/** Minor units that have arrived in the shopper's account. */
async function arrived(world: Premises, subject: Subject): Promise<number> {
  const numbers = new Set((await payoutsOf(world, subject)).map(({ number }) => number))
  const sent = (await world.sandbox.payouts()).filter(
    ({ no, state }) => numbers.has(no) && state === "success",
  )
  return sent.reduce((sum, { amount }) => sum + amount, 0)
}

const adminUrl = async (world: Premises, { order }: Subject) =>
  `/admin/gateway-payments/${(await ledgerPayment(world, order!)).id}`

/** The shopper opens a new link, and answers all but the last question. */
async function nameAccount(
  world: Premises,
  subject: Subject,
  { id }: Operation,
): Promise<AxiosRequestConfig> {
  const payout = await world.plugin.ledger.shopperPayouts.of(id)
  const seen = { operation_id: id, link_id: payout?.link?.id ?? null, given_at: payout?.givenAt ?? null }
  const made = await world.shop.admin("post", `${await adminUrl(world, subject)}/payout`, {
    ...{ action: "link", ...seen },
  })
  const shopper = new PageVisitor(world.shop.url, { "accept-language": "en" })
  const page = await shopper.open((made as { link: { url: string } }).link.url)
  const step = async (body: string, fields: Record<string, string>) =>
    (await shopper.post(page, { proof: proofIn(body), ...fields })).body
  const where = await step(page.body, { step: "who", who: account.who })
  const check = await step(where, { step: "where", ...account })
  return {
    method: "post",
    url: page.url,
    data: new URLSearchParams({ proof: proofIn(check), step: "confirm", ...account }).toString(),
    headers: {
      ...shopper.held(new URL(page.url)),
      ...{
        "content-type": "application/x-www-form-urlencoded",
        origin: "null",
        "sec-fetch-site": "same-origin",
      },
    },
  }
}

/** What is in doubt, a person looks up; and whoever has not answered, or has answered for nothing, is asked anew. */
async function goOn(world: Premises, subject: Subject): Promise<void> {
  for (let rounds = 0; rounds < 4; rounds++) {
    const url = await adminUrl(world, subject)
    await world.shop.admin("post", `${url}/sync`, {})
    const made = await payoutsOf(world, subject)
    if (made.some(({ state }) => state === "succeeded")) return
    const doubtful = made.find(({ state }) => isUnclear(state))
    const waiting = made.find(({ state, reason }) => state === "pending" && reason !== "given")
    if (doubtful) {
      const { version } = await ledgerPayment(world, subject.order!)
      const said = { action: "did_not", operation_id: doubtful.id, note: "Not in the console.", version }
      await world.shop.admin("post", `${url}/resolve`, said)
      // What is owed is refunded anew after a while.
      world.processes[0]!.travel(20 * minute)
    } else if (waiting) await world.shop.http.request(await nameAccount(world, subject, waiting))
  }
}

/** The shopper confirms the account: it is kept, and Ksher pays it out. */
export const paysOut: Story = {
  title: "ksher: a shopper confirms where a refund is paid out to",
  way,
  begin: async (world) => {
    await pastTheQuietTime(world)
    await world.sandbox.changeKsherMerchant(world.sandbox.ksher.appid, { payoutBalance: 100_000_000 })
    const subject = await placed(world, await paid(world, way))
    const amount = { amount: way.major }
    await world.shop.admin("post", `/admin/payments/${await paymentOf(world, subject)}/refund`, amount)
    return subject
  },
  request: async (world, subject) => nameAccount(world, subject, (await payoutsOf(world, subject))[0]!),
  ended: (world, subject) => told(world, subject, "refunded"),
  // An account that was kept is paid. What was written and did not leave, a person has to look up.
  owed: async (world, subject) => {
    const [first] = await payoutsOf(world, subject)
    const goesOut = first?.state === "pending" && first.reason === "given"
    return goesOut || (await arrived(world, subject)) ? 0 : way.minor
  },
  goOn,
  expectHeld: async (world, subject, held) => {
    const found = async () => ({
      arrived: await arrived(world, subject),
      ledger: (await ledgerPayment(world, subject.order!)).refundedAmount,
      medusa: (await books(world, subject.order!)).refunded,
    })
    const back = way.minor - held
    const right = { arrived: back, ledger: back, medusa: way.major }
    await eventually(found, (now) => JSON.stringify(now) === JSON.stringify(right))
  },
  held: 0,
  status: "pending",
  mark: "refunded",
}
