import { ksherCalls, type KsherCall } from "../faults"
import type { Envelope, Request, SimulatedGateway } from "../exchange"
import type { World } from "../world"
import {
  failData,
  linkData,
  linkEnvelope,
  walletEnvelope,
  walletError,
  writeJson,
  type Data,
  type SignVersion,
} from "./answers"
import { cancelOrder, cancelRefusal, gatewayOrderQuery, gatewayPay, type KsherContext } from "./link-calls"
import { findLink } from "./orders"
import { orderRefund, refundQuery } from "./refund-calls"
import { merchantInfo, quickPay } from "./counter-calls"
import { getPayoutBalance, orderQueryPayout, payout } from "./payout-calls"
import { LinkRefusal, WalletRefusal } from "./refusal"
import { accountField, complaint, type Fields } from "./requests"
import { getSettlementInfo } from "./settlement"
import { isSigned } from "./signature"
import { nativePay, orderClose, orderQuery } from "./wallet-calls"

const rules: Record<KsherCall, (context: KsherContext) => Envelope> = {
  gateway_pay: gatewayPay,
  gateway_order_query: gatewayOrderQuery,
  cancel_order: cancelOrder,
  native_pay: nativePay,
  order_query: orderQuery,
  order_close: orderClose,
  order_refund: orderRefund,
  refund_query: refundQuery,
  quick_pay: quickPay,
  merchant_info: merchantInfo,
  get_settlement_info: getSettlementInfo,
  get_payout_balance: getPayoutBalance,
  payout,
  order_query_payout: orderQueryPayout,
}

const linkCalls: readonly string[] = ["gateway_pay", "gateway_order_query", "cancel_order"]

export class KsherGateway implements SimulatedGateway {
  readonly name = "ksher"

  constructor(private readonly world: World) {}

  carryOut(request: Request): Envelope {
    const call = callOf(request)
    const fields = fieldsOf(request)
    try {
      const merchant = this.world.ksherMerchants.get(fields[accountField(call)] ?? "")
      if (!merchant) throw this.wrongCaller(call, -1)
      if (!isSigned(fields, fields.sign ?? "", merchant.publicKey, this.world.quirks.ksher.sha1Requests))
        throw this.wrongCaller(call, -2)
      const wrong = complaint(call, fields, this.world.quirks.ksher)
      if (wrong) throw this.invalid(call, wrong)
      return rules[call]({ world: this.world, merchant, fields, version: versionOf(request) })
    } catch (refusal) {
      return this.refusalEnvelope(request, refusal)
    }
  }

  notSure(request: Request): Envelope {
    const { call } = request
    if (call === "cancel_order") return this.refusalEnvelope(request, cancelRefusal(-6))
    const link = call === "gateway_order_query" ? findLink(this.world, fieldsOf(request)) : undefined
    if (!link) return this.hollow(request)
    const unpaid = { ...link, taken: 0, gatewayOrderNo: "" }
    return this.signed(request, linkData(this.world, unpaid, "NOTSURE"))
  }

  hollow(request: Request): Envelope {
    const nonce = fieldsOf(request).nonce_str ?? ""
    return this.signed(
      request,
      failData("KSHER_SYSTEMERROR", "ksher system error. please retry.", nonce, "NOTSURE"),
    )
  }

  refuse(request: Request, code?: string | number, message = "refused by the sandbox"): Envelope {
    if (request.call === "gateway_pay" || request.call === "cancel_order") {
      const fallback = request.call === "cancel_order" ? -6 : this.world.quirks.ksher.invalidRequestCode
      return { code: Number(code ?? fallback), msg: message, message }
    }
    const nonce = fieldsOf(request).nonce_str ?? ""
    return this.signed(request, failData(String(code ?? "KSHER_SYSTEMERROR"), message, nonce))
  }

  write(envelope: Envelope): string {
    return writeJson(envelope)
  }

  private refusalEnvelope(request: Request, refusal: unknown): Envelope {
    if (refusal instanceof WalletRefusal) {
      const nonce = fieldsOf(request).nonce_str ?? ""
      return this.signed(request, failData(refusal.errCode, refusal.message, nonce))
    }
    if (!(refusal instanceof LinkRefusal)) throw refusal
    const { code, message } = refusal
    return linkCalls.includes(request.call)
      ? { code, msg: message, message }
      : walletError(this.world, code, message)
  }

  /** `cancel_order` alone has codes for it on its page; what the other calls answer is not known. */
  private wrongCaller(call: KsherCall, code: -1 | -2): Error {
    const asCode = call === "cancel_order" || this.world.quirks.ksher.wrongCaller === "code"
    if (asCode) return cancelRefusal(code)
    return new WalletRefusal("KSHER_INVALID_MERCHANT", "appid or sign is wrong")
  }

  private invalid(call: KsherCall, wrong: string): Error {
    return linkCalls.includes(call)
      ? new LinkRefusal(this.world.quirks.ksher.invalidRequestCode, wrong)
      : new WalletRefusal("KSHER_INVALID_PARAM", wrong)
  }

  private signed(request: Request, data: Data): Envelope {
    const version = versionOf(request)
    return linkCalls.includes(request.call)
      ? linkEnvelope(this.world, data, "操作成功", version)
      : walletEnvelope(this.world, data, version)
  }
}

function callOf({ call }: Request): KsherCall {
  const known = ksherCalls.find((each) => each === call)
  if (!known) throw new Error(`no such call of Ksher: ${call}`)
  return known
}

function fieldsOf({ params }: Request): Fields {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]))
}

/** The key to answer with: the newer one only where the header asks for it. */
function versionOf({ headers }: Request): SignVersion {
  return headers["ksher-sign-version"] === "V2" ? "V2" : "V1"
}
