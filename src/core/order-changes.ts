/** Medusa lets one change of an order be open at a time. `refund`: a credit line that is being entered. */
export const orderChanges = ["edit", "return", "exchange", "claim", "transfer", "refund", "change"] as const
export type OrderChange = (typeof orderChanges)[number]

interface Words {
  name: string
  end: string
}

const words: Readonly<Record<OrderChange, Words>> = {
  edit: { name: "an edit", end: "confirm or cancel the edit" },
  return: { name: "a return", end: "confirm or cancel the return" },
  exchange: { name: "an exchange", end: "confirm or cancel the exchange" },
  claim: { name: "a claim", end: "confirm or cancel the claim" },
  transfer: {
    name: "a transfer request",
    end: "have it accepted, or cancel it in the order's timeline (POST /admin/orders/:id/transfer/cancel)",
  },
  refund: { name: "another refund or credit line that is being entered", end: "wait until it has ended" },
  change: { name: "a change", end: "confirm or cancel it" },
}

/** What an admin reads of an open change, and how it is ended. */
export const changeInWords = (change: OrderChange): Words => words[change]
