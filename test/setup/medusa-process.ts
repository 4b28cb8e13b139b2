import { MetadataStorage } from "@medusajs/framework/mikro-orm/core"

process.env.MEDUSA_DISABLE_TELEMETRY = "true"
process.env.LOG_LEVEL ??= "error"

// The ORM keeps its entities on the global object, where a second boot in one process would find the first one's.
MetadataStorage.clear()

// To restore a database between two tests its connections are cut, which the pools announce one by one; and one of
// Medusa's migrations has advice for old installations.
const hostNoise =
  /Connection Error: Connection (ended|terminated) unexpectedly|"IDX_user_email" fails to create/
for (const level of ["log", "info"] as const) {
  const print = console[level].bind(console)
  console[level] = (...line: unknown[]) => {
    if (!hostNoise.test(String(line[0]))) print(...line)
  }
}
