import type { ShopClient } from "./client"

/** What the shop sells in, per currency: a region and a shipping option of its own. */
export interface Seeded {
  regions: Record<string, { id: string; country: string; shippingOptionId: string }>
  variantId: string
}

const prices = { thb: 350.5, hkd: 88.4, jpy: 1001, kwd: 3.505 }
const countries = { thb: "th", hkd: "hk", jpy: "jp", kwd: "kw" } as const

export type Currency = keyof typeof prices

/** The least a shop needs to sell one thing in each country that has a provider, made over the admin API. */
export async function seed(
  shop: ShopClient,
  providers: Partial<Record<Currency, string[]>>,
): Promise<Seeded> {
  const channel = (await shop.admin("get", "/admin/sales-channels")).sales_channels[0]
  const profile = await shippingProfile(shop)
  const regions: Seeded["regions"] = {}
  for (const currency of Object.keys(countries) as Currency[]) {
    const payment_providers = providers[currency] ?? []
    if (!payment_providers.length) continue
    const country = countries[currency]
    const { region } = await shop.admin("post", "/admin/regions", {
      name: country.toUpperCase(),
      currency_code: currency,
      countries: [country],
      payment_providers,
    })
    const shippingOptionId = await shipping(shop, currency, country, channel.id, profile.id)
    regions[currency] = { id: region.id, country, shippingOptionId }
  }
  return { regions, variantId: await product(shop, channel.id, profile.id, Object.keys(regions)) }
}

async function shippingProfile(shop: ShopClient) {
  const { shipping_profiles } = await shop.admin("get", "/admin/shipping-profiles")
  if (shipping_profiles[0]) return shipping_profiles[0]
  return (await shop.admin("post", "/admin/shipping-profiles", { name: "Default", type: "default" }))
    .shipping_profile
}

async function shipping(
  shop: ShopClient,
  currency: string,
  country: string,
  channelId: string,
  profileId: string,
) {
  const { stock_location } = await shop.admin("post", "/admin/stock-locations", {
    name: `Store ${country}`,
    address: { address_1: "1 Market Road", country_code: country, city: "City" },
  })
  const location = `/admin/stock-locations/${stock_location.id}`
  await shop.admin("post", `${location}/fulfillment-providers`, { add: ["manual_manual"] })
  await shop.admin("post", `${location}/sales-channels`, { add: [channelId] })
  const withSet = await shop.admin("post", `${location}/fulfillment-sets?fields=*fulfillment_sets`, {
    name: `Delivery ${country}`,
    type: "shipping",
  })
  const set = withSet.stock_location.fulfillment_sets[0]
  const zoned = await shop.admin("post", `/admin/fulfillment-sets/${set.id}/service-zones`, {
    name: `Zone ${country}`,
    geo_zones: [{ type: "country", country_code: country }],
  })
  const { shipping_option } = await shop.admin("post", "/admin/shipping-options", {
    name: `Post ${country}`,
    price_type: "flat",
    provider_id: "manual_manual",
    service_zone_id: zoned.fulfillment_set.service_zones[0].id,
    shipping_profile_id: profileId,
    type: { label: "Post", description: "By post", code: `post-${country}` },
    prices: [{ currency_code: currency, amount: 0 }],
  })
  return shipping_option.id as string
}

async function product(
  shop: ShopClient,
  channelId: string,
  profileId: string,
  sold: readonly string[],
): Promise<string> {
  const { product } = await shop.admin("post", "/admin/products", {
    title: "Tea from the hills",
    handle: "tea",
    status: "published",
    shipping_profile_id: profileId,
    sales_channels: [{ id: channelId }],
    options: [{ title: "Size", values: ["100 g"] }],
    variants: [
      {
        title: "100 g",
        options: { Size: "100 g" },
        manage_inventory: false,
        prices: Object.entries(prices)
          .filter(([currency]) => sold.includes(currency))
          .map(([currency_code, amount]) => ({ currency_code, amount })),
      },
    ],
  })
  return product.variants[0].id
}
