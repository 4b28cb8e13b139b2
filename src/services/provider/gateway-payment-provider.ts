import {
  AbstractPaymentProvider,
  Modules,
  PaymentActions,
  PaymentSessionStatus,
} from "@medusajs/framework/utils"
import type * as Medusa from "@medusajs/framework/types"

import { PaymentProblem, isUnended, merchantNumber, money, roundToMinor, sameMoney } from "../../core"
import type { Gateway } from "../../core"
import { fromKnex, openLedger, systemClock } from "../ledger"
import type { Clock, GatewayPayment, KnexLike, Ledger } from "../ledger"
import { demandOf } from "../host/demand"
import { makeLink, tokenIn } from "../host/make-link"
import { applicationContainer, lockOrder, orderOfRefund, orderStanding } from "../host/order"
import { plainDecimal, type Amount } from "../host/transactions"
import { logLine } from "../observability"
import type GatewayPaymentsService from "../gateway-payments"
import { notifyUrl } from "../options/shared"
import { hashOf } from "../pay-page"
import {
  abandon,
  authorize,
  cancel,
  changeWaiting,
  required,
  closeForDeletedSession,
  wakeSoon,
  open,
  receive,
  refundForMedusa,
  requireOwnAccount,
  Silence,
} from "../settlement"
import type { Authorization, Deps, Policy } from "../settlement"
import { asMedusaError, inMedusasWords } from "./errors"
import { emitTo, type EventBus } from "./events"
import { sessionData } from "./session-data"

/** What of the payment module's container is used (H18): its knex pool, its logger, its bus, two of its internal services. */
export interface Cradle {
  logger: { info(message: string): void; warn(message: string): void; error(message: string): void }
  __pg_connection__: KnexLike
  [Modules.EVENT_BUS]?: EventBus
  paymentSessionService: {
    retrieve(id: string, config: object): Promise<{ payment_collection_id: string; amount: Amount }>
  }
  refundService: { list(filters: { id: string[] }, config: object): Promise<{ id: string }[]> }
  payment_providers: string[]
  [providerId: `pp_${string}`]: unknown
}

export interface GatewaySetup {
  gateway: Gateway
  policy: Policy & { notifyBaseUrl: string; returnUrl?: string | undefined }
  warnings: string[]
}

/**
 * One provider entry: what Medusa asks of it, told to the use cases, and their answer told in Medusa's words. The two
 * gateways' providers differ in their options and in the keys by which a storefront picks a channel.
 */
export abstract class GatewayPaymentProvider extends AbstractPaymentProvider {
  /** The keys of session data by which the storefront may pick a channel, and nothing else (guarantee 8). */
  protected abstract readonly channelKeys: readonly string[]

  readonly gateway: Gateway
  readonly policy: GatewaySetup["policy"]
  private readonly ledger: Ledger
  private readonly medusa: Cradle

  constructor(cradle: Cradle, setup: GatewaySetup, clock: Clock = systemClock) {
    super(cradle as never)
    this.medusa = cradle
    this.gateway = setup.gateway
    this.policy = setup.policy
    this.ledger = openLedger(fromKnex(cradle.__pg_connection__), clock)
    this.clock = clock
    for (const warning of setup.warnings)
      cradle.logger.warn(logLine("option_warning", { gateway: setup.gateway.name }, warning))
  }

  private readonly clock: Clock
  private made: Deps | undefined

  /** Settlement borrows these: the same gateway, the same policy, the same clock. */
  get deps(): Deps {
    this.made ??= this.makeDeps()
    return this.made
  }

  private makeDeps(): Deps {
    const providerId = this.providerId
    return {
      providerId,
      gateway: this.gateway,
      silence: new Silence(),
      policy: this.policy,
      notifyUrl: notifyUrl(this.policy.notifyBaseUrl, providerId),
      ledger: this.ledger,
      clock: this.clock,
      random: Math.random,
      wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      log: this.medusa.logger,
      refundsHeld: (refundIds) => this.refundsHeld(refundIds),
      emit: (event, payment) => emitTo(this.medusa[Modules.EVENT_BUS], this.medusa.logger, event, payment),
      // The payment module's own container knows no order.
      medusa: {
        demandOf: (collectionId) => demandOf(applicationContainer(), collectionId),
        orderOfRefund: (refundId) => orderOfRefund(applicationContainer(), refundId),
        orderStanding: (orderId, amount) => orderStanding(applicationContainer(), orderId, amount),
        lockOrder: (orderId) => lockOrder(applicationContainer(), orderId),
      },
    }
  }

  override async initiatePayment(input: Medusa.InitiatePaymentInput): Promise<Medusa.InitiatePaymentOutput> {
    return inMedusasWords(async () => {
      const sessionId = textOf(input.data?.session_id)
      const amount = plainDecimal(input.amount)
      const payment = await open(
        {
          sessionId,
          collectionId: await this.collectionOf(sessionId),
          amount,
          currency: input.currency_code,
          channel: this.channelIn(input.data),
          customerId: input.context?.customer?.id,
        },
        this.deps,
      )
      const data = await this.firstData(payment, amount)
      return { id: payment.number, status: PaymentSessionStatus.PENDING, data }
    })
  }

  override async updatePayment(input: Medusa.UpdatePaymentInput): Promise<Medusa.UpdatePaymentOutput> {
    return inMedusasWords(async () => {
      const payment = await this.paymentOf(input.data)
      if (payment.state !== "unopened") requireOwnAccount(payment, this.deps)
      const asked = money(roundToMinor(plainDecimal(input.amount), payment.digits), input.currency_code)
      if (sameMoney(asked, money(payment.amount, payment.currency))) return { data: this.dataOf(payment) }
      const waiting = { amount: plainDecimal(input.amount), currency: input.currency_code }
      const changed =
        payment.state === "unopened" ? await changeWaiting(payment, waiting, this.deps) : undefined
      if (changed) return { data: await this.firstData(changed, waiting.amount) }
      await abandon(payment, "amount_changed", this.deps)
      throw new PaymentProblem(
        "not_allowed",
        "amount_changed",
        "The amount of an open payment cannot be changed at the gateway. It is being closed; open a new payment session.",
      )
    })
  }

  override async deletePayment(input: Medusa.DeletePaymentInput): Promise<Medusa.DeletePaymentOutput> {
    try {
      const payment = await this.paymentIn(input.data)
      if (!payment) return { data: {} }
      const isOwn = isOwnData(input.data, payment) || (await this.isOwnPage(input.data, payment))
      if (isOwn) await closeForDeletedSession(payment, this.deps)
      else await wakeSoon(payment, this.deps)
    } catch (error) {
      // Medusa would fail the shopper's request; the job finds every payment whose session is gone.
      this.medusa.logger.warn(logLine("session_left_to_job", {}, asMedusaError(error).message))
    }
    return { data: {} }
  }

  override async authorizePayment(
    input: Medusa.AuthorizePaymentInput,
  ): Promise<Medusa.AuthorizePaymentOutput> {
    return inMedusasWords(async () => {
      const { payment, status } = await authorize(await this.sessionIdOf(input), this.deps)
      return { status: statuses[status], data: this.dataOf(payment) }
    })
  }

  /** Both gateways sell: what is authorized is captured. There is nothing to send. */
  override async capturePayment(input: Medusa.CapturePaymentInput): Promise<Medusa.CapturePaymentOutput> {
    return inMedusasWords(async () => {
      const payment = await this.paymentOf(input.data)
      requireOwnAccount(payment, this.deps)
      return { data: this.dataOf(payment) }
    })
  }

  override async refundPayment(input: Medusa.RefundPaymentInput): Promise<Medusa.RefundPaymentOutput> {
    return inMedusasWords(async () => {
      const payment = await refundForMedusa(
        {
          number: required(numberIn(input.data)),
          providerId: this.providerId,
          amount: plainDecimal(input.amount),
          refundId: input.context?.idempotency_key ?? null,
        },
        this.deps,
      )
      return { data: this.dataOf(payment) }
    })
  }

  override async cancelPayment(input: Medusa.CancelPaymentInput): Promise<Medusa.CancelPaymentOutput> {
    return inMedusasWords(async () => ({
      data: this.dataOf(await cancel(await this.paymentOf(input.data), this.deps)),
    }))
  }

  override async retrievePayment(input: Medusa.RetrievePaymentInput): Promise<Medusa.RetrievePaymentOutput> {
    return inMedusasWords(async () => ({ data: this.dataOf(await this.paymentOf(input.data)) }))
  }

  override async getPaymentStatus(
    input: Medusa.GetPaymentStatusInput,
  ): Promise<Medusa.GetPaymentStatusOutput> {
    return inMedusasWords(async () => {
      const known = await this.paymentOf(input.data)
      const { payment, status } = await authorize(known.sessionId, this.deps)
      return { status: statuses[status], data: this.dataOf(payment) }
    })
  }

  /**
   * The host's own `/hooks/payment/…` still works, five seconds later and with an answer the gateways do not understand:
   * it has said OK before this runs, so whatever is wrong here is logged, and the ledger's job catches up.
   */
  override async getWebhookActionAndData(
    payload: Medusa.ProviderWebhookPayload["payload"],
  ): Promise<Medusa.WebhookActionResult> {
    const { deps } = this
    deps.log.warn(
      logLine(
        "wrong_hook",
        { provider: deps.providerId },
        `it is notified at Medusa's own hook, register ${deps.notifyUrl} instead`,
      ),
    )
    const receipt = await receive(asRaw(payload), deps)
    // A repetition costs no query here either: the first delivery was acted on, or the job acts on it within a minute.
    if (receipt.kind !== "accepted" || !receipt.fresh || receipt.notification.result !== "received")
      return { action: PaymentActions.NOT_SUPPORTED }
    if (!receipt.notification.paymentId) return { action: PaymentActions.NOT_SUPPORTED }
    const stored = await this.ledger.payments.get(receipt.notification.paymentId)
    if (!stored) return { action: PaymentActions.NOT_SUPPORTED }
    const { payment, status } = await authorize(stored.sessionId, deps)
    if (status !== "captured") return { action: PaymentActions.NOT_SUPPORTED }
    // Medusa captures the number that it is told here: its own, with the fractions of a cent that it asked for.
    const { amount } = await this.sessionOf(payment.sessionId)
    return {
      action: PaymentActions.SUCCESSFUL,
      data: { session_id: payment.sessionId, amount: plainDecimal(amount) },
    }
  }

  /** What is stored when a session is made, or asks for another amount: with the page's address, where the page is used. */
  private async firstData(payment: GatewayPayment, amount: string) {
    const data = sessionData(payment)
    const { collectionId, orderId, sessionId, currency } = payment
    if (this.policy.checkout !== "page" || !collectionId) return data
    const { payPage } = applicationContainer().resolve<GatewayPaymentsService>("gateway_payments").options
    const { url } = await makeLink(this.ledger, payPage, this.policy.notifyBaseUrl, {
      ...{ collectionId, orderId, sessionId, amount, currency, origin: "session" },
    })
    return { ...data, action: { type: "redirect" as const, url } }
  }

  /** What is stored later on. Medusa merges it into what it has: the page's address stays for as long as there may be something to pay. */
  private dataOf(payment: GatewayPayment) {
    const { action, ...data } = sessionData(payment)
    const isOfPage = this.policy.checkout === "page" && isUnended(payment.state) && !payment.unwanted
    return isOfPage ? data : { ...data, action }
  }

  /** As `isOwnData`, for a session whose link is the page's. */
  private async isOwnPage(
    data: Record<string, unknown> | undefined,
    { sessionId }: GatewayPayment,
  ): Promise<boolean> {
    const token = tokenIn(linkOf(data?.action))
    if (token === undefined) return false
    return (await this.ledger.payLinks.ofToken(hashOf(token)))?.sessionId === sessionId
  }

  /** Under which id Medusa registered this very entry: it tells a provider everything but that. */
  private get providerId(): string {
    const own = this.medusa.payment_providers.find(
      (key) => key.startsWith("pp_") && this.medusa[key as `pp_${string}`] === this,
    )
    if (!own) throw new Error("This provider is not registered in Medusa's payment module.")
    return own
  }

  /** What of a request chooses the channel. */
  channelIn(data: Record<string, unknown> | undefined): unknown {
    return this.channelKeys.map((key) => data?.[key]).find((asked) => asked !== undefined && asked !== null)
  }

  private async collectionOf(sessionId: string): Promise<string | null> {
    return sessionId ? (await this.sessionOf(sessionId)).payment_collection_id : null
  }

  private sessionOf(id: string) {
    return this.medusa.paymentSessionService.retrieve(id, {
      select: ["id", "payment_collection_id", "amount"],
    })
  }

  private async refundsHeld(refundIds: readonly string[]): Promise<Set<string>> {
    if (!refundIds.length) return new Set()
    const rows = await this.medusa.refundService.list({ id: [...refundIds] }, { select: ["id"] })
    return new Set(rows.map((row) => row.id))
  }

  private async sessionIdOf(input: Medusa.AuthorizePaymentInput): Promise<string> {
    const key = input.context?.idempotency_key
    if (key?.startsWith("payses_")) return key
    return (await this.paymentOf(input.data)).sessionId
  }

  private async paymentOf(data: Record<string, unknown> | undefined): Promise<GatewayPayment> {
    return required(await this.paymentIn(data))
  }

  /** By the number this plugin wrote into the data at initiate; a storefront cannot put another one over it. */
  private async paymentIn(data: Record<string, unknown> | undefined): Promise<GatewayPayment | undefined> {
    const number = numberIn(data)
    return number ? this.ledger.payments.ofNumber(this.providerId, number) : undefined
  }
}

const statuses: Record<Authorization["status"], PaymentSessionStatus> = {
  captured: PaymentSessionStatus.CAPTURED,
  requires_more: PaymentSessionStatus.REQUIRES_MORE,
  pending_authorization: PaymentSessionStatus.PENDING_AUTHORIZATION,
  canceled: PaymentSessionStatus.CANCELED,
  error: PaymentSessionStatus.ERROR,
}

/**
 * Until a session is open, Medusa holds the data that the storefront sent with it, and of one that never came to be open
 * hands that over when it deletes it: a number in it may be another shopper's. The link of a payment is known to its own shopper alone.
 */
const isOwnData = (data: Record<string, unknown> | undefined, { action }: GatewayPayment): boolean =>
  action !== null && linkOf(data?.action) === linkOf(action)

function linkOf(action: unknown): unknown {
  const { url, content, image } = (action ?? {}) as Record<string, unknown>
  return url ?? content ?? image
}

const numberIn = (data: Record<string, unknown> | undefined): string | undefined => {
  const number = data?.merchant_order_no
  return typeof number === "string" ? merchantNumber(`_${number}`, 30) : undefined
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "")

const asRaw = (payload: Medusa.ProviderWebhookPayload["payload"]) => ({
  // Medusa keeps no raw body of a content type it does not parse.
  body: Buffer.isBuffer(payload.rawData) ? payload.rawData : Buffer.from(textOf(payload.rawData), "utf8"),
  contentType: textOf(payload.headers["content-type"]),
  query: "",
})
