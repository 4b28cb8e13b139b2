import { z } from "zod"
import { defaultTimeoutMs } from "../transport"

/** What both gateways' options say about the shop's own wishes. */
export interface GatewayPolicy {
  /** `pay_first`: the order is made when the money is there. `order_first`: the order carries the link. */
  completion: "pay_first" | "order_first"
  /** When the gateway's order is made: with Medusa's payment session, or once the shopper has chosen. */
  open: "at_once" | "on_demand"
  /** After how many minutes an order that nobody has paid is ended. */
  unpaidOrder?: { cancelAfterMinutes: number } | undefined
  /** What is done with money that comes for a payment that is closed or whose order is gone. */
  latePayment: "refund" | "hold"
  /** What a session's `data.action` leads to: the gateway's page or QR, or this plugin's own page. */
  checkout?: "gateway" | "page" | undefined
  /** Where the shopper goes after paying; `{session_id}` in it is filled in. */
  returnUrl?: string | undefined
  /** Where the gateway reaches this backend, without a slash at the end. */
  notifyBaseUrl: string
}

/** Thrown at boot: one sentence that names the option and says what to paste there. Carries no value. */
export class OptionsError extends Error {
  override readonly name = "OptionsError"
}

/** Both gateways document 128 characters for a notify URL; the newest Gnete page alone allows more. */
const longestNotifyUrl = 128
const notifyPath = "/hooks/gateway/"

/** The address of the route, whether or not a gateway takes it. */
export const notifyAddress = (notifyBaseUrl: string, providerId: string): string =>
  `${notifyBaseUrl}${notifyPath}${providerId}`

/**
 * The address to give the gateway for its notifications: `notifyBaseUrl` and this plugin's route for the provider
 * (`pp_ksher_th`). Throws OptionsError where the gateway would not keep it whole.
 */
export function notifyUrl(notifyBaseUrl: string, providerId: string): string {
  const url = notifyAddress(notifyBaseUrl, providerId)
  const problem = notifyUrlProblem(url)
  if (problem) throw new OptionsError(`Option "notifyBaseUrl" of ${providerId} is not valid: ${problem}`)
  return url
}

/** Why a gateway could not call this address, or `undefined`. */
export function notifyUrlProblem(url: string): string | undefined {
  const problem = formProblem(url)
  if (problem !== undefined || url.length <= longestNotifyUrl) return problem
  return `the notify URL has ${url.length} characters and the gateways take ${longestNotifyUrl}: use a shorter host or path.`
}

function formProblem(url: string): string | undefined {
  if (!isHttpUrl(url)) return "give an address that starts with https:// or http://."
  // Gnete posts a notify URL's own query into the body, unsigned, and calls the bare path.
  if (/[?#]/.test(url)) return "the notify URL must not contain a ? or #."
  return undefined
}

export const isHttpUrl = (url: string): boolean => /^https?:\/\/[^\s/?#]/.test(url) && URL.canParse(url)

/** `{session_id}` in a return URL, filled in. */
export const fillSessionId = (template: string, sessionId: string): string =>
  template.replaceAll("{session_id}", encodeURIComponent(sessionId))

/** A Medusa payment session id has this form and length. */
const sampleSessionId = `payses_${"0".repeat(26)}`

const problem = (ctx: z.RefinementCtx, message: string) => ctx.addIssue({ code: "custom", message })

/** A host, or a prefix to which the gateway's real paths are appended. */
export const baseUrl = z
  .string()
  .transform((url) => url.replace(/\/+$/, ""))
  .refine((url) => isHttpUrl(url) && !/[?#]/.test(url))

/** A return URL as the gateway is given it, as to its length. */
export const filledReturnUrl = (template: string): string => fillSessionId(template, sampleSessionId)

export const returnUrl = (longest: number) =>
  z.string().superRefine((template, ctx) => {
    const url = filledReturnUrl(template)
    if (!isHttpUrl(url)) problem(ctx, "give an address that starts with https:// or http://.")
    else if (url.length > longest)
      problem(
        ctx,
        `it has ${url.length} characters with the session id filled in, and at most ${longest} fit.`,
      )
  })

/** A year of minutes. */
const longestUnpaid = 525_600

/** Orders that wait for their payment are there with `order_first` alone. */
export function checkUnpaidOrder(
  { unpaidOrder, completion }: Pick<GatewayPolicy, "unpaidOrder" | "completion">,
  ctx: z.RefinementCtx,
): void {
  if (unpaidOrder === undefined || completion === "order_first") return
  const message =
    'it ends orders that are placed before they are paid: set completion to "order_first", or leave it out.'
  ctx.addIssue({ code: "custom", path: ["unpaidOrder"], message })
}

/** The options that mean the same at both gateways. */
export const sharedOptions = {
  notifyBaseUrl: z
    .string()
    .transform((url) => url.replace(/\/+$/, ""))
    .superRefine((url, ctx) => {
      // How long the address becomes is known with the id of the entry: `notifyUrl` counts it, also at boot.
      const wrong = formProblem(url)
      if (wrong) problem(ctx, wrong)
    }),
  completion: z.enum(["pay_first", "order_first"]).default("pay_first"),
  open: z.enum(["at_once", "on_demand"]).default("at_once"),
  checkout: z.enum(["gateway", "page"]).default("gateway"),
  unpaidOrder: z.strictObject({ cancelAfterMinutes: z.number().int().min(1).max(longestUnpaid) }).optional(),
  latePayment: z.enum(["refund", "hold"]).default("refund"),
  timeoutMs: z.number().int().min(100).max(120_000).default(defaultTimeoutMs),
}

export const sharedHelp = {
  notifyBaseUrl: "paste the public address of this Medusa backend, such as https://shop.example.",
  completion: 'give "pay_first" or "order_first".',
  open: 'give "at_once" or "on_demand".',
  checkout: 'give "gateway" or "page".',
  unpaidOrder: `leave it out, or give { cancelAfterMinutes: 120 }, whole minutes from 1 to ${longestUnpaid}.`,
  latePayment: 'give "refund" or "hold".',
  timeoutMs: "give whole milliseconds from 100 to 120000.",
}

/** On the pay page a shopper chooses first: nothing is opened before that. */
export const whenOpened = ({
  checkout,
  open,
}: Pick<GatewayPolicy, "checkout" | "open">): GatewayPolicy["open"] =>
  checkout === "page" ? "on_demand" : open

/**
 * Parses provider options, or throws OptionsError with the first problem. `help` says for each option what belongs
 * there; its keys are also the list of known options.
 */
export function readOptions<Schema extends z.ZodType>(
  gateway: string,
  schema: Schema,
  help: Record<string, string>,
  input: unknown,
): z.output<Schema> {
  const given = input ?? {}
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  throw new OptionsError(sentence(gateway, help, given, parsed.error.issues[0]))
}

function sentence(
  gateway: string,
  help: Record<string, string>,
  input: unknown,
  issue: z.core.$ZodIssue | undefined,
): string {
  const option = String(issue?.path[0] ?? "")
  if (issue === undefined || (option === "" && issue.code !== "unrecognized_keys"))
    return `The ${gateway} options must be an object with ${Object.keys(help).join(", ")}.`
  if (issue.code === "unrecognized_keys" && option === "")
    return unknownOption(gateway, Object.keys(help), issue.keys[0] ?? "")
  if (issue.code === "custom" && issue.message !== "Invalid input")
    return `${gateway} option "${option}" is not valid: ${issue.message}`
  const missing = (input as Record<string, unknown>)[option] === undefined
  return `${gateway} option "${option}" is ${missing ? "missing" : "not valid"}: ${help[option] ?? "see the README."}`
}

function unknownOption(gateway: string, known: string[], given: string): string {
  const plain = (name: string) => name.toLowerCase().replace(/[^a-z]/g, "")
  const meant = known.find((name) => plain(name) === plain(given))
  const hint = meant === undefined ? `the options are ${known.join(", ")}.` : `write "${meant}".`
  // Whatever else stands where a name belongs may be a key that was pasted there.
  const name = /^[A-Za-z]\w{0,31}$/.test(given) ? `option "${given}"` : "option of another name"
  return `${gateway} ${name} is not known: ${hint}`
}
