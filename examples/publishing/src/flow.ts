import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { currentTransaction, flow, log, task, transaction } from "ostinato";

export interface Region {
  readonly name: string;
  /** Sales of the month, in euros. */
  readonly sales: readonly number[];
}

/** Writes the figures of a region beside those that people read, under a name that nobody looks for. */
const write = task(
  {
    onCommit: async (tx) => {
      const { draft, file } = tx.get<Draft>("draft");
      await rename(draft, file);
    },
    onRollback: async (tx) => rm(tx.get<Draft>("draft").draft, { force: true }),
  },
  async function write(folder: string, { name, sales }: Region) {
    const file = join(folder, `${name}.csv`);
    const draft = `${file}.draft`;
    currentTransaction()?.set("draft", { draft, file });
    await writeFile(draft, ["day,sales", ...sales.map((amount, day) => `${day + 1},${amount}`)].join("\n"));
    return sales.length;
  },
);

interface Draft {
  readonly draft: string;
  readonly file: string;
}

const check = task(async function check({ name, sales }: Region) {
  const day = sales.findIndex((amount) => amount < 0);
  if (day >= 0) throw new Error(`${name} sold ${sales[day]} on day ${day + 1}`);
});

/** Publishes the sales of a month, of all regions or of none, and once. Gives the number of days that it wrote. */
export const publish = flow(async function publish(given: {
  month: string;
  regions: readonly Region[];
  folder: string;
}) {
  const { month, regions } = given;
  const folder = join(given.folder, month);
  await mkdir(folder, { recursive: true });
  return await transaction({ key: `publish ${month}` }, async () => {
    const days = await Promise.all(regions.map((region) => write(folder, region)));
    for (const region of regions) await check(region);
    log.info(`${regions.length} regions are published together`);
    return days.reduce((sum, count) => sum + count, 0);
  });
});
