import { z } from "zod"
import { states } from "../../../src/core"
import { LeaseLost, openLedger } from "../../../src/services/ledger"
import type { Database, Ledger, NewNotification, NewPayLink, Prepared } from "../../../src/services/ledger"
import { aNewPayment, openLedgerWorld, start, type LedgerWorld } from "./support"

interface Node {
  "Node Type": string
  "Index Name"?: string | undefined
  "Relation Name"?: string | undefined
  Plans?: Node[] | undefined
}

const node: z.ZodType<Node> = z.lazy(() =>
  z.object({
    "Node Type": z.string(),
    "Index Name": z.string().optional(),
    "Relation Name": z.string().optional(),
    Plans: z.array(node).optional(),
  }),
)
const explained = z.tuple([z.object({ "QUERY PLAN": z.tuple([z.object({ Plan: node })]) })])

/** Plans every statement that goes through it, and carries out none of them. */
class Planner implements Database {
  readonly plans: { sql: string; plan: Node }[] = []
  /** `answers`: the rows that the first statements are said to return; the others return none. */
  constructor(
    private readonly database: Database,
    private readonly answers: object[][] = [],
  ) {}

  async query<Row>(sql: string, bindings: readonly unknown[] = []): Promise<Row[]> {
    const [row] = explained.parse(await this.database.query(`explain (format json) ${sql}`, bindings))
    this.plans.push({ sql, plan: row["QUERY PLAN"][0].Plan })
    return (this.answers.shift() ?? []) as Row[]
  }

  transaction<T>(work: (database: Database) => Promise<T>): Promise<T> {
    return work(this)
  }
}

const nodesOf = (plan: Node): Node[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)]
const scansOf = (plan: Node): string[] =>
  nodesOf(plan)
    .filter((one) => one["Node Type"] === "Seq Scan")
    .map((one) => one["Relation Name"] ?? "")

const rows = 24_000

let world: LedgerWorld
beforeAll(async () => {
  world = await openLedgerWorld("ledger_plans")
  await fill()
})
afterAll(() => world.close())

/**
 * Two years of a shop: most payments at rest, a few open, due, or under attention; three operations and two notifications
 * each. One in a thousand is looked for below.
 */
async function fill() {
  await world.database.query(
    `insert into gateway_payment (id, session_id, collection_id, order_id, provider_id, gateway, account, mode,
       merchant_order_no, gateway_order_no, pay_order_no, channel, currency_code, digits, amount, state, attention, next_check_at,
       created_at, updated_at)
     select 'gpay_' || lpad(n::text, 26, '0'), 'payses_' || n, 'pay_col_' || n, 'order_' || n,
       (array['pp_ksher_th', 'pp_ksher_my', 'pp_gnete_hk'])[1 + n % 3], (array['ksher', 'ksher', 'gnete'])[1 + n % 3],
       'account', 'redirect', 'M' || n, 'G' || n, 'P' || n, (array['promptpay', 'truemoney', 'UP_OP'])[1 + n % 3], 'thb', 2,
       case when n % 3 = 0 then 10000 else n end,
       case when n % 200 = 0 then 'pending' when n % 500 = 1 then 'paid_late' when n % 10 = 2 then 'void' when n % 20 = 3 then 'refunded'
         else 'paid' end,
       case when n % 1000 = 1 then 'Look.' end,
       case when n % 200 = 0 then ?::timestamptz + n * interval '1 second' end,
       ?::timestamptz - n * interval '40 minutes', ?::timestamptz
     from generate_series(1, ${rows}) n`,
    [start, start, start],
  )
  await world.database.query(
    `insert into gateway_operation (id, gateway_payment_id, kind, number, gateway_no, amount, state, refund_id, created_at, updated_at)
     select 'gpop_' || kind || p.id, p.id, kind, kind || p.merchant_order_no, 'g' || kind || p.merchant_order_no, 1, 'succeeded',
       case when kind = 'refund' then 'ref_' || p.merchant_order_no end, p.created_at, p.created_at
     from gateway_payment p, unnest(array['open', 'close', 'refund']) kind`,
  )
  await world.database.query(
    `insert into gateway_notification (id, provider_id, gateway_payment_id, body_hash, verified, result, next_try_at, created_at, updated_at)
     select 'gnot_' || p.id || n, p.provider_id, p.id, p.id || n, p.id not like '%00', 'acted',
       case when p.id like '%000' and n = 1 then p.created_at end, p.created_at, p.created_at
     from gateway_payment p, generate_series(1, 2) n`,
  )
  // The job has folded all but what came since its last run.
  await world.database.query("update gateway_notification_count set folded = slot < ?", [
    new Date(start.getTime() - 3 * 3_600_000),
  ])
  await world.database.query(
    `insert into gateway_order (order_id, cancel_asked_by, cancel_asked_at, cancel_next_at, created_at, updated_at)
     select order_id, case when id like '%000' then 'admin' end, case when id like '%000' then created_at end,
       case when id like '%000' then created_at end, created_at, created_at
     from gateway_payment`,
  )
  await world.database.query(
    `insert into gateway_decision (id, gateway_payment_id, key, fingerprint, version, action, note, decided_by, created_at)
     select 'gdec_' || id, id, case when id like '%0' then 'key_' || id end, 'f', 1, 'refund', 'n', 'user_1', created_at from gateway_payment`,
  )
  await world.database.query(
    `insert into gateway_turnover (hour, provider_id, gateway, channel, currency_code, digits, payments, taken, refunds, returned, folded)
     select ?::timestamptz - n * interval '1 hour', 'pp_ksher_th', 'ksher', 'card', 'thb', 2, 1, 100, 0, 0, n > 20
     from generate_series(1, ${rows}) n`,
    [start],
  )
  await world.database.query(
    `insert into gateway_alert (code, provider_id, gateway, payments, told_at)
     select 'no_order', 'pp_ksher_' || n, 'ksher', 1, ?::timestamptz from generate_series(1, ${rows}) n`,
    [start],
  )
  await world.database.query(
    `insert into gateway_report (day, held_until, sent_at)
     select to_char(?::timestamptz - n * interval '1 day', 'YYYY-MM-DD'), ?, ? from generate_series(1, ${rows}) n`,
    [start, start, start],
  )
  await world.database.query(
    `insert into gateway_pay_link (id, token_hash, collection_id, amount, currency_code, origin, expires_at, created_at)
     select 'gplink_' || n, 'hash_' || n, 'pay_col_' || n, '1', 'thb', 'admin', ?::timestamptz + n * interval '1 minute', ?::timestamptz
     from generate_series(1, ${rows}) n`,
    [start, start],
  )
  await world.database.query(
    `insert into gateway_settlement (gateway, account, source, begin_day, end_day, channel, currency_code, digits, amount, fee, vat,
       settles_on, transferred, transferred_on, seen_at)
     select 'ksher', 'account', 'statement', to_char(day, 'YYYY-MM-DD'), to_char(day, 'YYYY-MM-DD'), 'card', 'thb', 2, 1, 0, 0, null, 1,
       to_char(day, 'YYYY-MM-DD'), ?
     from (select ?::timestamptz - n * interval '1 day' as day from generate_series(1, ${rows}) n) days`,
    [start, start],
  )
  await world.database.query(
    `insert into gateway_settlement_fetch (gateway, account, month, tried_at)
     select 'ksher', 'account_' || n, '2026-11', ? from generate_series(1, ${rows}) n`,
    [start],
  )
  await world.database.query(
    `insert into gateway_statement_mapping (gateway, account, mapping, updated_at)
     select 'gnete', 'account_' || n, '{}', ? from generate_series(1, ${rows}) n`,
    [start],
  )
  await world.database.query(
    `insert into gateway_shopper_payout (operation_id, gateway_payment_id, link_id, wrong_tries, receiver_tail, created_at, updated_at)
     select id, gateway_payment_id, 'gprl_' || id, 0, '5678', ?, ? from gateway_operation where kind = 'refund'`,
    [start, start],
  )
  await world.database.query(
    "vacuum analyze gateway_shopper_payout, gateway_statement_mapping, gateway_settlement, gateway_settlement_fetch, gateway_pay_link",
  )
  await world.database.query(
    "vacuum analyze gateway_report, gateway_alert, gateway_turnover, gateway_payment, gateway_operation, gateway_notification, gateway_notification_count, gateway_order, gateway_decision",
  )
}

const id = `gpay_${"42".padStart(26, "0")}`
const now = start
const lately = new Date(start.getTime() - 86_400_000)
const linked = { collectionIds: ["pay_col_42", "pay_col_43"], sessionIds: ["payses_42", "payses_43"] }
/** A planned statement returns no row, and an empty page that is not the first has to be counted: both are planned. */
const seenPayout = { linkId: `gprl_gpop_refund${id}`, givenAt: now }
const page = { limit: 20, offset: 20 }
const deep = { limit: 20, offset: 0 }

const aPayLink: NewPayLink = {
  ...{ tokenHash: "hash", collectionId: "pay_col_42", orderId: null, sessionId: null },
  ...{ amount: "1", currency: "thb", origin: "session", madeBy: null, expiresAt: now },
}

const prepared: Prepared = {
  account: "account",
  mode: "redirect",
  channel: null,
  askedChannel: null,
  currency: "thb",
  digits: 2,
  amount: 1,
  orderId: null,
  askedAmount: null,
  medusaAmount: "0.01",
}

const shop = { gateway: "ksher", account: "account" } as const
const november = { from: "2026-11-01", to: "2026-11-02" }
const settled = {
  ...{
    begin: "2026-11-01",
    end: "2026-11-01",
    channel: "promptpay",
    reference: "",
    amount: 1,
    fee: 0,
    vat: 0,
  },
  ...{ settlesOn: null, transferred: 0, transferredOn: null },
}

/** Every statement of the ledger, by the method that makes it. */
const calls: Record<string, (ledger: Ledger) => Promise<unknown>> = {
  "payments.create": ({ payments }) => payments.create(aNewPayment(), now).catch(neitherWrittenNorRead),
  "payments.get": ({ payments }) => payments.get(id),
  "payments.ofSession": ({ payments }) => payments.ofSession("payses_42"),
  "payments.of": ({ payments }) => payments.of({ number: "M42", providerId: "pp_ksher_th" }),
  "payments.ofNumber": ({ payments }) => payments.ofNumber("pp_ksher_th", "M42"),
  "payments.open": ({ payments }) => payments.open(aNewPayment(), now).catch(neitherWrittenNorRead),
  "payments.opened": async ({ payments }) =>
    payments.opened(await world.aPayment("created"), { id: `gpop_open${id}`, gatewayNo: "g" }, { checks: 1 }),
  "payments.ofOrder": ({ payments }) => payments.ofOrder("order_42", linked),
  "payments.ofOrder without collections": ({ payments }) => payments.ofOrder("order_42"),
  "payments.noteOrder": ({ payments }) => payments.noteOrder("order_42", linked),
  "payments.ofCollection": ({ payments }) => payments.ofCollection("pay_col_42"),
  "payments.heldBy": ({ payments }) =>
    payments.heldBy({ providerId: "pp_ksher_th", account: "account" }, lately),
  "payments.besideChange": ({ payments }) => payments.besideChange("", 100),
  "payments.madeBetween": ({ payments }) => payments.madeBetween("", lately, now, 100),
  "reservations.reserve": ({ reservations }) => reservations.reserve(id, ["pay_col_42"], ["payses_42"]),
  "reservations.of": ({ reservations }) => reservations.of(["pay_col_42"]),
  "reservations.openOfOrders": ({ reservations }) => reservations.openOfOrders("", 100),
  "payouts.keep": ({ payouts }) => payouts.keep(shop, november, [settled], { currency: "thb", digits: 2 }),
  "payouts.importLines": ({ payouts }) =>
    payouts.importLines(shop, [{ ...settled, currency: "thb", digits: 2 }]),
  "payouts.forgetStatements": ({ payouts }) => payouts.forgetStatements({ ...shop, account: "account_42" }),
  "payouts.lines": ({ payouts }) => payouts.lines(shop, november),
  "payouts.statementDays": ({ payouts }) => payouts.statementDays({ ...shop, account: "account_42" }),
  "payouts.moved": ({ payouts }) => payouts.moved(shop, { ...november, zone: "+07:00" }),
  "payouts.behind": ({ payouts }) =>
    payouts.behind(
      shop,
      { from: "2026-11-01T00:00", before: "2026-11-02T00:00", zone: "Asia/Bangkok" },
      { channel: "promptpay", currency: "thb", limit: 10 },
    ),
  "payouts.fetches": ({ payouts }) => payouts.fetches({ ...shop, account: "account_42" }),
  "payouts.claim": ({ payouts }) => payouts.claim(shop, { month: "2026-11", channel: "" }, undefined, 1),
  "payouts.end": ({ payouts }) => payouts.end(shop, { month: "2026-11", channel: "" }, { lines: 1 }),
  "payouts.mapping": ({ payouts }) => payouts.mapping({ gateway: "gnete", account: "account_42" }),
  "payouts.saveMapping": ({ payouts }) => payouts.saveMapping(shop, {}, null),
  "payments.ofIds": ({ payments }) => payments.ofIds([id, "gpay_x"]),
  "payments.update": ({ payments }) => payments.update(id, { checks: 1 }).catch(neitherWrittenNorRead),
  "payments.beginOpening": ({ payments }) => payments.beginOpening(id, prepared, now),
  "payments.changeWaiting": ({ payments }) => payments.changeWaiting(id, prepared),
  "payments.move": ({ payments }) => payments.move(id, "refunded"),
  "payments.wake": ({ payments }) => payments.wake(id, 1_000).catch(neitherWrittenNorRead),
  "payments.wakeWhenFree": ({ payments }) => payments.wakeWhenFree(id).catch(neitherWrittenNorRead),
  "payments.schedule": async ({ payments }) =>
    payments.schedule(await world.aPayment("paid"), 0, now).catch(neitherWrittenNorRead),
  "payments.scheduleUnchanged": async ({ payments }) =>
    payments.scheduleUnchanged(await world.aPayment("paid"), 0, now),
  "payments.countReturned": async ({ payments }) =>
    payments.countReturned(await world.aPayment("paid"), {
      ...{ state: "refunded", refundedAmount: 1, settledBy: "refund" },
    }),
  "payments.update under a lease": async (ledger) =>
    (await held(ledger)).payments.update(id, { checks: 1 }).catch(lost),
  "payments.move under a lease": async (ledger) =>
    (await held(ledger)).payments.move(id, "refunded").catch(lost),
  "payments.claimDue": ({ payments }) => payments.claimDue(50, 60_000),
  "payments.claimDue of an entry": ({ payments }) => payments.claimDue(50, 60_000, "pp_gnete_hk"),
  "payments.dueEntries": ({ payments }) => payments.dueEntries(),
  "payments.wakeAll": ({ payments }) => payments.wakeAll([id]),
  "notifications.claimDue of an entry": ({ notifications }) =>
    notifications.claimDue(50, 60_000, "pp_gnete_hk"),
  "notifications.dueEntries": ({ notifications }) => notifications.dueEntries(),
  "notifications.wakeAll": ({ notifications }) => notifications.wakeAll([id]),
  "payments.unsettledAfter": ({ payments }) => payments.unsettledAfter(id, lately, 100),
  "payments.list": ({ payments }) => payments.list(page),
  "payments.list, oldest first": ({ payments }) => payments.list({ ...page, order: "created_at" }),
  "payments.list, first page": ({ payments }) => payments.list({ ...page, offset: 0 }),
  "payments.list, later page": ({ payments }) => payments.list({ ...page, offset: 200 }),
  "payments.list, after a cursor": ({ payments }) =>
    payments.list({ ...deep, cursor: { side: "after", id } }),
  "payments.list, before a cursor": ({ payments }) =>
    payments.list({ ...deep, cursor: { side: "before", id } }),
  "payments.list, after a cursor, oldest first": ({ payments }) =>
    payments.list({ ...deep, order: "created_at", cursor: { side: "after", id } }),
  "payments.list, after a cursor, of a state, a provider entry, a gateway": async ({ payments }) => {
    const cursor = { side: "after", id } as const
    await payments.list({ ...deep, cursor, state: ["paid"] })
    await payments.list({ ...deep, cursor, state: ["paid", "void"] })
    await payments.list({ ...deep, cursor, providerId: "pp_ksher_my" })
    await payments.list({ ...deep, cursor, gateway: "gnete" })
  },
  "payments.list, after a cursor, under attention, by order and number": async ({ payments }) => {
    const cursor = { side: "after", id } as const
    await payments.list({ ...deep, cursor, attention: true })
    await payments.list({ ...deep, cursor, orders: { orderIds: ["order_42"], collectionIds: [] } })
    await payments.list({ ...deep, cursor, number: "M42" })
  },
  "payments.list of an order": ({ payments }) =>
    payments.list({ ...page, orders: { orderIds: ["order_42"], collectionIds: [] } }),
  "payments.list of a session": ({ payments }) => payments.list({ ...page, sessionId: "payses_42" }),
  "payments.list of a provider entry": ({ payments }) =>
    payments.list({ ...page, providerId: "pp_ksher_my" }),
  "payments.list of a provider entry that has none": ({ payments }) =>
    payments.list({ ...page, providerId: "pp_x" }),
  "payments.list of a gateway": ({ payments }) => payments.list({ ...page, gateway: "gnete" }),
  ...Object.fromEntries(
    states.map((state) => [
      `payments.list of ${state}`,
      ({ payments }: Ledger) => payments.list({ ...page, state: [state] }),
    ]),
  ),
  "payments.list of two states": ({ payments }) => payments.list({ ...page, state: ["paid", "void"] }),
  "payments.list under attention": ({ payments }) => payments.list({ ...page, attention: true }),
  "payments.list not under attention": ({ payments }) => payments.list({ ...page, attention: false }),
  "payments.list by number": ({ payments }) => payments.list({ ...page, number: "refundM42" }),
  "payments.list by the beginning of a number": ({ payments }) =>
    payments.list({ ...page, number: "refundM4242" }),
  "payments.list by orders and their collections": ({ payments }) =>
    payments.list({
      ...page,
      orders: { orderIds: ["order_42"], collectionIds: ["pay_col_42", "pay_col_43"] },
    }),
  "payments.list by amount": ({ payments }) => payments.list({ ...page, amount: "123.45" }),
  "payments.list by an amount that many have": ({ payments }) => payments.list({ ...page, amount: "100" }),
  "payments.list by channel": ({ payments }) => payments.list({ ...page, channel: ["promptpay"] }),
  "payments.list by a channel that none has": ({ payments }) =>
    payments.list({ ...page, channel: ["atome"] }),
  "payments.list of a day": ({ payments }) => payments.list({ ...page, from: lately, before: now }),
  "payments.everyPage": async ({ payments }) => {
    for await (const page of payments.everyPage({ state: ["paid"] })) expect(page).toEqual([])
  },
  "payments.list by everything": ({ payments }) =>
    payments.list({
      ...page,
      number: "M42",
      state: ["paid"],
      attention: false,
      gateway: "ksher",
      providerId: "pp_ksher_th",
    }),
  "operations.intend": ({ operations }) => operations.intend(id, { kind: "refund", amount: 1 }).catch(lost),
  "operations.again": ({ operations }) => operations.again(`gpop_refund${id}`),
  "operations.conclude": ({ operations }) => operations.conclude(`gpop_refund${id}`, { state: "succeeded" }),
  "operations.learn": ({ operations }) => operations.learn(`gpop_refund${id}`, { state: "unknown" }),
  "operations.learn an end": ({ operations }) =>
    operations.learn(`gpop_refund${id}`, { state: "refused", reason: "declined" }),
  "operations.overturn": ({ operations }) => operations.overturn(`gpop_refund${id}`, "g"),
  "operations.assign": ({ operations }) =>
    operations.assign(`gpop_refund${id}`, { refundId: "ref_x", medusaAmount: null }),
  "operations.recordNothing": ({ operations }) =>
    operations.recordNothing(id, { refundId: "ref_x", medusaAmount: "0.004", message: "" }).catch(lost),
  "operations.intendPayout": ({ operations }) => operations.intendPayout(id, { amount: 1 }).catch(lost),
  "operations.intendPayout under a lease": async (ledger) =>
    (await held(ledger)).operations.intendPayout(id, { amount: 1 }).catch(lost),
  "operations.sendPayout": ({ operations }) => operations.sendPayout(`gpop_refund${id}`, "s", now),
  "operations.wentBack": ({ operations }) => operations.wentBack(`gpop_refund${id}`, "succeeded", "g"),
  "operations.paidOut": ({ operations }) => operations.paidOut(`gpop_refund${id}`, "g", true),
  "operations.unsendPayout": ({ operations }) => operations.unsendPayout(`gpop_refund${id}`, "c", "m"),
  "shopperPayouts.of": ({ shopperPayouts }) => shopperPayouts.of(`gpop_refund${id}`),
  "shopperPayouts.ofToken": ({ shopperPayouts }) => shopperPayouts.ofToken("hash_42"),
  "shopperPayouts.ofPayment": ({ shopperPayouts }) => shopperPayouts.ofPayment(id),
  "shopperPayouts.waitingUntold": ({ shopperPayouts }) => shopperPayouts.waitingUntold(1_000),
  "shopperPayouts.relink": ({ shopperPayouts }) =>
    shopperPayouts.relink(`gpop_refund${id}`, seenPayout, { tokenHash: "h", expiresAt: now, madeBy: null }),
  "shopperPayouts.countTry": ({ shopperPayouts }) => shopperPayouts.countTry(`gprl_gpop_refund${id}`, 10),
  "shopperPayouts.uncountTry": ({ shopperPayouts }) => shopperPayouts.uncountTry(`gprl_gpop_refund${id}`),
  "shopperPayouts.give": ({ shopperPayouts }) =>
    shopperPayouts.give(`gprl_gpop_refund${id}`, { sealed: "s", type: "mobile", tail: "5678" }),
  "shopperPayouts.release": ({ shopperPayouts }) =>
    shopperPayouts.release(`gpop_refund${id}`, seenPayout, "user_1"),
  "shopperPayouts.takeBack": ({ shopperPayouts }) => shopperPayouts.takeBack(`gpop_refund${id}`, null, "m"),
  "shopperPayouts.takeOver": ({ shopperPayouts }) =>
    shopperPayouts.takeOver([`gpop_refund${id}`, "gpop_x"], "m"),
  "shopperPayouts.noteFee": ({ shopperPayouts }) => shopperPayouts.noteFee(`gpop_refund${id}`, 260),
  "shopperPayouts.forgetEnded": ({ shopperPayouts }) => shopperPayouts.forgetEnded(),
  "operations.told": ({ operations }) => operations.told(`gpop_refund${id}`),
  "operations.recordOutside": ({ operations }) =>
    operations.recordOutside(id, { kind: "refund", number: "o", amount: 1 }),
  "operations.describe": ({ operations }) => operations.describe(`gpop_refund${id}`, { names: ["r"] }),
  "operations.describeTold": ({ operations }) =>
    operations.describeTold("gpdc_1", [{ id: `gpop_refund${id}`, number: "r" }]),
  "operations.ofPayment": ({ operations }) => operations.ofPayment(id),
  "operations.unclearOf": ({ operations }) => operations.unclearOf([id, "gpay_x"]),
  "operations.refundIdsKnown": ({ operations }) => operations.refundIdsKnown(["ref_M42", "ref_M43"]),
  "operations.intendUnless": ({ operations }) =>
    operations
      .intendUnless({ providerId: "pp_gnete_hk", account: "M1/A1", fact: "no_reversal" }, id, {
        kind: "cancel",
        amount: 1,
      })
      .catch(lost),
  "operations.intend under a lease": async (ledger) =>
    (await held(ledger)).operations.intend(id, { kind: "refund", amount: 1 }).catch(lost),
  "operations.again under a lease": async (ledger) =>
    (await held(ledger)).operations.again(`gpop_refund${id}`).catch(lost),
  "operations.overturn under a lease": async (ledger) =>
    (await held(ledger)).operations.overturn(`gpop_refund${id}`, "g").catch(lost),
  "operations.assign under a lease": async (ledger) =>
    (await held(ledger)).operations
      .assign(`gpop_refund${id}`, { refundId: "ref_x", medusaAmount: null })
      .catch(lost),
  "operations.recordOutside under a lease": async (ledger) =>
    (await held(ledger)).operations.recordOutside(id, { kind: "refund", number: "o", amount: 1 }).catch(lost),
  "leases.take": ({ leases }) => leases.take({ number: "M42", providerId: "pp_ksher_th" }, 1_000),
  "leases.take by session": ({ leases }) => leases.take({ sessionId: "payses_42" }, 1_000),
  "leases.take by id": ({ leases }) => leases.take({ id }, 1_000),
  "leases.release": async ({ leases }) => leases.release(await aLease()),
  "leases.end": async (ledger) => {
    const lease = await aLease()
    const { id: paymentId } = lease.payment
    const operation = await world.ledger.operations.intend(paymentId, { kind: "refund", amount: 1 })
    return ledger.under(lease).leases.end(lease.payment, operation, { state: "refused" }, lease.payment)
  },
  "orders.lease": ({ orders }) => orders.lease("order_42", 1_000),
  "orders.renew": ({ orders }) => orders.renew({ orderId: "order_42", token: "t" }, 1_000),
  "orders.release": ({ orders }) => orders.release({ orderId: "order_42", token: "t" }),
  "orders.beginCancel": ({ orders }) =>
    orders.beginCancel("order_42", "admin", now).catch(neitherWrittenNorRead),
  "orders.postponeCancel": ({ orders }) => orders.postponeCancel("order_42", now),
  "orders.endCancel": ({ orders }) => orders.endCancel("order_42"),
  "orders.cancelOf": ({ orders }) => orders.cancelOf("order_42"),
  "orders.claimDueCancels": ({ orders }) => orders.claimDueCancels(50, 60_000),
  "orders.isRepeated": ({ orders }) => orders.isRepeated("order_42", answered, 10_000),
  "orders.noteAnswered": ({ orders }) => orders.noteAnswered("order_42", answered, 10_000),
  "notifications.store": ({ notifications }) =>
    notifications.store(aDelivery({})).catch(neitherWrittenNorRead),
  "notifications.finish": ({ notifications }) => notifications.finish(`gnot_${id}1`, { result: "acted" }),
  "notifications.postpone": ({ notifications }) => notifications.postpone(`gnot_${id}1`, now),
  "notifications.giveUp": ({ notifications }) => notifications.giveUp(id, "R1", { from: 8, to: 128 }),
  "notifications.revive": ({ notifications }) => notifications.revive(`gnot_${id}1`, 8),
  "notifications.replay": ({ notifications }) => notifications.replay(`gnot_${id}1`),
  "notifications.claimDue": ({ notifications }) => notifications.claimDue(50, 60_000),
  "notifications.ofPayment": ({ notifications }) => notifications.ofPayment(id),
  "notifications.foldCounts": ({ notifications }) =>
    notifications.foldCounts(new Date(start.getTime() - 700 * 86_400_000)),
  "notifications.summary": ({ notifications }) => notifications.summary("pp_ksher_th", lately),
  "decisions.begin": ({ decisions }) => decisions.begin(aDecision),
  "decisions.answer": ({ decisions }) =>
    decisions.answer(`gdec_${id}`, { done: null }).catch(neitherWrittenNorRead),
  "decisions.get": ({ decisions }) => decisions.get(`gdec_${id}`),
  "decisions.ofKey": ({ decisions }) => decisions.ofKey(`key_${id}`),
  "decisions.repeatedSince": ({ decisions }) => decisions.repeatedSince(aDecision, lately),
  "decisions.ofPayment": ({ decisions }) => decisions.ofPayment(id),
  "turnovers.byDay": ({ turnovers }) => turnovers.byDay(lately, now, "Asia/Bangkok"),
  "payLinks.create": ({ payLinks }) => payLinks.create(aPayLink),
  "payLinks.get": ({ payLinks }) => payLinks.get("gplink_42"),
  "payLinks.ofToken": ({ payLinks }) => payLinks.ofToken("hash_42"),
  "payLinks.madeFor": ({ payLinks }) => payLinks.madeFor(["pay_col_42", "pay_col_43"], 10),
  "payLinks.noteSent": ({ payLinks }) => payLinks.noteSent("gplink_42"),
  "payLinks.keepNewest": ({ payLinks }) => payLinks.keepNewest("pay_col_42", "visit", 20),
  "payLinks.prune": ({ payLinks }) => payLinks.prune(now, 500),
  "alerts.standing": ({ alerts }) => alerts.standing(),
  "alerts.told": ({ alerts }) => alerts.told(),
  "alerts.hold": ({ alerts }) => alerts.hold(anAlert, undefined, 1_000),
  "alerts.hold what was told": ({ alerts }) =>
    alerts.hold(anAlert, { ...anAlert, toldAt: start, heldUntil: null }, 1_000),
  "alerts.leave": ({ alerts }) => alerts.leave(anAlert, 1_000),
  "alerts.end": async ({ alerts }) => {
    await alerts.end(anAlert)
    await alerts.end({ ...anAlert, kind: "gone" })
  },
  "reports.lastDay": ({ reports }) => reports.lastDay(),
  "reports.hold": ({ reports }) => reports.hold("2026-03-29", 1_000),
  "reports.leave": ({ reports }) => reports.leave("2026-03-29", 1_000),
  "reports.end": ({ reports }) => reports.end("1700-01-01"),
  "turnovers.fold": ({ turnovers }) => turnovers.fold(100),
  "notifications.prune": ({ notifications }) =>
    notifications.prune(new Date(start.getTime() - 700 * 86_400_000), 500),
}

const anAlert = {
  code: "no_order",
  providerId: "pp_ksher_th",
  gateway: "ksher",
  payments: 1,
  kind: "stands",
} as const
const answered = { paymentId: "pay_42", amount: "1", by: "user_1" }
const aDecision = {
  paymentId: id,
  key: `key_${id}`,
  fingerprint: "f",
  version: 1,
  by: "user_1",
  action: "refund",
  note: "n",
} as const
const ignored = { result: "ignored", message: null, nextTryAt: null } as const
const aDelivery = (patch: Partial<NewNotification>): NewNotification => ({
  providerId: "pp_ksher_th",
  names: { number: "M42", gatewayNo: "G42", returnNumber: "refundM42", returnGatewayNo: "grefundM42" },
  bodyHash: "h",
  about: "payment",
  verified: true,
  reason: null,
  code: null,
  state: null,
  orderNo: null,
  gatewayNo: null,
  refundNo: null,
  amount: null,
  currency: null,
  ours: ignored,
  nobodys: ignored,
  bound: { atMost: 200, since: lately },
  ...patch,
})

async function aLease() {
  const lease = await world.ledger.leases.take({ id: (await world.aPayment("paid")).id }, 1_000)
  if (!lease) throw new Error("Nobody else is at it, and it could not be taken.")
  return lease
}

const held = async (ledger: Ledger) => ledger.under(await aLease())

/** A planned statement writes nothing, as for a process whose payment another has taken over. */
const lost = (error: unknown) => expect(error).toBeInstanceOf(LeaseLost)

/** A planned statement returns no row, which the ledger takes for a broken database. */
const noRow = (error: unknown) => expect(error).toBeInstanceOf(TypeError)
const neitherWrittenNorRead = (error: unknown) => expect(error).toBeInstanceOf(Error)

it.each(Object.keys(calls))("%s reads no table from end to end", async (name) => {
  const planner = new Planner(world.database)
  await calls[name]?.(openLedger(planner, world.clock))
  expect(planner.plans.length).toBeGreaterThan(0)
  expect(
    planner.plans.filter(({ plan }) => scansOf(plan).length).map(({ sql, plan }) => [sql, plan]),
  ).toEqual([])
})

it("a notification that was refused before is looked up by its id", async () => {
  const planner = new Planner(world.database, [[{ at: "1", id: "gnot_1", named: null, verified: false }]])
  await openLedger(planner, world.clock).notifications.store(aDelivery({})).catch(noRow)
  expect(planner.plans).toHaveLength(3)
  expect(planner.plans.flatMap(({ plan }) => scansOf(plan))).toEqual([])
})

it("a notification is stored by reading what counts against it and nothing else, however many genuine ones came in", async () => {
  const planner = new Planner(world.database)
  await calls["notifications.store"]?.(openLedger(planner, world.clock))
  const used = planner.plans.flatMap(({ plan }) => nodesOf(plan)).map((one) => one["Index Name"] ?? "")
  expect(used.filter((index) => index.startsWith("gateway_notification")).sort()).toEqual([
    "gateway_notification_payment",
    "gateway_notification_rejected",
    "gateway_notification_stray",
  ])
})

it("no method of the ledger is left out", () => {
  const ledger = openLedger(world.database, world.clock)
  const methods = (
    [
      "payments",
      "operations",
      "leases",
      "reservations",
      "notifications",
      "orders",
      "decisions",
      "turnovers",
      "alerts",
      "reports",
      "payLinks",
      "payouts",
      "shopperPayouts",
    ] as const
  ).flatMap((part) =>
    Object.getOwnPropertyNames(Object.getPrototypeOf(ledger[part]))
      .filter(
        (name) =>
          ![
            "constructor",
            "one",
            "many",
            "earlier",
            "endUnanswered",
            "storeAll",
            "acceptLate",
            "count",
            "fence",
            "prepare",
            "set",
            "write",
            "written",
            "recentRefunds",
            "rows",
          ].includes(name),
      )
      .map((name) => `${part}.${name}`),
  )
  const tried = new Set(Object.keys(calls).map((name) => name.split(/[ ,]/)[0]))
  expect(methods.filter((method) => !tried.has(method))).toEqual([])
})
