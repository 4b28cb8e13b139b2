import { holdsMoney } from "../../../core"
import type { RefundRecord } from "../../../core"
import { awaitsDescription } from "../../ledger"
import type { Operation } from "../../ledger"

/** A refund as the gateway lists it, and the name by which the ledger knows it. */
export interface Listed {
  name: string
  record: RefundRecord
}

/** Refunds that the gateway lists as done and this ledger does not hold. */
export function unknownHere(listed: readonly RefundRecord[], operations: readonly Operation[]): Listed[] {
  const done = listed.filter((record) => record.state === "succeeded")
  return nameEach(done, operations).filter(({ name }) => !isKnown(name, operations))
}

export const isKnown = (name: string, operations: readonly Operation[]): boolean =>
  operations.some((one) => (one.number === name && holdsMoney(one.state)) || one.describedBy.includes(name))

/**
 * A refund made in the gateway's console may have no merchant number: it goes by the gateway's own. One without any number is
 * the first, second, third of its amount: the list only grows.
 */
function nameEach(done: readonly RefundRecord[], operations: readonly Operation[]): Listed[] {
  const counts = new Map<number, number>()
  return done.map((record) => {
    if (record.number) return { name: record.number, record }
    if (record.gatewayNo) return { name: `outside-${record.gatewayNo}`, record }
    const { minor } = record.amount
    const count = (counts.get(minor) ?? 0) + 1
    counts.set(minor, count)
    const name =
      count === 1 && isFirstNameless(minor, operations) ? firstNameless : `outside-${minor}-${count}`
    return { name, record }
  })
}

/** How the release before named every refund without a number. */
const firstNameless = "outside-0"
const isFirstNameless = (minor: number, operations: readonly Operation[]): boolean =>
  operations.some(({ number, amount }) => number === firstNameless && amount === minor)

/** Money that a person recorded as returned in the console, and the gateway's names for it. */
export interface Description {
  operation: Operation
  by: Listed[]
}

/**
 * What a person recorded as returned in the console and what the gateway describes later is the same money: one to one by the
 * amount, or all that is described for the one record that is their sum. The rest is told for the first time.
 */
export function matchDescriptions(
  foreign: readonly Listed[],
  operations: readonly Operation[],
): { descriptions: Description[]; rest: Listed[] } {
  const waiting = operations.filter(awaitsDescription)
  const descriptions: Description[] = []
  const rest: Listed[] = []
  for (const one of foreign) {
    const at = waiting.findIndex(({ amount }) => amount === one.record.amount.minor)
    const [operation] = at < 0 ? [] : waiting.splice(at, 1)
    if (operation) descriptions.push({ operation, by: [one] })
    else rest.push(one)
  }
  const sum = rest.reduce((total, { record }) => total + record.amount.minor, 0)
  const whole = rest.length > 1 && waiting.find(({ amount }) => amount === sum)
  return whole
    ? { descriptions: [...descriptions, { operation: whole, by: rest }], rest: [] }
    : { descriptions, rest }
}
