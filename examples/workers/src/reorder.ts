import { flow, log } from "ostinato";
import { z } from "zod";
import { expectedSales, salesOf, shops } from "./shops.ts";

export const reorder = flow(
  {
    name: "reorder",
    description: "Says how many loaves a shop has to order before noon.",
    parameters: z.object({
      shop: z.enum(shops).describe("which shop"),
      stock: z.coerce.number().int().min(0).default(0).describe("how many loaves it has"),
    }),
  },
  async function reorder({ shop, stock }) {
    const missing = Math.max(0, expectedSales(salesOf(shop, 28)) - stock);
    log.info("{shop} orders {missing} loaves", { shop, missing });
    return missing;
  },
);

// Each run loads this file too, and must not deploy.
if (import.meta.main) {
  await reorder.deploy({ name: "now", workPool: "machines", workQueue: "urgent" });
}
