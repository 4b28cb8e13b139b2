"use server"

import { sdk } from "@lib/config"

export async function listRegions() {
  return (await sdk.store.region.list()).regions
}

export async function listProducts(regionId: string) {
  const { products } = await sdk.store.product.list({
    region_id: regionId,
    fields: "id,title,*variants.calculated_price",
  })
  return products
}
