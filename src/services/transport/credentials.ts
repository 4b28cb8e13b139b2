/**
 * Throws TypeError where a credential is missing, when the client is made and not at its first call. An environment variable that is
 * not set is `undefined`, whatever the types say.
 */
export function requireCredentials(client: string, given: Readonly<Record<string, unknown>>): void {
  const missing = Object.keys(given).filter((name) => given[name] === undefined || given[name] === "")
  if (missing.length)
    throw new TypeError(
      `${client} needs ${missing.join(", ")}: see that the variables they come from are set.`,
    )
}
