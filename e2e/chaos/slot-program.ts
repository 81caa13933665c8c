import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { concurrency, currentRun, flow } from "ostinato";
import { marked } from "./marking.ts";

/**
 * Takes slots of limits that it shares with other processes, again and again, in lanes side by side: by name in a run, by the key of a flow,
 * and by name outside of runs. It ends when the file is there that its last argument names. Its other arguments are its lanes.
 */
const lanes = process.argv.slice(2, -1);
const stopFile = process.argv.at(-1) ?? "";
const holdMillis = 200;
const tags = ["chaos slots", `process ${process.pid}`];

function hold(limit: string, run: string): Promise<void> {
  const rest = () => new Promise<void>((resolve) => setTimeout(resolve, holdMillis));
  return marked({ run, deployment: limit, claim: randomUUID() }, rest);
}

const named = flow({ name: "chaos named", tags }, async function named() {
  await using _slot = await concurrency("chaos named");
  await hold("chaos named", currentRun().id);
});

const keyed = flow(
  { name: "chaos keyed", tags, concurrency: { key: ({ customer }) => customer, limit: 1 } },
  async function keyed({ customer }: { customer: string }) {
    await hold(`flow:chaos keyed:${customer}`, currentRun().id);
  },
);

async function outside(): Promise<void> {
  await using _slot = await concurrency("chaos outside", { lease: "60s" });
  await hold("chaos outside", randomUUID());
}

const works: Readonly<Record<string, () => PromiseLike<unknown>>> = {
  named,
  keyed: () => keyed({ customer: "a" }),
  outside,
};

console.log("takes slots");
await Promise.all(
  lanes.map(async (lane) => {
    while (!existsSync(stopFile)) await works[lane]?.();
  }),
);
