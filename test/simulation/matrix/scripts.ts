import type { AttentionCode } from "../../../src/core"
import type { Policy } from "../../../src/services/settlement"
import type { Cell } from "./run"
import type { Account, Finding } from "./verdict"
import { hour, minute, second, type Shop } from "./shop"
import type { CallName, Variant } from "./variants"

/** Played where refunds go to an account that the shopper names, and only there. */
const ofPayouts = { only: "payouts" } as const

/** A use case with the call of it that goes wrong. */
export interface Script {
  name: string
  /** The call that goes wrong, and how many times it goes well before that. */
  call: (variant: Variant) => CallName
  goodOnes?: number
  only?: "ksher" | "gnete" | "payouts"
  policy?: Partial<Policy>
  before: (shop: Shop) => Promise<void>
  /** What is under way when the call goes wrong. */
  act: (shop: Shop) => Promise<void>
  /** How a person tries again. */
  again: (shop: Shop) => Promise<void>
  /** Where nobody but a person can know what became of the money: the attention that must stand in the end. */
  person?: (cell: Cell) => AttentionCode | undefined
  /** What must have come of it in the end, whoever tried again, unless a person is called. */
  end: (shop: Shop, accounts: Account[]) => Finding[]
}

const orderFirst = { completion: "order_first" } as const
const sync = (shop: Shop) => shop.sync()

const taken = (accounts: readonly Account[]) =>
  accounts.reduce((sum, { book }) => sum + (book?.taken ?? 0), 0)
const returned = (accounts: readonly Account[]) => accounts.reduce((sum, { back }) => sum + back, 0)

const bought = (shop: Shop, accounts: Account[]): Finding[] => [
  taken(accounts) !== shop.amount && `${taken(accounts)} was taken`,
  shop.tables.orders.size !== 1 && `there are ${shop.tables.orders.size} orders`,
  shop.tables.payments.size !== 1 && "Medusa holds no payment",
]

const closed = (_: Shop, accounts: Account[]): Finding[] =>
  accounts.map(
    ({ payment, book }) =>
      (payment.state !== "void" || book?.state !== "closed") &&
      `${payment.state} here, ${String(book?.state)} there`,
  )

/** Whether the money was returned once, or was not because whoever asked was told so. */
const returnedOnce =
  (amount: (shop: Shop) => number) =>
  (shop: Shop, accounts: Account[]): Finding[] => {
    const back = returned(accounts)
    const told = shop.told.at(-1)
    const free = told === "refund_refused" || told === "refund_not_sent"
    return [
      back !== amount(shop) &&
        !(free && back === 0) &&
        `${back} went back, the last one was told ${String(told)}`,
    ]
  }

const allReturned = (shop: Shop, accounts: Account[]): Finding[] => [
  taken(accounts) !== shop.amount && `${taken(accounts)} was taken`,
  returned(accounts) !== shop.amount && `${returned(accounts)} went back`,
]

const nextDay = (shop: Shop) => shop.lane.clock.forward(24 * hour)

/** The shopper pays a link whose payment was given up. */
async function paidLate(shop: Shop): Promise<void> {
  await shop.lane.sandbox.setQuirks({ gnete: { paidAfterClose: "becomes_2" } })
  await shop.choosePayment()
  await shop.changeCart()
  await shop.jobs(10 * minute)
  await shop.pay({ force: true })
}

/** A refund that the gateway has accepted, and whose end it owes. */
async function accepted(shop: Shop, what: "refund" | "cancel", end: "success" | "fail"): Promise<void> {
  await shop.buy()
  await shop.next(what, "in_progress")
  await shop.attempt(() => shop.refund(what === "cancel" ? shop.amount : shop.part))
  const book = await shop.lane.sandbox.book((await shop.payment()).number)
  if (what === "cancel") await shop.lane.sandbox.settleCancel(book.cancels[0]?.no ?? "", end)
  else await shop.lane.sandbox.settleRefund(book.refunds[0]?.no ?? "", end)
}

/**
 * A reversal has no number. One that never arrived, and is sent again after the day is over, is refused in words no page
 * lists; and no page says that a reversed payment is not called paid.
 */
const reversalNeverMade = (cell: Cell): AttentionCode | undefined => {
  const made = cell.when === "after" || cell.disturbance.name === "delay" || cell.disturbance.name === "late"
  return cell.variant.gateway === "gnete" && cell.retry === "nobody" && !made ? "refund_unknown" : undefined
}

/** The same where the question goes wrong: only if it is answered on that day, the reversal can be sent again. */
const reversalNotAskedAbout = ({ retry, disturbance }: Cell): AttentionCode | undefined =>
  retry === "nobody" && disturbance.name !== "delay" ? "refund_unknown" : undefined

/** The job as it comes up next. */
const nextJob = async (shop: Shop) => {
  await shop.lane.clock.forward(10 * minute)
  await shop.job()
}

const whenAnswerIsLost = (when: "before" | "after", script: Script): Script => ({
  ...script,
  name: `${script.name} (sent, its answer lost ${when} the effect)`,
})

/** A refund whose answer is lost, and then the question after it goes wrong. */
const askedAfter = (what: "refund" | "whole", when: "before" | "after", only?: "gnete"): Script =>
  whenAnswerIsLost(when, {
    name: what === "refund" ? "asking what became of a partial refund" : "asking what became of a reversal",
    call: ({ calls }) => (what === "refund" ? calls.refundQuery : calls.query),
    ...(only && { only }),
    before: async (shop) => {
      await shop.buy()
      await shop.disturb(shop.variant.calls[what], { kind: "timeout", when })
    },
    act: (shop) => shop.refund(what === "refund" ? shop.part : shop.amount),
    again: (shop) => shop.refund(what === "refund" ? shop.part : shop.amount),
    ...(what === "whole" && when === "before" && { person: reversalNotAskedAbout }),
    end: returnedOnce((shop) => (what === "refund" ? shop.part : shop.amount)),
  })

/** A payout that never arrived, or may not have: whether its number is taken once is not known, so that a person looks it up. */
const payoutNeverMade = ({ when, disturbance: { name } }: Cell): AttentionCode | undefined =>
  when === "after" || name === "delay" || name === "late" ? undefined : "refund_unknown"

const paidOutOnce = (shop: Shop, accounts: Account[]): Finding[] => [
  returned(accounts) !== shop.part && `${returned(accounts)} went back`,
]

/** A refund that waits until the shopper names an account: of Medusa's own dialog, or started under Gateway payments. */
const waitsFor = (start: (shop: Shop) => Promise<unknown>) => async (shop: Shop) => {
  await shop.buy()
  await start(shop)
}
const byMedusa = waitsFor((shop) => shop.refund(shop.part))
const byHand = waitsFor((shop) => shop.decide({ action: "refund", amount: "40" }))

const payingOut = (name: string, call: CallName, more: Partial<Script> = {}): Script => ({
  ...{ name, ...ofPayouts, call: () => call, before: byMedusa, end: paidOutOnce },
  act: (shop) => shop.nameAccount(),
  again: sync,
  ...more,
})

export const scripts: readonly Script[] = [
  {
    name: "opening a payment",
    call: ({ calls }) => calls.open,
    before: () => Promise.resolve(),
    act: (shop) => shop.choosePayment(),
    again: (shop) => shop.choosePayment(),
    end: (_, accounts) => [taken(accounts) > 0 && "something was paid"],
  },
  {
    name: "completing a cart that is paid",
    call: ({ calls }) => calls.query,
    before: async (shop) => {
      await shop.choosePayment()
      await shop.pay()
    },
    act: (shop) => shop.complete(),
    again: (shop) => shop.complete(),
    end: bought,
  },
  {
    name: "the job on a payment that is paid",
    call: ({ calls }) => calls.query,
    before: async (shop) => {
      await shop.choosePayment()
      await shop.pay()
    },
    act: nextJob,
    again: sync,
    end: bought,
  },
  {
    name: "cancelling an unpaid order",
    call: ({ calls }) => calls.close,
    policy: orderFirst,
    before: async (shop) => {
      await shop.choosePayment()
      await shop.complete()
    },
    act: (shop) => shop.cancelOrder(),
    again: sync,
    end: closed,
  },
  {
    name: "making sure that a cancelled order is closed",
    call: ({ calls }) => calls.query,
    goodOnes: 1,
    policy: orderFirst,
    before: async (shop) => {
      await shop.choosePayment()
      await shop.complete()
    },
    act: (shop) => shop.cancelOrder(),
    again: sync,
    end: closed,
  },
  {
    name: "deleting a session with its unpaid link",
    call: ({ calls }) => calls.close,
    before: (shop) => shop.choosePayment(),
    act: (shop) => shop.changeCart(),
    again: sync,
    end: closed,
  },
  {
    name: "refunding a part",
    call: ({ calls }) => calls.refund,
    before: (shop) => shop.buy(),
    act: (shop) => shop.refund(shop.part),
    again: (shop) => shop.refund(shop.part),
    end: returnedOnce((shop) => shop.part),
  },
  {
    name: "refunding the whole on its own day",
    call: ({ calls }) => calls.whole,
    before: (shop) => shop.buy(),
    act: (shop) => shop.refund(shop.amount),
    again: (shop) => shop.refund(shop.amount),
    person: reversalNeverMade,
    end: returnedOnce((shop) => shop.amount),
  },
  askedAfter("refund", "before"),
  askedAfter("refund", "after"),
  askedAfter("whole", "before", "gnete"),
  askedAfter("whole", "after", "gnete"),
  {
    name: "cancelling a paid order",
    call: ({ calls }) => calls.whole,
    before: (shop) => shop.buy(),
    act: (shop) => shop.cancelOrder(),
    again: sync,
    person: reversalNeverMade,
    end: allReturned,
  },
  {
    name: "cancelling a paid order the day after",
    call: ({ calls }) => calls.refund,
    only: "gnete",
    before: async (shop) => {
      await shop.buy()
      await nextDay(shop)
    },
    act: (shop) => shop.cancelOrder(),
    again: sync,
    end: allReturned,
  },
  {
    name: "giving back what was paid late",
    call: ({ calls }) => calls.whole,
    before: paidLate,
    act: sync,
    again: sync,
    person: reversalNeverMade,
    end: allReturned,
  },
  {
    name: "the end of a refund that was accepted",
    call: ({ calls }) => calls.refundQuery,
    before: (shop) => accepted(shop, "refund", "success"),
    act: nextJob,
    again: sync,
    end: returnedOnce((shop) => shop.part),
  },
  {
    name: "the end of a reversal that was accepted",
    call: () => "cancel/query",
    only: "gnete",
    before: (shop) => accepted(shop, "cancel", "success"),
    act: nextJob,
    again: sync,
    end: allReturned,
  },
  {
    name: "sending a refund again that was accepted and failed",
    call: ({ calls }) => calls.refund,
    only: "gnete",
    before: async (shop) => {
      await accepted(shop, "refund", "fail")
      await nextJob(shop)
      await shop.lane.clock.forward(3 * minute + second)
    },
    act: (shop) => shop.job(),
    again: sync,
    end: (shop, accounts) => [returned(accounts) !== shop.part && `${returned(accounts)} went back`],
  },
  payingOut("paying out to the shopper's account", "payout", { person: payoutNeverMade }),
  payingOut("paying out what was started under Gateway payments", "payout", {
    ...{ before: byHand, person: payoutNeverMade },
  }),
  payingOut("asking for the balance before a payout", "get_payout_balance"),
  payingOut("asking whether money went back in the console before a payout", "gateway_order_query"),
  payingOut("asking what became of a payout whose answer is lost", "order_query_payout", {
    before: async (shop) => {
      await byHand(shop)
      await shop.disturb("payout", { kind: "reset", when: "after" })
    },
  }),
]
