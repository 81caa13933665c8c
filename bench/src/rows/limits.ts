import { type Group, group, type Work } from "../group.ts";
import { load } from "../http-load.ts";
import { amount, type Effort, repeat } from "../row.ts";
import { type Bare, barePostgres, bareSqlite } from "./bare.ts";

/** The databases without a server: an upper bound for the other rows. */
export const limits: Group = group<Bare>({
  name: "limits",
  open: (target) =>
    target.database === "sqlite" ? bareSqlite(`${target.home}/bare.db`) : barePostgres(target.databaseUrl, connections),
  close: (bare) => bare.close(),
  works: [
    bareWork("single-row commits", "one connection", async (bare, count) => {
      for (let index = 0; index < count; index += 1) await bare.commit();
    }),
    bareWork(
      "single-row commits, 16 connections",
      "16 connections; SQLite has one writer, so one",
      async (bare, count) => {
        await load(count, bare.writers, async () => {
          await bare.commit();
          return { status: 200 };
        });
      },
    ),
    bareWork("rows in transactions of 16", "one connection", async (bare, count) => {
      for (let index = 0; index < count; index += 16) await bare.commitTogether(16);
    }),
    bareWork("rows in one transaction", "one connection", (bare, count) => bare.commitTogether(count)),
    bareWork("point reads", "one connection", async (bare, count) => {
      for (let index = 0; index < count; index += 1) await bare.read(index + 1);
    }),
  ],
});

const connections = 16;

function bareWork(name: string, by: string, work: (bare: Bare, count: number) => Promise<void>): Work<Bare> {
  const count = (effort: Effort) => amount(effort, 5000);
  return {
    rows: [{ row: `the database alone: ${name}`, unit: "/s" }],
    how: (effort) => `node:sqlite or pg, ${by}, rows of 300 bytes, ${count(effort)} a run`,
    async measure(bare, effort) {
      const rates = await repeat(effort.runs, async () => {
        const begun = performance.now();
        await work(bare, count(effort));
        return count(effort) / ((performance.now() - begun) / 1000);
      });
      return [rates];
    },
  };
}
