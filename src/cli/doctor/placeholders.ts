import { wrong, type Result } from "./finding"

const credentials = ["appid", "privateKey", "mchNo", "appId", "appSecret"] as const

/** What examples and people write until they have the real one. */
const placeholder =
  /^(<.*>|\.{3}|x{3,}|0{6,}|undefined|null|todo)$|change[-_ ]?me|place[-_ ]?holder|^(your|my)[-_ ]|paste/i

/** A credential that is still a placeholder passes every check of its form, and fails at the gateway. */
export function findPlaceholders(options: unknown): Result[] {
  const given = (options ?? {}) as Record<string, unknown>
  return credentials
    .filter((name) => {
      const value = given[name]
      return typeof value === "string" && placeholder.test(value.trim())
    })
    .map((name) =>
      wrong(`Option "${name}" is a placeholder: paste the account's own, or start with the sandbox.`),
    )
}
