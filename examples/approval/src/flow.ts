import { artifact, flow, log, pause, task } from "ostinato";
import { z } from "zod";
import { type Forecast, forecastOf } from "./forecast.ts";

/** What the baker is asked. The form is made of it, and the answer is checked against it. */
const decision = z.object({
  approved: z.boolean().describe("No orders nothing."),
  extra_percent: z.int().min(-50).max(100).describe("More than was predicted, or less: for a holiday, or for rain."),
  changes: z.array(z.object({ shop: z.string(), loaves: z.int().min(0) })).describe("Shops that get another number."),
  comment: z.string().optional(),
});
type Decision = z.infer<typeof decision>;

const predict = task({ name: "predict" }, async function predict(shop: string) {
  return forecastOf(shop);
});

const order = task({ name: "order" }, async function order(shop: string, loaves: number) {
  log.info(`${loaves} loaves for ${shop}`);
  return { shop, loaves };
});

export const breadOrder = flow(
  {
    name: "bread-order",
    description: "Predicts what each shop sells tomorrow, and orders it once the baker agrees.",
    parameters: z.object({
      shops: z.array(z.string()).min(1).default(["Busan", "Incheon", "Seoul"]),
      waitHours: z.number().positive().default(8).describe("how long to wait for the baker"),
    }),
  },
  async function breadOrder({ shops, waitHours }) {
    const forecasts = await predict.map(shops);
    await artifact.table({ key: "bread-forecast", table: forecasts.map(({ shop, loaves }) => ({ shop, loaves })) });
    const answer = await pause({
      title: "Order this bread for tomorrow?",
      description: tableOf(forecasts),
      input: decision,
      initial: { extra_percent: 0, changes: [] },
      timeout: `${waitHours}h`,
    });
    if (!answer.approved) {
      log.warning(`Nothing is ordered: ${answer.comment ?? "the baker said no"}`);
      return [];
    }
    return await Promise.all(forecasts.map((forecast) => order(forecast.shop, loavesFor(forecast, answer))));
  },
);

function tableOf(forecasts: readonly Forecast[]): string {
  const rows = forecasts.map(({ shop, sold, loaves }) => `| ${shop} | ${sold.join(", ")} | **${loaves}** |`);
  return ["| shop | sold on the last days | tomorrow |", "|---|---|---:|", ...rows].join("\n");
}

function loavesFor({ shop, loaves }: Forecast, { extra_percent, changes }: Decision): number {
  const changed = changes.find((change) => change.shop === shop)?.loaves;
  return changed ?? Math.round(loaves * (1 + extra_percent / 100));
}
