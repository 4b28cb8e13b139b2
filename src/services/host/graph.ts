import type { MedusaContainer } from "@medusajs/framework/types"
import { ContainerRegistrationKeys } from "@medusajs/framework/utils"

/** Rows of one of Medusa's entities, as its query hands them out. */
export async function graph<Row>(
  container: MedusaContainer,
  entity: string,
  fields: string[],
  filters: Record<string, unknown>,
  page?: { take: number; order: Record<string, "ASC" | "DESC"> },
): Promise<Row[]> {
  const query = container.resolve(ContainerRegistrationKeys.QUERY)
  const { data } = await query.graph({ entity, fields, filters, ...(page ? { pagination: page } : {}) })
  return data as Row[]
}
