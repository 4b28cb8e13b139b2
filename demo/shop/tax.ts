import type { ShopClient } from "./client"

/** A tax that comes on top of the prices in one country, in per cent, for as long as `work` takes. */
export async function withTax<T>(
  shop: ShopClient,
  country: string,
  rate: number,
  work: () => Promise<T>,
): Promise<T> {
  const { tax_region } = await shop.admin("post", "/admin/tax-regions", {
    country_code: country,
    provider_id: "tp_system",
    default_tax_rate: { name: "VAT", code: "vat", rate },
  })
  try {
    return await work()
  } finally {
    await shop.admin("delete", `/admin/tax-regions/${tax_region.id}`)
  }
}
