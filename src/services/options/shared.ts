import { z } from "zod"

import { nearest, titleOf, unlistedChannels, type GatewayName } from "../../core"
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
  /** Refunds that are paid out to an account that the shopper names; absent: there are none. */
  payouts?: PayoutOptions | undefined
  /** Where the shopper goes after paying; `{session_id}` in it is filled in. */
  returnUrl?: string | undefined
  /** Where the gateway reaches this backend, without a slash at the end. */
  notifyBaseUrl: string
}

/** A key that shoppers' accounts are kept with, and the name that it goes by in what it has sealed. */
export interface SealingKey {
  version: string
  key: Buffer
}

export interface PayoutOptions {
  /** The first seals; the others only open what was sealed before. */
  keys: readonly SealingKey[]
  /** Above this an admin releases each payout. Minor units. */
  maxAmount: number
  release: "automatic" | "by_admin"
  /** Sends a payout that Ksher does not know once more, under its number. */
  sendAgain: boolean
  linkHours: number
}

/** Thrown at boot: for every problem a sentence that names the option and says what to paste there. Carries no value. */
export class OptionsError extends Error {
  override readonly name = "OptionsError"
  readonly problems: readonly string[]

  constructor(...problems: readonly string[]) {
    super(problems.join(" "))
    this.problems = problems
  }
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
  if (!/^[\w-]{1,110}$/.test(providerId))
    throw new OptionsError(
      'The id of a provider entry is part of its notification URL: give letters, digits, - or _, such as "th".',
    )
  return url
}

/** Why a gateway could not call this address, or `undefined`. */
export function notifyUrlProblem(url: string): string | undefined {
  const problem = formProblem(url)
  if (problem !== undefined || url.length <= longestNotifyUrl) return problem
  return `the notify URL has ${url.length} characters and the gateways take ${longestNotifyUrl}: use a shorter host or path.`
}

/** What JavaScript makes of a variable that is not set, in a template or by itself. */
const isUnset = (url: string): boolean => /^(https?:\/\/)?(undefined|null)(?![\w.])/.test(url)

const unset =
  'it begins with "undefined": an environment variable that it is made of is not set where Medusa runs.'

function formProblem(url: string): string | undefined {
  if (isUnset(url)) return unset
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
    if (isUnset(url)) problem(ctx, unset)
    else if (!isHttpUrl(url)) problem(ctx, "give an address that starts with https:// or http://.")
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
  proxyUrl: z.string().max(512).refine(isHttpUrl).optional(),
  timeoutMs: z.number().int().min(100).max(120_000).default(defaultTimeoutMs),
}

export const sharedHelp = {
  notifyBaseUrl: "paste the public address of this Medusa backend, such as https://shop.example.",
  completion: 'give "pay_first" or "order_first".',
  open: 'give "at_once" or "on_demand".',
  checkout: 'give "gateway" or "page".',
  unpaidOrder: `leave it out, or give { cancelAfterMinutes: 120 }, whole minutes from 1 to ${longestUnpaid}.`,
  latePayment: 'give "refund" or "hold".',
  proxyUrl: "leave it out for HTTPS_PROXY, or paste the proxy's address, such as http://proxy.example:3128.",
  timeoutMs: "give whole milliseconds from 100 to 120000.",
}

/** What works, and not as a shop may expect: codes that no table knows, and braces that nothing fills in. */
export function commonWarnings(
  gateway: GatewayName,
  channels: readonly string[],
  templates: Readonly<Record<string, string | undefined>>,
): string[] {
  const title = titleOf(gateway)
  const unlisted = unlistedChannels(gateway, channels).map(({ channel, meant }) =>
    meant === undefined ? channel : `${channel} (did you mean ${meant}?)`,
  )
  return [
    ...(unlisted.length
      ? [
          `${title} channels that this version does not know: ${unlisted.join(", ")}. Compare them with the contract.`,
        ]
      : []),
    ...Object.entries(templates).flatMap(([option, template]) =>
      /\{(?!session_id\})/.test(template ?? "")
        ? [`${title} option "${option}" has braces that stay as they are: only {session_id} is filled in.`]
        : [],
    ),
  ]
}

/** On the pay page a shopper chooses first: nothing is opened before that. */
export const whenOpened = ({
  checkout,
  open,
}: Pick<GatewayPolicy, "checkout" | "open">): GatewayPolicy["open"] =>
  checkout === "page" ? "on_demand" : open

/**
 * Parses provider options, or throws OptionsError with every problem. `help` says for each option what belongs
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
  const about = { gateway, schema, help, given }
  throw new OptionsError(...new Set(parsed.error.issues.flatMap((issue) => sentences(issue, about))))
}

interface About {
  gateway: string
  schema: z.ZodType
  help: Record<string, string>
  given: unknown
}

function sentences(issue: z.core.$ZodIssue, { gateway, schema, help, given }: About): string[] {
  if (issue.code === "unrecognized_keys") {
    const known = issue.path.length === 0 ? Object.keys(help) : keysAt(schema, issue.path)
    return issue.keys.map((key) => unknownOption(gateway, known, issue.path, key))
  }
  const option = String(issue.path[0] ?? "")
  if (option === "") return [`The ${gateway} options must be an object with ${Object.keys(help).join(", ")}.`]
  const named = `${gateway} option "${nameOf(issue.path)}"`
  if (issue.code === "custom" && issue.message !== "Invalid input")
    return [`${named} is not valid: ${issue.message}`]
  const missing = valueAt(given, issue.path) === undefined
  return [`${named} is ${missing ? "missing" : "not valid"}: ${help[option] ?? "see the README."}`]
}

/** Whatever else stands where a name belongs may be a key that was pasted there. */
const isName = (text: unknown): text is string => typeof text === "string" && /^[A-Za-z]\w{0,31}$/.test(text)

/** `sameDayCancel.cutoff`; of a list, the list alone. */
function nameOf(path: readonly PropertyKey[]): string {
  const end = path.findIndex((part) => !isName(part))
  return path.slice(0, end === -1 ? path.length : Math.max(1, end)).join(".")
}

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((inner, part) => (inner as Record<PropertyKey, unknown> | undefined)?.[part], value)

function unknownOption(
  gateway: string,
  known: readonly string[],
  path: readonly PropertyKey[],
  given: string,
): string {
  const meant = nearest(given, known)
  const hint = meant === undefined ? `the options are ${known.join(", ")}.` : `write "${meant}".`
  const name = isName(given) ? `option "${[...path, given].join(".")}"` : "option of another name"
  return `${gateway} ${name} is not known: ${hint}`
}

/** What zod keeps of the schemas that are used here. */
interface Inside {
  innerType?: z.ZodType
  in?: z.ZodType
  element?: z.ZodType
  valueType?: z.ZodType
  shape?: Record<string, z.ZodType>
}

/** The keys of the object that the options have at this place. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const inside = schema.def as Inside
  const wrapped = inside.innerType ?? inside.in
  if (wrapped) return keysAt(wrapped, path)
  const [next, ...rest] = path
  if (next === undefined) return Object.keys(inside.shape ?? {})
  const deeper = inside.shape?.[String(next)] ?? inside.element ?? inside.valueType
  return deeper ? keysAt(deeper, rest) : []
}
