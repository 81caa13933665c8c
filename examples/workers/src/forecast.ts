import { artifact, flow, log, task } from "ostinato";
import { z } from "zod";
import { expectedSales, type Shop, salesOf, shops } from "./shops.ts";

const forecastShop = task({ retries: 2 }, async function forecastShop(shop: Shop, days: number) {
  const loaves = expectedSales(salesOf(shop, days));
  log.info("{shop} will sell {loaves} loaves", { shop, loaves });
  return { shop, loaves };
});

export const forecast = flow(
  {
    name: "forecast",
    description: "Says for each shop how many loaves it will sell on the coming day.",
    parameters: z.object({
      days: z.coerce.number().int().min(7).default(28).describe("how many days of sales to look back on"),
    }),
  },
  async function forecast({ days }) {
    const table = await Promise.all(shops.map((shop) => forecastShop(shop, days)));
    await artifact.table({ key: "loaves", table });
    return table;
  },
);
