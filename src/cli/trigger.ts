import { parseArgs } from "node:util"

import { sandboxControl, type Delivery, type Fault, type SandboxControl } from "../sandbox"
import type { Terminal } from "./run"

const help = `Has a running sandbox do something to a running shop. Every notification is made and signed by the sandbox, with its own
keys: this command takes no key, and no gateway but the sandbox understands it.

  medusa-payment-ksher-gnete trigger paid [<order no>]        the shopper pays, and the shop is notified
  medusa-payment-ksher-gnete trigger failed [<order no>]      the payment fails
  medusa-payment-ksher-gnete trigger refunded [<order no>]    an operator returns all that is left, in the gateway's console
  medusa-payment-ksher-gnete trigger again [<order no>]       the latest notification of a payment is sent once more
  medusa-payment-ksher-gnete trigger forged [<order no>]      a notification with a wrong signature, which the shop must refuse
  medusa-payment-ksher-gnete trigger fault --gateway ksher --call order_refund --kind timeout [--when after]
                                                              the next such call goes wrong

  --sandbox  its address (default http://127.0.0.1:9300)
  --help     this text
  Without an order number it is the latest order. docs/testing.md lists the calls and kinds of faults.`

const options = {
  sandbox: { type: "string", default: "http://127.0.0.1:9300" },
  gateway: { type: "string" },
  call: { type: "string" },
  kind: { type: "string" },
  when: { type: "string", default: "before" },
  help: { type: "boolean", default: false },
} as const

/** @returns the exit code: 1 where the shop did not do what it must. Throws a sentence where the sandbox refuses. */
export async function runTriggerCommand(args: string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options })
  if (values.help) {
    terminal.out(help)
    return 0
  }
  const [what, orderNo] = positionals
  const control = sandboxControl(values.sandbox.replace(/\/+$/, ""))
  const { gateway, call, kind, when } = values
  if (what === "fault") {
    // The sandbox checks what it is told.
    await control.fault({ gateway, call, kind, when } as Fault)
    terminal.out(`The next ${call ?? "call"} goes wrong: ${kind ?? ""}, ${when}.`)
    return 0
  }
  const act = what !== undefined && Object.hasOwn(acts, what) ? acts[what as keyof typeof acts] : undefined
  if (!act) throw new Error(`Say what to trigger: ${[...Object.keys(acts), "fault"].join(", ")}.`)
  const { isRight, text } = await act(control, orderNo ?? (await latestOrder(control)))
  if (isRight) terminal.out(text)
  else terminal.err(text)
  return isRight ? 0 : 1
}

interface Told {
  isRight: boolean
  text: string
}

type Act = (control: SandboxControl, orderNo: string) => Promise<Told>

const acts: Readonly<Record<"paid" | "failed" | "refunded" | "again" | "forged", Act>> = {
  paid: async (control, orderNo) => {
    await control.pay(orderNo)
    return notified(control, orderNo)
  },
  failed: async (control, orderNo) => {
    const { state } = await control.fail(orderNo)
    return { isRight: true, text: `${orderNo} is ${state} at the gateway.` }
  },
  refunded: async (control, orderNo) => {
    const { taken, returned, currency } = await control.book(orderNo)
    const book = await control.refundInConsole(orderNo, taken - returned)
    return {
      isRight: true,
      text: `${orderNo}: ${book.returned} of ${book.taken} minor units (${currency}) are returned.`,
    }
  },
  again: async (control, orderNo) => said(await control.resendNotification(orderNo)),
  forged: async (control, orderNo) => {
    const { body, contentType } = await control.craftNotification(orderNo)
    const { notifyUrl } = await control.book(orderNo)
    const headers = { "content-type": contentType }
    const { status } = await fetch(notifyUrl, { method: "POST", headers, body: forged(body) })
    return status === 401
      ? { isRight: true, text: `${notifyUrl} refused the forged notification (401).` }
      : {
          isRight: false,
          text: `${notifyUrl} answered ${status} to a forged notification; it must answer 401.`,
        }
  },
}

/** The same message under a signature of noughts. */
const forged = (body: string): string =>
  body.replace(
    /("?sign"?\s*[:=]\s*"?)([0-9A-Fa-f]+)/,
    (_all, name: string, sign: string) => name + "0".repeat(sign.length),
  )

async function notified(control: SandboxControl, orderNo: string): Promise<Told> {
  await control.deliverNotifications()
  const delivery = (await control.notifications({ orderNo })).at(-1)
  return delivery
    ? said(delivery)
    : { isRight: true, text: `${orderNo} is paid; the order names no notification URL.` }
}

function said({ url, status, acknowledged, answer, kind }: Delivery): Told {
  const sent = `The ${kind} notification was sent to ${url}`
  if (acknowledged) return { isRight: true, text: `${sent}, and acknowledged.` }
  if (status === null)
    return { isRight: false, text: `${sent}, and nobody answered: ${answer.slice(0, 200)}` }
  return { isRight: false, text: `${sent}, which answered ${status}: ${answer.slice(0, 200)}` }
}

async function latestOrder(control: SandboxControl): Promise<string> {
  const latest = (await control.books()).at(-1)
  if (!latest) throw new Error("The sandbox has no order yet: choose a way to pay in the shop first.")
  return latest.merchantOrderNo
}
