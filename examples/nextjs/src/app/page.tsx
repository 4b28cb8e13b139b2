import { addToCart } from "@lib/data/cart"
import { listProducts, listRegions } from "@lib/data/products"
import { money } from "@lib/money"

export const dynamic = "force-dynamic"

export default async function Store() {
  const regions = await listRegions()
  const shelves = await Promise.all(
    regions.map(async (region) => ({ region, products: await listProducts(region.id) })),
  )
  return (
    <>
      <h1>Tea</h1>
      {shelves.flatMap(({ region, products }) =>
        products.map(({ id, title, variants }) => (
          <form key={`${region.id} ${id}`} action={addToCart} className="offer">
            <input type="hidden" name="region" value={region.id} />
            <input type="hidden" name="variant" value={variants?.[0]?.id} />
            <h2>
              {title} to {region.name}
            </h2>
            <p>{money(variants?.[0]?.calculated_price?.calculated_amount ?? 0, region.currency_code)}</p>
            <button>Add to cart: {region.name}</button>
          </form>
        )),
      )}
    </>
  )
}
