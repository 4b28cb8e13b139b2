/** Where money goes in Thailand, as Ksher's payouts name it: a PromptPay of a mobile or of an id, or an account at a bank. */
export type Receiver =
  | { type: "mobile"; number: string }
  | { type: "national_id"; number: string }
  | { type: "bank"; bank: string; number: string }

/** What is wrong with what was given. */
export type ReceiverProblem = "mobile" | "national_id" | "bank" | "account"

export const receiverTypes = ["mobile", "national_id", "bank"] as const satisfies readonly Receiver["type"][]

/** As a shopper writes it. */
export interface GivenReceiver {
  type: Receiver["type"]
  number: string
  bank?: string | undefined
}

/** Banks that take payments of private persons, by the Bank of Thailand's code. Names as the banks call themselves abroad. */
export const banks: Readonly<Record<string, string>> = {
  "002": "Bangkok Bank",
  "004": "Kasikornbank",
  "006": "Krungthai Bank",
  "011": "TMBThanachart Bank (ttb)",
  "014": "Siam Commercial Bank",
  "020": "Standard Chartered (Thai)",
  "022": "CIMB Thai",
  "024": "UOB (Thai)",
  "025": "Bank of Ayudhya (Krungsri)",
  "030": "Government Savings Bank",
  "033": "Government Housing Bank",
  "034": "Bank for Agriculture (BAAC)",
  "066": "Islamic Bank of Thailand",
  "067": "TISCO Bank",
  "069": "Kiatnakin Phatra Bank",
  "070": "ICBC (Thai)",
  "071": "Thai Credit Bank",
  "073": "Land and Houses Bank",
}

/** Whose every account has ten digits; of the others the length is not published in one place. */
const tenDigits: ReadonlySet<string> = new Set(["002", "004", "006", "011", "014", "025"])

/** Reads what a shopper wrote, or says what is wrong with it. A check digit finds a slip of the finger, and proves no person. */
export function readReceiver({
  type,
  number,
  bank = "",
}: GivenReceiver): { receiver: Receiver } | { problem: ReceiverProblem } {
  const digits = digitsOf(number)
  switch (type) {
    case "mobile": {
      const local = digits?.replace(/^(?:\+|00)?66(?=[689]\d{8}$)/, "0")
      return local && /^0[689]\d{8}$/.test(local)
        ? { receiver: { type, number: local } }
        : { problem: "mobile" }
    }
    case "national_id":
      return digits && isNationalId(digits)
        ? { receiver: { type, number: digits } }
        : { problem: "national_id" }
    case "bank": {
      if (!Object.hasOwn(banks, bank)) return { problem: "bank" }
      const form = tenDigits.has(bank) ? /^\d{10}$/ : /^\d{10,15}$/
      const isAccount = digits && form.test(digits) && !/^0+$/.test(digits)
      return isAccount ? { receiver: { type, bank, number: digits } } : { problem: "account" }
    }
  }
}

/** Arabic digits of what may hold Thai ones, spaces and hyphens; a plus stays where it begins. `undefined`: something else is in it. */
function digitsOf(written: string): string | undefined {
  if (written.length > 32) return undefined
  const plain = written
    .replace(/[๐-๙]/g, (digit) => String(digit.charCodeAt(0) - 0x0e50))
    .replace(/[\s().\-\u2010-\u2015]/g, "")
  return /^\+?\d+$/.test(plain) ? plain : undefined
}

/** Citizens and companies: thirteen digits, of which the last is made of the others, modulo 11. A slip in the third goes unnoticed. */
export function isNationalId(digits: string): boolean {
  if (!/^\d{13}$/.test(digits) || /^(\d)\1*$/.test(digits)) return false
  const figures = Array.from(digits, Number)
  const sum = figures.slice(0, 12).reduce((all, figure, at) => all + figure * (13 - at), 0)
  return (11 - (sum % 11)) % 10 === figures[12]
}

/** What stays of it, and is shown: by these a person knows an account again, and nobody finds it. */
export const tailOf = ({ number }: Receiver): string => number.slice(-4)
