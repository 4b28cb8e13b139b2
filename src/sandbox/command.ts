import { parseArgs } from "node:util"

import { SandboxError } from "./errors"
import { startSandbox, type Sandbox } from "./start"

const help = `Simulated Ksher and Gnete, for development and tests. No real money moves.

  medusa-payment-ksher-gnete sandbox [--port 9300] [--host 127.0.0.1]

  --port   the port to listen on (default 9300; 0 takes any free one)
  --host   the address to listen on (default 127.0.0.1); links and QR codes name it, so give one that
           phones reach to pay with a phone
  --help   this text`

/**
 * Starts the sandbox from the command line and prints what to paste into medusa-config.
 * @returns the running sandbox; undefined where only the help was asked for
 * @throws where an argument is not known or not usable, with a sentence for the person who typed it
 */
export async function runSandboxCommand(
  args: string[],
  out: (line: string) => void,
): Promise<Sandbox | undefined> {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: "string", default: "9300" },
      host: { type: "string", default: "127.0.0.1" },
      help: { type: "boolean", default: false },
    },
  })
  if (values.help) {
    out(help)
    return undefined
  }
  const sandbox = await startAt(readPort(values.port), values.host)
  for (const line of introduction(sandbox)) out(line)
  return sandbox
}

async function startAt(port: number, host: string): Promise<Sandbox> {
  try {
    return await startSandbox({ port, host })
  } catch (error) {
    const sentence = problems[(error as NodeJS.ErrnoException).code ?? ""]
    if (sentence === undefined) throw error
    throw new SandboxError(`Port ${port} of ${host} ${sentence}`)
  }
}

const problems: Readonly<Record<string, string>> = {
  EADDRINUSE: "is in use: end the other program, perhaps another sandbox, or give --port another one.",
  EADDRNOTAVAIL: "cannot be opened: --host is no address of this machine.",
  EACCES: "may not be opened by this user: give --port one above 1023.",
}

function readPort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new Error(`--port must be a number from 0 to 65535, not "${text}".`)
  return port
}

function introduction({ url, ksher, gnete }: Sandbox): string[] {
  return [
    `Simulated Ksher and Gnete listen at ${url}. No real money moves. Ctrl-C stops them and forgets everything.`,
    "",
    "Lines for the shop's .env, as the medusa-config of the README reads them:",
    ...Object.entries(environmentOf({ ksher, gnete })).map(([name, value]) => `${name}=${quoted(value)}`),
    "",
    "The same as options of medusa-payment-ksher-gnete/providers/ksher:",
    ...optionLines({ ...ksher }),
    "",
    "The same as options of medusa-payment-ksher-gnete/providers/gnete:",
    ...optionLines({ ...gnete }),
    "",
    `Control: POST ${url}/control/<method> with a JSON array of arguments, e.g. pay ["<order no>"], books [].`,
  ]
}

/** What the medusa-config of the README takes from the environment while a shop is tried out. */
export const environmentOf = ({
  ksher,
  gnete,
}: Pick<Sandbox, "ksher" | "gnete">): Record<string, string> => ({
  KSHER_APPID: ksher.appid,
  KSHER_PRIVATE_KEY: ksher.privateKey,
  KSHER_SANDBOX_URL: ksher.gatewayUrl.replace(/\/gateway$/, ""),
  KSHER_SANDBOX_PUBLIC_KEY: ksher.publicKeys[0] ?? "",
  GNETE_MCH_NO: gnete.mchNo,
  GNETE_APP_ID: gnete.appId,
  GNETE_APP_SECRET: gnete.appSecret,
  GNETE_SANDBOX_URL: gnete.baseUrl,
})

/** A file .env reads a value of several lines, such as a key, in one line between double quotes. */
const quoted = (value: string): string => (/\s/.test(value) ? JSON.stringify(value.trim()) : value)

function optionLines(options: Record<string, string | string[]>): string[] {
  return Object.entries(options).map(([name, value]) => `  ${name}: ${JSON.stringify(value)},`)
}
