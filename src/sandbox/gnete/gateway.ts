import { page, type Envelope, type Reply, type Request, type SimulatedGateway } from "../exchange"
import { gneteCalls, type GneteCall } from "../faults"
import type { World } from "../world"
import { present, type Data } from "./answers"
import type { GneteApp } from "./apps"
import { readBean, textOf, type Bean } from "./beans"
import { payClose, payQuery, unifiedOrder, type GneteContext } from "./pay-calls"
import { GneteRefusal, systemError } from "./refusal"
import { cancelQuery, payCancel, refundOrder, refundQuery } from "./return-calls"
import { signFields } from "./signature"

const rules: Record<GneteCall, (context: GneteContext) => Data | null> = {
  "pay/unifiedOrder": unifiedOrder,
  "pay/query": payQuery,
  "pay/close": payClose,
  "pay/cancel": payCancel,
  "cancel/query": cancelQuery,
  "refund/refundOrder": refundOrder,
  "refund/query": refundQuery,
}

export class GneteGateway implements SimulatedGateway {
  readonly name = "gnete"

  constructor(private readonly world: World) {}

  carryOut({ call, params, unreadable, from }: Request): Envelope {
    try {
      const known = callOf(call)
      if (this.jeepay && unreadable) throw conversionError(unreadable)
      const bean = readBean(known, params, this.world.quirks.gnete)
      const app = this.authenticated(bean)
      const data = rules[known]({ world: this.world, app, bean, from })
      return data && this.answer(data, app)
    } catch (refusal) {
      if (!(refusal instanceof GneteRefusal)) throw refusal
      return { code: refusal.code, ...(refusal.message && { msg: refusal.message }) }
    }
  }

  /** A Jeepay without Gnete's own calls answers as Spring does. */
  missing({ call }: Request): Reply | undefined {
    const { reversals } = this.world.quirks.gnete
    if (reversals === "taken" || (call !== "pay/cancel" && call !== "cancel/query")) return undefined
    if (reversals !== "http404_json") return page(Number(reversals.slice("http".length)))
    const timestamp = new Date(this.world.clock.now()).toISOString()
    const body = JSON.stringify({ timestamp, status: 404, error: "Not Found", path: `/api/${call}` })
    return { kind: "answer", status: 404, contentType: "application/json", body }
  }

  notSure(): Envelope {
    return { code: 9999, msg: systemError }
  }

  hollow({ params }: Request): Envelope {
    const app = this.world.gneteApps.get(String(params.appId))
    return app ? this.answer({}, app) : this.notSure()
  }

  refuse(_: Request, code: string | number = 9999, message = systemError): Envelope {
    return { code: Number(code), msg: message }
  }

  write(envelope: Envelope): string {
    return JSON.stringify(envelope)
  }

  private get jeepay(): boolean {
    return this.world.quirks.gnete.like === "jeepay"
  }

  /** Signs what the bean holds: a parameter the call does not know is not in it, so that the sign of whoever signed it is wrong. */
  private authenticated(bean: Bean): GneteApp {
    const app = this.world.gneteApps.get(textOf(bean, "appId"))
    if (!app) throw new GneteRefusal(noMerchant)
    if (app.mchNo !== bean.mchNo) throw new GneteRefusal(this.jeepay ? noMerchant : "参数appId与商户号不匹配")
    if (!app.enabled) throw new GneteRefusal("商户应用不存在或应用状态不可用")
    const { sign, ...signed } = bean
    const right = signFields(signed, app.appSecret) === String(sign).toUpperCase()
    if (!right) throw new GneteRefusal("验签失败")
    return app
  }

  private answer(data: Data, app: GneteApp): Envelope {
    const extra = this.world.quirks.gnete.extraAnswerFields && Object.keys(data).length > 0
    const fields = present({ ...data, ...(extra && { mchName: "沙箱商户", refundTimes: 0 }) })
    return { code: 0, msg: "SUCCESS", data: fields, sign: signFields(fields, app.appSecret) }
  }
}

const noMerchant = "商户或商户应用不存在"

const conversionError = (unreadable: "null" | "other"): GneteRefusal =>
  unreadable === "null"
    ? new GneteRefusal('系统异常[Cannot invoke "JSONObject.toJavaObject" because "params" is null]', 10)
    : new GneteRefusal("参数有误[转换异常]", 11)

function callOf(call: string): GneteCall {
  const known = gneteCalls.find((each) => each === call)
  if (!known) throw new Error(`no such call of Gnete: ${call}`)
  return known
}
