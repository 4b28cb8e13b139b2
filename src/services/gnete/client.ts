import type { z } from "zod"
import { succeeded, unanswered, unknown } from "../../core"
import {
  about,
  andThen,
  followable,
  HttpTransport,
  isCode,
  isJsonObject,
  observed,
  parseJson,
  present,
  readAs,
  requireCredentials,
  type Answer,
  type ClientTools,
} from "../transport"
import * as mapping from "./mapping"
import * as schema from "./schema"
import { signGnete, verifyGnete } from "./signature"
import { cleanText, longestBody, longestRefundReason, longestSubject } from "./text"

export const gneteHost = "https://api-pay.gnete.com.hk"

export interface GneteClientOptions extends ClientTools {
  mchNo: string
  appId: string
  appSecret: string
  /** Prefix before `/api/…`. Default: Gnete's production host; test credentials work on its test host only. */
  baseUrl?: string | undefined
  /** For a whole call, in milliseconds. Default 10000. */
  timeoutMs?: number | undefined
  /** A proxy for every call: `http://user:password@host:3128`. Default: HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
  proxyUrl?: string | undefined
}

/** Amounts are whole cents; the only currency Gnete documents is HKD. Numbers have at most 30 characters. */
export interface UnifiedOrderRequest {
  /** Unique for ever, also after failure and close. */
  mchOrderNo: string
  /** Payment method: `UP_OP`, `ALI_H5`, … */
  wayCode: string
  amount: number
  currency: string
  /** What the payer reads. An `&` would corrupt Gnete's notifications and is left out; cut at 64 and 256. */
  subject: string
  body: string
  /** Without a query string. Without it Gnete sends no notification. */
  notifyUrl?: string
  returnUrl?: string
  /** Seconds until the order closes by itself. */
  expiredTime?: number
  /** JSON text. */
  channelExtra?: string
}

/** Either number; Gnete's own wins where both are given. */
export interface PayOrderNumbers {
  mchOrderNo?: string | undefined
  payOrderId?: string | undefined
}

export interface PayCancelRequest extends PayOrderNumbers {
  notifyUrl?: string
}

export interface RefundOrderRequest extends PayOrderNumbers {
  /** Used once, also when the refund fails. */
  mchRefundNo: string
  refundAmount: number
  currency: string
  /** Cleaned like a subject, cut at 64. */
  refundReason: string
  notifyUrl?: string
}

export interface RefundNumbers {
  mchRefundNo?: string | undefined
  refundOrderId?: string | undefined
}

type Params = Record<string, string | number | undefined>

/** Where an answer without a body is documented: it says as little as none, and is no surprise. */
const mayBeEmpty: ReadonlySet<string> = new Set(["pay/close"])

/**
 * Gnete's merchant API, one method per endpoint, fields named as on Gnete's own pages. Needs no Medusa:
 *
 *     const gnete = new GneteClient({ mchNo, appId, appSecret })
 *     const order = await gnete.payQuery({ mchOrderNo: "01J9ZK" })
 *     if (order.kind === "succeeded") console.log(order.value.state, order.value.amount)
 *
 * Throws TypeError where it is made without its credentials, and never for what Gnete or the network does. `succeeded`: answered with code 0, signed, and about what was asked;
 * whether money moved is for the `state` in it. `refused`: a documented refusal. `not_sent`: Gnete has seen nothing.
 * Everything else is `unknown`. Only documented fields are sent: Gnete signs the ones it knows, and one more breaks it.
 */
export class GneteClient {
  readonly #mchNo: string
  readonly #appId: string
  readonly #appSecret: string
  readonly #baseUrl: string
  readonly #tools: ClientTools
  readonly #now: () => Date
  readonly #http: HttpTransport

  constructor(options: GneteClientOptions) {
    const { mchNo, appId, appSecret, baseUrl = gneteHost, timeoutMs, proxyUrl, ...tools } = options
    requireCredentials("GneteClient", { mchNo, appId, appSecret })
    this.#mchNo = mchNo
    this.#appId = appId
    this.#appSecret = appSecret
    this.#baseUrl = baseUrl
    this.#tools = tools
    this.#now = tools.now ?? (() => new Date())
    this.#http = new HttpTransport({ gateway: "Gnete", timeoutMs, proxyUrl, timer: tools.timer })
  }

  /**
   * Opens a payment. An `orderState` of 3 in a success says that the channel declined it.
   * Units: `amount` in whole cents (HKD 120.50 is 12050), `expiredTime` in seconds.
   * Errors: `duplicate`, `not_supported`, `invalid`, `credentials`.
   * Source: online/payment.html.
   */
  async unifiedOrder(request: UnifiedOrderRequest): Promise<Answer<schema.GneteNewOrder>> {
    const params = {
      ...request,
      subject: cleanText(request.subject, longestSubject),
      body: cleanText(request.body, longestBody),
    }
    const { mchOrderNo } = request
    return this.#call(
      "pay/unifiedOrder",
      params,
      mapping.unifiedOrderTexts,
      schema.unifiedOrderData,
      (order) => andThen(about(order, { mchOrderNo }, "Gnete"), (opened) => this.#followable(opened)),
    )
  }

  /**
   * The state of a payment, from Gnete's own books.
   * Units: `amount` in whole cents; times are milliseconds since 1970, as text.
   * Errors: `absent`, `credentials`, `invalid`.
   * Source: online/payment.html, and Jeepay's pay/query, of which Gnete's is a fork.
   */
  async payQuery(request: PayOrderNumbers): Promise<Answer<schema.GneteOrder>> {
    return this.#call("pay/query", { ...request }, mapping.payQueryTexts, schema.payOrderData, (order) =>
      about(order, { ...request, ...this.#account() }, "Gnete"),
    )
  }

  /**
   * Closes an unpaid payment. Gnete may answer with nothing at all: only payQuery with state 6 is a close.
   * Units: none.
   * Errors: `absent`, `already_closed` (also for one that is paid or failed), `credentials`, `invalid`.
   * Source: Jeepay's pay/close, of which Gnete's is a fork.
   */
  async payClose(request: PayOrderNumbers): Promise<Answer<schema.GneteClosed>> {
    return this.#call("pay/close", { ...request }, mapping.payCloseTexts, schema.payCloseData, succeeded)
  }

  /**
   * Reverses a whole paid order of the same day. There is no merchant number: keep cancelOrderId, the only key to
   * cancelQuery; where the answer was lost, payQuery tells.
   * Units: none; it is always the whole amount.
   * Errors: `absent`, `wrong_state`, `credentials`, `invalid`.
   * Source: online/cancel.html.
   */
  async payCancel(request: PayCancelRequest): Promise<Answer<schema.GneteCancel>> {
    return this.#call("pay/cancel", { ...request }, mapping.payCancelTexts, schema.payCancelData, succeeded)
  }

  /**
   * The state of a same-day reversal.
   * Units: amounts in whole cents.
   * Errors: `absent`, `credentials`, `invalid`.
   * Source: online/cancel.html.
   */
  async cancelQuery(request: { cancelOrderId: string }): Promise<Answer<schema.GneteCancelOrder>> {
    return this.#call(
      "cancel/query",
      { ...request },
      mapping.cancelQueryTexts,
      schema.cancelQueryData,
      (cancel) => about(cancel, { ...request, ...this.#account() }, "Gnete"),
    )
  }

  /**
   * Credits part or all of a payment back to the payer. A number that was used before is `unknown`, and not a replay: ask
   * refundQuery what became of it.
   * Units: `refundAmount` in whole cents.
   * Errors: `absent`, `wrong_state`, `already_refunded`, `exceeds_balance`, `in_progress`, `not_supported`,
   * `credentials`, `invalid`.
   * Source: online/refund.html.
   */
  async refundOrder(request: RefundOrderRequest): Promise<Answer<schema.GneteRefund>> {
    const params = { ...request, refundReason: cleanText(request.refundReason, longestRefundReason) }
    const { mchRefundNo, refundAmount } = request
    return this.#call(
      "refund/refundOrder",
      params,
      mapping.refundOrderTexts,
      schema.refundOrderData,
      (refund) => about(refund, { mchRefundNo, refundAmount }, "Gnete"),
    )
  }

  /**
   * The state of a refund.
   * Units: `refundAmount` in whole cents.
   * Errors: `absent`, `credentials`, `invalid`.
   * Source: online/refund.html.
   */
  async refundQuery(request: RefundNumbers): Promise<Answer<schema.GneteRefundOrder>> {
    return this.#call(
      "refund/query",
      { ...request },
      mapping.refundQueryTexts,
      schema.refundQueryData,
      (refund) => about(refund, { ...request, ...this.#account() }, "Gnete"),
    )
  }

  /** Whoever uses the client sends a browser there, or draws it. What only an app can pay with is passed on as it came. */
  #followable(order: schema.GneteNewOrder): Answer<schema.GneteNewOrder> {
    const kind = mapping.payDataKindOf(order)
    if (kind === undefined || order.payData === undefined) return succeeded(order)
    if (kind === "content" ? isCode(order.payData) : followable(order.payData, this.#baseUrl))
      return succeeded(order)
    return unknown(
      "unsafe_link",
      kind === "content"
        ? "Gnete opened the payment with a code that is no plain text, or a script; it is not shown to a shopper."
        : "Gnete opened the payment with a link that is not https; it is not shown to a shopper.",
    )
  }

  #account() {
    return { mchNo: this.#mchNo, appId: this.#appId }
  }

  /** Signs, sends, and reads: a code other than 0 ends it there, by the texts of the call. */
  async #call<Schema extends z.ZodType>(
    verb: string,
    request: Params,
    texts: Parameters<typeof mapping.meaning>[0],
    fields: Schema,
    check: (value: z.output<Schema>) => Answer<z.output<Schema>>,
  ): Promise<Answer<z.output<Schema>>> {
    return observed({ gateway: "gnete", verb }, this.#tools, async (notes) => {
      const exchange = await this.#send(verb, request)
      if (exchange.kind === "unknown" && exchange.code === "empty_answer" && mayBeEmpty.has(verb))
        notes.documented = true
      if (exchange.kind !== "answered") return exchange
      return andThen(readEnvelope(exchange.text), ({ code, msg, data, sign }) => {
        if (code !== 0) return mapping.meaning(texts, code, msg)
        if (!isJsonObject(data) || typeof sign !== "string" || !verifyGnete(data, sign, this.#appSecret))
          return unknown(
            "bad_signature",
            "Gnete's answer is not signed with this merchant's secret, and is not believed.",
          )
        return andThen(readAs(fields, data, "Gnete"), check)
      })
    })
  }

  async #send(verb: string, request: Params) {
    const params = present({
      ...request,
      ...this.#account(),
      reqTime: this.#now().getTime(),
      version: "1.0",
      signType: "MD5",
    })
    const body = JSON.stringify({ ...params, sign: signGnete(params, this.#appSecret) })
    return this.#http.post(`${this.#baseUrl}/api/${verb}`, body, { "content-type": "application/json" })
  }
}

function readEnvelope(text: string): Answer<schema.Envelope> {
  try {
    return readAs(schema.envelope, parseJson(text), "Gnete")
  } catch {
    return unanswered("unreadable_answer", "Gnete answered with something that is not JSON.")
  }
}
