// With this import, results may go to places such as "s3://bucket/prefix"; OSTINATO_RESULT_STORAGE names the place.
import "@ostinato/aws";
import { artifact, flow, log, task } from "ostinato";
import { z } from "zod";
import { type House, sampleHouses } from "./houses.ts";
import { fitModel, type Model } from "./model.ts";

const prepare = task({ name: "prepare houses" }, async function prepare(count: number) {
  log.info("preparing {count} houses", { count });
  return sampleHouses(count);
});

const train = task({ name: "train model" }, async function train(houses: readonly House[]) {
  if (process.env.MACHINE_SIZE !== "large") {
    throw new Error('This machine is too small to train on: resume the run on one with MACHINE_SIZE "large"');
  }
  return fitModel(houses);
});

export const housePrices = flow(
  {
    name: "house-prices",
    description: "Prepares data on one machine and trains on another; a bucket has the results of both.",
    parameters: z.object({
      count: z.coerce.number().int().min(10).default(20_000).describe("how many houses to train on"),
    }),
  },
  async function housePrices({ count }) {
    const model = await train(prepare(count));
    await artifact.markdown({ key: "house-prices", markdown: report(model) });
    return model;
  },
);

function report({ base, perSquareMetre, perRoom }: Model): string {
  const [start, metre, room] = [base, perSquareMetre, perRoom].map((price) => Math.round(price).toLocaleString("en"));
  return `# House prices\n\nA house costs ${start}, ${metre} more for each square metre and ${room} more for each room.`;
}
