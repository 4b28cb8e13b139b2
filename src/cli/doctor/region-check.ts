import type { Gateway } from "../../core"
import type { Database } from "../../services/ledger"
import { note, ok, wrong, type Finding, type Result } from "./finding"

interface Linked {
  provider: string
  region: string
  currency: string
}

/** Whether each entry is offered in a region, and in a currency that its gateway takes. */
export async function checkRegions(
  entries: readonly { providerId: string; gateway: Gateway | undefined }[],
  database: Pick<Database, "query">,
): Promise<Finding[]> {
  const linked = await database.query<Linked>(
    `select link.payment_provider_id as provider, region.name as region, region.currency_code as currency
     from region_payment_provider link join region on region.id = link.region_id
     where link.deleted_at is null and region.deleted_at is null
     order by region.name`,
  )
  return entries.flatMap(({ providerId, gateway }) => {
    const regions = linked.filter(({ provider }) => provider === providerId)
    return judged(regions, gateway).map((result) => ({ about: providerId, check: "regions", ...result }))
  })
}

function judged(regions: readonly Linked[], gateway: Gateway | undefined): Result[] {
  if (!regions.length)
    return [
      note(
        "It is in no region, and no shopper is offered it: in the admin add it under Settings, Regions, Payment providers.",
      ),
    ]
  return regions.map(({ region, currency }) => {
    const decimals = gateway?.digits(currency)
    const named = `${region} (${currency.toUpperCase()})`
    return decimals && "problem" in decimals
      ? wrong(`It is offered in ${named} and cannot be paid there: ${decimals.problem}`)
      : ok(`It is offered in ${named}.`)
  })
}
