import { randomBytes, type KeyObject } from "node:crypto"
import type { z } from "zod"
import { succeeded, unanswered, unknown } from "../../core"
import {
  about,
  andThen,
  followable,
  HttpTransport,
  isJsonObject,
  observed,
  parseJson,
  present,
  readAs,
  requireCredentials,
  type Answer,
  type ClientTools,
  type JsonObject,
} from "../transport"
import * as mapping from "./mapping"
import * as schema from "./schema"
import {
  parsePrivateKey,
  parsePublicKey,
  publishedKeys,
  signKsherRequest,
  verifyKsherData,
} from "./signature"
import { cleanProductName } from "./text"

export const ksherHosts = { gatewayUrl: "https://gateway.ksher.com", apiUrl: "https://api.mch.ksher.net" }

export interface KsherClientOptions extends ClientTools {
  /** `mch` and the merchant number. */
  appid: string
  /** The merchant's RSA key, PEM (PKCS#1 or PKCS#8) or parsed. */
  privateKey: string | KeyObject
  /** Keys an answer may be signed with. Default: Ksher's published ones, both versions. */
  publicKeys?: readonly (string | KeyObject)[] | undefined
  /** V2 asks Ksher to sign its answers with the RSA-2048 key. Default V1. */
  signVersion?: "V1" | "V2" | undefined
  /** Prefixes before `/api/…` and `/KsherPay/…`. Default: Ksher's hosts. */
  gatewayUrl?: string | undefined
  apiUrl?: string | undefined
  /** Sent with orders, closes and refunds: the cashier, and the device. */
  operatorId?: string | undefined
  deviceId?: string | undefined
  /** For a whole call, in milliseconds. Default 10000. */
  timeoutMs?: number | undefined
  /** A proxy for every call: `http://user:password@host:3128`. Default: HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
  proxyUrl?: string | undefined
}

/** Fees are whole minor units ("add 00 for decimal"), currencies ISO 4217 in upper case, order numbers ≤32 characters. */
export interface GatewayPayRequest {
  mch_order_no: string
  total_fee: number
  fee_type: string
  /** Channel codes joined by commas; one leads straight to that wallet, several to Ksher's page of choice. */
  channel_list: string
  mch_redirect_url: string
  mch_redirect_url_fail: string
  refer_url: string
  /** What the payer reads. Characters Ksher asks to avoid are left out, and it is cut at 50. */
  product_name: string
  /** The number shown to the payer. Default: mch_order_no. */
  mch_code?: string
  /** Without it Ksher sends no notification. */
  mch_notify_url?: string
  lang?: "en" | "cn" | "th"
  /** Minutes until the link expires. */
  expire_time?: number
  /** JSON text, months by channel: `{"ktc_instal":[3,6,10]}`. Source: Ksher's plugin for WooCommerce. */
  channel_instal_times_list?: string
  /** Channels joined by commas whose interest the merchant bears. Source: the same. */
  instal_fee_payer_merchant_channel_list?: string
  /** Whose card Ksher's page may keep. On no public page in use: not proven. */
  member_id?: string
}

export interface NativePayRequest {
  mch_order_no: string
  total_fee: number
  fee_type: string
  channel: string
  notify_url?: string
  redirect_url?: string
  /** Cleaned like product_name. */
  product?: string
  /** On none of Ksher's pages: seen from a payment terminal, for PromptPay and for TrueMoney. Its unit is not known. */
  expire_time?: number
  tmn_expire_time?: number
}

/** At least one of the three numbers. */
export interface OrderNumbers {
  mch_order_no?: string | undefined
  ksher_order_no?: string | undefined
  channel_order_no?: string | undefined
}

export interface OrderRefundRequest extends OrderNumbers {
  /** For an order made by gateway_pay: its `pay_mch_order_no`. A card refund also needs ksher_order_no. */
  mch_order_no: string
  /** ≤32 characters; Ksher takes each number once, so a retry keeps it. */
  mch_refund_no: string
  /** What the order cost. */
  total_fee: number
  refund_fee: number
  fee_type: string
}

export interface RefundQueryRequest extends OrderNumbers {
  mch_refund_no?: string | undefined
  total_fee?: number | undefined
  refund_fee?: number | undefined
  fee_type?: string | undefined
  channel?: string | undefined
}

export interface SettlementInfoRequest {
  /** `YYYY-MM-DD`, in the account's zone. The longest range is not documented: a month is asked for at most. */
  begin_date: string
  end_date: string
  pay_channel?: string | undefined
}

export interface PayoutRequest {
  /** A new one, never used for a payment. Whether Ksher takes a number once is not documented. */
  mch_order_no: string
  total_fee: number
  fee_type: string
  receiver_type: "BANK" | "PROMPTPAY_NATID" | "PROMPTPAY_MSISDN"
  /** Account number, citizen or tax id of thirteen digits, or mobile number. */
  receiver_no: string
  /** With `BANK` only, and always. Taken for the Bank of Thailand's three digits; no list is published. */
  receiver_bank_code?: string | undefined
  /** Gets a text message. */
  receiver_mobile?: string | undefined
}

type Host = "gateway" | "api"
type Params = Record<string, string | number | undefined>
type Envelope = schema.Envelope

const payoutVerbs: ReadonlySet<string> = new Set(["payout", "order_query_payout"])

/**
 * Ksher's merchant API, one method per endpoint, fields named as on Ksher's own pages. Needs no Medusa:
 *
 *     const ksher = new KsherClient({ appid: "mch35005", privateKey })
 *     const order = await ksher.gatewayOrderQuery({ mch_order_no: "2105271017" })
 *     if (order.kind === "succeeded") console.log(order.value.result, order.value.total_fee)
 *
 * Throws TypeError where it is made without its credentials, and never for what Ksher or the network does. `succeeded`: answered, signed, and about what was asked. `refused`:
 * a documented refusal. `not_sent`: Ksher has seen nothing. Everything else is `unknown`.
 */
export class KsherClient {
  readonly #options: Omit<KsherClientOptions, "privateKey" | "publicKeys">
  readonly #privateKey: KeyObject
  readonly #publicKeys: readonly KeyObject[]
  readonly #http: HttpTransport
  readonly #now: () => Date
  readonly #nonce: () => string

  /** The zone of the account's naive times, such as `+07:00`. Default: that of the currency. */
  timeZone: string | undefined

  constructor({ privateKey, publicKeys = Object.values(publishedKeys), ...options }: KsherClientOptions) {
    requireCredentials("KsherClient", { appid: options.appid, privateKey })
    this.#options = options
    this.#privateKey = typeof privateKey === "string" ? parsePrivateKey(privateKey) : privateKey
    this.#publicKeys = publicKeys.map((key) => (typeof key === "string" ? parsePublicKey(key) : key))
    this.#http = new HttpTransport({
      gateway: "Ksher",
      timeoutMs: options.timeoutMs,
      proxyUrl: options.proxyUrl,
      timer: options.timer,
    })
    this.#now = options.now ?? (() => new Date())
    this.#nonce = options.nonce ?? (() => randomBytes(16).toString("hex"))
  }

  /**
   * Opens an order with a hosted payment page.
   * Units: `total_fee` in whole minor units (THB 120.50 is 12050), `expire_time` in minutes.
   * Errors: `already_paid`.
   * Source: gateway_pay.html.
   */
  async gatewayPay(request: GatewayPayRequest): Promise<Answer<schema.KsherPaymentPage>> {
    const params = {
      ...request,
      mch_code: request.mch_code ?? request.mch_order_no,
      product_name: cleanProductName(request.product_name),
      operator_id: this.#options.operatorId,
    }
    return this.#call("gateway", "gateway_pay", params, mapping.gatewayPayCodes, (envelope) =>
      andThen(this.#signed(envelope), (data) =>
        andThen(readAs(schema.gatewayPayData, data, "Ksher"), (page) => this.#followable(page)),
      ),
    )
  }

  /**
   * Opens an order with a QR code.
   * Units: `total_fee` in whole minor units, here and in the answer.
   * Errors: `already_paid`.
   * Source: kiosk_c_scan_b.html (native_pay).
   */
  async nativePay(request: NativePayRequest): Promise<Answer<schema.KsherQr>> {
    const product = request.product === undefined ? undefined : cleanProductName(request.product)
    const params = {
      ...request,
      product,
      operator_id: this.#options.operatorId,
      device_id: this.#options.deviceId,
    }
    return this.#call("api", "native_pay", params, mapping.apiCodes, (envelope) =>
      andThen(this.#done(envelope, mapping.nativePayErrors, schema.nativePayData), (qr) =>
        about(
          qr,
          { ...this.#echo(request, ["mch_order_no", "total_fee"]), fee_type: lower(request.fee_type) },
          "Ksher",
        ),
      ),
    )
  }

  /**
   * The state of an order made by gateway_pay; `pay_mch_order_no` in it is the number for refunds. The order is there
   * with any documented result.
   * Units: `total_fee` in whole minor units; times are Ksher's, UTC+7.
   * Errors: `absent`.
   * Source: gateway_order_query.html.
   */
  async gatewayOrderQuery(request: { mch_order_no: string }): Promise<Answer<schema.KsherGatewayOrder>> {
    return this.#call("gateway", "gateway_order_query", { ...request }, mapping.apiCodes, (envelope) =>
      andThen(this.#order(envelope, schema.gatewayOrderData(this.timeZone)), (order) =>
        about(order, this.#echo(request, ["mch_order_no"]), "Ksher"),
      ),
    )
  }

  /**
   * The state of an order made by native_pay, by any of its numbers.
   * Units: `total_fee` in whole minor units; times are Ksher's, UTC+7.
   * Errors: `absent`.
   * Source: order_query.html.
   */
  async orderQuery(
    request: OrderNumbers & { channel?: string | undefined },
  ): Promise<Answer<schema.KsherOrder>> {
    return this.#call("api", "order_query", { ...request }, mapping.apiCodes, (envelope) =>
      andThen(this.#order(envelope, schema.orderData(this.timeZone)), (order) =>
        about(order, this.#echo(request, ["mch_order_no", "ksher_order_no"]), "Ksher"),
      ),
    )
  }

  /**
   * Closes the link of gateway_pay. The answer is not signed, so a success, also `already_closed`, is Ksher's word only
   * once gatewayOrderQuery says CLOSED. A QR the shopper has saved may still be paid.
   * Units: none.
   * Errors: `credentials`, `absent`, `already_paid`, `already_closed`, `in_progress`.
   * Source: order_cancel.html.
   */
  async cancelOrder(request: {
    mch_order_no: string
    lang?: string | undefined
  }): Promise<Answer<{ accepted: true }>> {
    return this.#call("gateway", "cancel_order", { ...request }, mapping.cancelOrderCodes, (envelope) =>
      andThen(readAs(schema.cancelOrderData, envelope.data, "Ksher"), () =>
        succeeded({ accepted: true as const }),
      ),
    )
  }

  /**
   * Closes an order of native_pay; `channel` must be one that order_close takes.
   * Units: none.
   * Errors: `absent`, `already_paid`.
   * Source: order_close.html.
   */
  async orderClose(request: OrderNumbers & { channel: string }): Promise<Answer<schema.KsherClosed>> {
    const params = { ...request, operator_id: this.#options.operatorId }
    return this.#call("api", "order_close", params, mapping.apiCodes, (envelope) =>
      andThen(this.#done(envelope, mapping.orderCloseErrors, schema.orderCloseData), (closed) =>
        about(closed, this.#echo(request, ["mch_order_no"]), "Ksher"),
      ),
    )
  }

  /**
   * Credits part or all of an order back to the payer. A refund without enough balance, or of a channel that cannot, is
   * answered with a code that is not documented: `unknown`, until refundQuery shows that nothing was done.
   * Units: `total_fee` and `refund_fee` in whole minor units.
   * Errors: `absent`.
   * Source: order_refund.html.
   */
  async orderRefund(request: OrderRefundRequest): Promise<Answer<schema.KsherRefund>> {
    const params = { ...request, operator_id: this.#options.operatorId, device_id: this.#options.deviceId }
    const fields = ["mch_order_no", "ksher_order_no", "mch_refund_no", "total_fee", "refund_fee"] as const
    return this.#call("api", "order_refund", params, mapping.apiCodes, (envelope) =>
      andThen(
        this.#done(envelope, mapping.orderRefundErrors, schema.orderRefundData(this.timeZone)),
        (refund) =>
          about(refund, { ...this.#echo(request, fields), fee_type: lower(request.fee_type) }, "Ksher"),
      ),
    )
  }

  /**
   * Every refund of an order. Not for promptpay, alipay and alipayplus. A signed failure that is not documented, such as
   * Ksher may give before the first refund, is `not_supported`: the call only asks, so that nothing is in doubt.
   * Units: `mch_refund_fee` of each row in whole minor units; times are Ksher's, UTC+7.
   * Errors: `absent`, `not_supported`.
   * Source: refund_query.html.
   */
  async refundQuery(request: RefundQueryRequest): Promise<Answer<schema.KsherRefunds>> {
    return this.#call("api", "refund_query", { ...request }, mapping.apiCodes, (envelope) =>
      andThen(
        untold(this.#done(envelope, mapping.refundQueryErrors, schema.refundQueryData(this.timeZone))),
        (refunds) =>
          about(
            refunds,
            { ...this.#echo(request, ["mch_order_no"]), fee_type: lower(request.fee_type) },
            "Ksher",
          ),
      ),
    )
  }

  /**
   * What the account may do: channels, limits, partial refunds. Ksher signs five of its fields and no more: what is read here is
   * advice, and none of it proves anything about money. Fields about people and banks are not read.
   * Units: limits in whole minor units (not stated by Ksher), `null` for none.
   * Errors: none documented.
   * Source: Ksher's SDKs (merchant_info).
   */
  async merchantInfo(): Promise<Answer<schema.KsherMerchantInfo>> {
    return this.#call("api", "merchant_info", {}, mapping.apiCodes, (envelope) =>
      andThen(this.#signed(envelope, schema.signedOfMerchantInfo), (data) =>
        andThen(readAs(schema.merchantInfoData, data, "Ksher"), (info) =>
          about(info, { mch_appid: this.#options.appid }, "Ksher"),
        ),
      ),
    )
  }

  /**
   * What was settled and transferred to the shop, by day and channel. Ksher signs the range it answers about, and none of the lines:
   * they explain money, and change no payment.
   * Units: amounts in whole minor units of the account's settlement currency, negative after refunds; days are the account's.
   * Errors: none documented.
   * Source: Ksher's SDKs (get_settlement_info).
   */
  async getSettlementInfo(request: SettlementInfoRequest): Promise<Answer<schema.KsherSettlementInfo>> {
    const params = { ...request, mch_appid: this.#options.appid }
    return this.#call("api", "get_settlement_info", params, mapping.apiCodes, (envelope) =>
      andThen(this.#signed(envelope, schema.signedOfSettlementInfo(envelope.data)), (data) =>
        andThen(readAs(schema.settlementInfoData, data, "Ksher"), (info) =>
          about(info, { begin_date: request.begin_date, end_date: request.end_date }, "Ksher"),
        ),
      ),
    )
  }

  /**
   * What the account can still pay out. The merchant tops it up; it is another balance than the one refunds come out of.
   * Units: `balance` in whole minor units.
   * Errors: none documented.
   * Source: payout.html, Ksher's SDKs (get_payout_balance).
   */
  async getPayoutBalance(request: { fee_type: string }): Promise<Answer<schema.KsherPayoutBalance>> {
    return this.#call("api", "get_payout_balance", { ...request }, mapping.apiCodes, (envelope) =>
      andThen(this.#done(envelope, mapping.payoutErrors, schema.payoutBalanceData), (balance) =>
        about(balance, { appid: this.#options.appid }, "Ksher"),
      ),
    )
  }

  /**
   * Sends money to a Thai account or PromptPay, at once and for good. None of its failures is documented: each is `unknown` until
   * orderQueryPayout has been asked.
   * Units: `total_fee` and the fee `mdr` in whole minor units.
   * Errors: none documented.
   * Source: payout.html, Ksher's SDKs (payout).
   */
  async payout(request: PayoutRequest): Promise<Answer<schema.KsherPayout>> {
    const params = { ...request, channel: "payout" }
    return this.#call("api", "payout", params, mapping.apiCodes, (envelope) =>
      andThen(this.#done(envelope, mapping.payoutErrors, schema.payoutData), (payout) =>
        about(payout, this.#echo(request, ["mch_order_no", "total_fee"]), "Ksher"),
      ),
    )
  }

  /**
   * The state of a payout. Only SUCCESS is documented to mean anything.
   * Units: `total_fee`, `raw_total_fee` and the fee `mdr` in whole minor units; times are Ksher's, UTC+7.
   * Errors: `absent`.
   * Source: payout.html, Ksher's SDKs (order_query_payout).
   */
  async orderQueryPayout(request: { mch_order_no: string }): Promise<Answer<schema.KsherPayoutOrder>> {
    const params = { ...request, channel: "payout" }
    return this.#call("api", "order_query_payout", params, mapping.apiCodes, (envelope) =>
      andThen(this.#done(envelope, mapping.queryErrors, schema.payoutOrderData(this.timeZone)), (payout) =>
        about(payout, { ...this.#echo(request, ["mch_order_no"]), channel: "payout" }, "Ksher"),
      ),
    )
  }

  /** Signs, sends, and reads the envelope; a code other than 0 ends it there, by the table of the call. */
  async #call<T>(
    host: Host,
    verb: string,
    request: Params,
    codes: Parameters<typeof mapping.meaning>[0],
    read: (envelope: Envelope) => Answer<T>,
  ): Promise<Answer<T>> {
    return observed({ gateway: "ksher", verb }, this.#options, async (notes) => {
      const nonce = this.#nonce()
      const exchange = await this.#send(host, verb, { ...request, nonce_str: nonce })
      if (exchange.kind !== "answered") return exchange
      return andThen(readEnvelope(exchange.text), (envelope) => {
        if (envelope.code !== 0) return this.#ofCode(verb, envelope, mapping.meaning(codes, envelope.code))
        if (host === "api")
          notes.nonceMismatch = isJsonObject(envelope.data) && envelope.data.nonce_str !== nonce
        return read(envelope)
      })
    })
  }

  /**
   * A code beside no signed data may come from a server in front of Ksher's. A payout goes to an account from which no call brings it
   * back: nothing is concluded about it from such a code. A refund that was done all the same shows in the order.
   */
  #ofCode<T>(verb: string, envelope: Envelope, said: Answer<T>): Answer<T> {
    if (!payoutVerbs.has(verb) || said.kind !== "unknown") return said
    return this.#signed(envelope).kind === "succeeded" ? said : unknown(said.code, said.message)
  }

  async #send(host: Host, verb: string, request: Params) {
    const { appid, signVersion, gatewayUrl, apiUrl } = this.#options
    // One call names the account by another field, and is not known to take both.
    const account = request.mch_appid === undefined ? { appid } : {}
    const params = present({ ...request, ...account, time_stamp: timeStamp(this.#now()) })
    const sign = signKsherRequest(params, this.#privateKey)
    const form = new URLSearchParams({ ...strings(params), sign }).toString()
    const url =
      host === "gateway"
        ? `${gatewayUrl ?? ksherHosts.gatewayUrl}/api/${verb}`
        : `${apiUrl ?? ksherHosts.apiUrl}/KsherPay/${verb}`
    return this.#http.post(url, form, {
      "content-type": "application/x-www-form-urlencoded",
      ...(signVersion === "V2" && { "ksher-sign-version": "V2" }),
    })
  }

  /** Whoever uses the client sends a browser there. */
  #followable(page: schema.KsherPaymentPage): Answer<schema.KsherPaymentPage> {
    if (followable(page.pay_content, this.#options.gatewayUrl ?? ksherHosts.gatewayUrl))
      return succeeded(page)
    return unknown(
      "unsafe_link",
      "Ksher opened the payment with a link that is not https; it is not shown to a shopper.",
    )
  }

  /** `names`: the fields that are signed, where not all of them are. */
  #signed({ data, sign }: Envelope, names?: readonly string[]): Answer<JsonObject> {
    if (isJsonObject(data) && typeof sign === "string") {
      const signed = names ? Object.fromEntries(names.flatMap((name) => pick(data, name))) : data
      if (verifyKsherData(signed, sign, this.#publicKeys)) return succeeded(data)
    }
    return unknown("bad_signature", "Ksher's answer is not signed by Ksher, and is not believed.")
  }

  /** A call that does something or nothing: only SUCCESS is done, FAIL is read in the call's table. */
  #done<Schema extends z.ZodType>(
    envelope: Envelope,
    errors: Parameters<typeof mapping.meaning>[0],
    fields: Schema,
  ): Answer<z.output<Schema>> {
    return andThen(this.#signed(envelope), (data) =>
      andThen(readAs(schema.verdict, data, "Ksher"), ({ result, err_code }) => {
        if (result === "SUCCESS") return readAs(fields, data, "Ksher")
        if (result === "FAIL") return mapping.meaning(errors, err_code)
        return unknown(result, "Ksher is not sure whether it was done: it is asked again.")
      }),
    )
  }

  /** A query: FAIL is about the query; every other documented result is a state of the order. */
  #order<Schema extends z.ZodType>(envelope: Envelope, fields: Schema): Answer<z.output<Schema>> {
    return andThen(this.#signed(envelope), (data) =>
      andThen(readAs(schema.verdict, data, "Ksher"), ({ result, err_code }) => {
        if (result === "FAIL") return mapping.meaning(mapping.queryErrors, err_code)
        if (Object.hasOwn(mapping.standings, result)) return readAs(fields, data, "Ksher")
        return unknown("unlisted", "Ksher names a state of the order that it does not document.")
      }),
    )
  }

  #echo<Request extends object, Name extends keyof Request>(request: Request, names: readonly Name[]) {
    const sent = Object.fromEntries(names.map((name) => [name, request[name]])) as Record<Name, unknown>
    return { ...sent, appid: this.#options.appid }
  }
}

const pick = (data: JsonObject, name: string) =>
  Object.hasOwn(data, name) ? [[name, data[name]] as const] : []

const untold = <T>(listed: Answer<T>): Answer<T> =>
  listed.kind === "unknown" && listed.answered ? mapping.refundsUntold(listed.code) : listed

function readEnvelope(text: string): Answer<Envelope> {
  try {
    return readAs(schema.envelope, parseJson(text), "Ksher")
  } catch {
    return unanswered("unreadable_answer", "Ksher answered with something that is not JSON.")
  }
}

/** `YYYYMMDDHHmmss` in the zone Ksher's own times are in. */
function timeStamp(now: Date): string {
  const local = new Date(now.getTime() + 7 * 3_600_000)
  return local.toISOString().replace(/\D/g, "").slice(0, 14)
}

const strings = (params: Record<string, string | number>): Record<string, string> =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]))

const lower = (currency: string | undefined): string | undefined => currency?.toLowerCase()
