import { controlMethods, type SandboxControl } from "./control"
import { SandboxError } from "./errors"

/**
 * The control of a sandbox that runs elsewhere: another process, a container.
 * @param url the sandbox's address, e.g. http://127.0.0.1:9300
 */
export function sandboxControl(url: string): SandboxControl {
  const call = async (name: string, args: unknown[]): Promise<unknown> => {
    const response = await fetch(`${url}/control/${name}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(args),
    }).catch(() => undefined)
    const answer = (await response?.json().catch(() => undefined)) as
      { result?: unknown; message?: string } | undefined
    if (!response || !answer)
      throw new SandboxError(`No sandbox answers at ${url}: start one, or give its address.`)
    if (!response.ok) throw new SandboxError(answer.message ?? `HTTP ${response.status}`)
    return answer.result ?? undefined
  }
  const entries = controlMethods.map((name) => [name, (...args: unknown[]) => call(name, args)])
  return Object.fromEntries(entries) as SandboxControl
}
