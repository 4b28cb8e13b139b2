import { readFileSync } from "node:fs"
import path from "node:path"

import resources, { namespace } from "../../../src/admin/i18n"
import { attentionText } from "../../../src/admin/text/attention"
import { changeText } from "../../../src/admin/text/changes"
import { wayOf } from "../../../src/core/ways"
import { nameOfChannel } from "../../../src/admin/text/channels"
import { codeText, notificationText, operationText, problemText } from "../../../src/admin/text/codes"
import type { TextKey } from "../../../src/admin/text/keys"
import { states } from "../../../src/admin/api/schema"
import {
  attentionCodes,
  changeCodes,
  failureCodes,
  problemCodes,
  refusalReasons,
  rejectionCodes,
} from "../../../src/core"
import { operation } from "./payments"

/** Every sentence that the admin makes of a code, whoever sends it. */
const keys: TextKey[] = [
  ...attentionCodes.flatMap((code) => {
    const { reason, todos } = attentionText(code)
    return [reason, ...todos]
  }),
  ...problemCodes.flatMap((code) => problemText(code) ?? []),
  ...refusalReasons.flatMap((code) => codeText(code) ?? []),
  ...[
    "timeout",
    "ECONNREFUSED",
    "http_500",
    "bad_signature",
    "empty_answer",
    "answer_mismatch",
    "unlisted",
  ].flatMap((code) => codeText(code) ?? []),
  ...[...rejectionCodes, ...failureCodes].flatMap((code) => notificationText(code) ?? []),
  ...changeCodes.flatMap(
    (code) => changeText({ gateway_payment_id: "", code, what: "", from: "", to: "" })?.text ?? [],
  ),
  ...states.map((state) => `state.${state}` as const),
]

/** What the sentences are filled in with. */
const values = {
  ...{ amount: "THB 350.50", gateway: "Ksher", channel: "PromptPay", number: "01ORDER" },
  ...{ sentence: "", message: "" },
}

type Tree = { [key: string]: string | Tree }

/** As i18next fills it in. */
function render(language: keyof typeof resources, key: TextKey): string {
  const tree: Tree = resources[language][namespace]
  const found = key
    .split(".")
    .reduce<Tree | string | undefined>((at, part) => (typeof at === "object" ? at[part] : undefined), tree)
  if (typeof found !== "string") return key
  return found.replace(/\{\{(\w+)\}\}/g, (_, name: string) => values[name as keyof typeof values])
}

describe.each(["en", "zhCN", "zhTW", "th"] as const)("in %s", (language) => {
  it.each(keys)("%s is a sentence, with all of its values", (key) => {
    const text = render(language, key)
    expect(text).not.toBe(key)
    expect(text).not.toMatch(/\{\{|\}\}|undefined/)
    if (language !== "en") expect(text).not.toBe(render("en", key))
  })
})

describe("codes", () => {
  it("of every refusal, of this plugin and of a gateway, have a sentence", () => {
    expect(problemCodes.map(problemText)).toEqual(problemCodes.map((code) => `problem.${code}`))
    expect(refusalReasons.map(codeText)).toEqual(refusalReasons.map((code) => `reason.${code}`))
  })

  it("that name an empty balance are told as that, whatever they were taken for", () => {
    for (const code of ["KSHER_BALANCE_NOT_ENOUGH", "BALANCE_NOT_ENOUGH", "INSUFFICIENT_FUNDS"])
      expect(operationText({ state: "refused", reason: "undocumented", code })).toBe(
        "reason.insufficient_funds",
      )
  })

  it("say why an operation is in doubt or did not go through, and nothing of one that did", () => {
    expect(operationText({ state: "refused", reason: "declined", code: "state_3" })).toBe("reason.declined")
    expect(operationText({ state: "unknown", reason: null, code: "timeout" })).toBe("doubt.timeout")
    expect(operationText({ state: "not_sent", reason: null, code: "ENOTFOUND" })).toBe("doubt.connection")
    expect(operationText({ state: "refused", reason: "by_hand", code: null })).toBeNull()
    expect(operationText(operation({ code: "timeout" }))).toBeNull()
  })

  it("say why a notification was not believed or not acted on", () => {
    expect([...rejectionCodes, ...failureCodes].map(notificationText)).toEqual(
      [...rejectionCodes, ...failureCodes].map((code) => `timeline.notification_why.${code}`),
    )
    expect(problemCodes.map(notificationText)).toEqual(problemCodes.map((code) => `problem.${code}`))
    expect([notificationText("new"), notificationText(null)]).toEqual([null, null])
  })

  it("of a newer server are left to its own sentence", () => {
    expect([problemText("new"), codeText("state_9"), codeText(null)]).toEqual([null, null, null])
  })
})

describe("channels", () => {
  it("are called as people call them, and what is not known as the gateway calls it", () => {
    const inEnglish = (code: string) => nameOfChannel(code, "en")
    expect(inEnglish("promptpay")).toBe("PromptPay")
    expect(inEnglish("kbank_instal")).toBe("KBank instalments")
    expect(nameOfChannel("promptpay", "th")).toBe("พร้อมเพย์")
    expect(nameOfChannel("card", "zh-TW")).toBe(wayOf("card").name["zh-TW"])
    expect(inEnglish("UP_OP")).toBe("UnionPay")
    expect(inEnglish("WX_QR")).toEqual({ text: "channel_name.qr", values: { name: "WeChat Pay" } })
    expect(nameOfChannel("ALI_H5", "zh-CN")).toEqual({
      ...{ text: "channel_name.h5", values: { name: "支付宝" } },
    })
    const unknown = ["NEW_QR", "WX_LITE", "toString", "new"]
    expect(unknown.map(inEnglish)).toEqual(unknown)
  })

  it("of Ksher all have a name", () => {
    const table = readFileSync(path.resolve(__dirname, "../../../src/services/ksher/channels.ts"), "utf8")
    const codes = [...table.matchAll(/^ {2}(\w+): (?:facts|fromAccount)\(/gm)].map(([, code]) => code ?? "")
    expect(codes.length).toBeGreaterThan(20)
    expect(codes.filter((code) => nameOfChannel(code, "en") === code)).toEqual([])
  })
})
