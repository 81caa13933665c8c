import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

/**
 * A job that does nothing. With `prepare` it makes the tables, with `work` it works until it is told to stop; with a number it adds so many
 * jobs, and prints one JSON line: the seconds until the table of jobs is empty.
 */
interface Graphile {
  run(options: object): Promise<{ readonly promise: Promise<void> }>;
  runMigrations(options: object): Promise<void>;
  makeWorkerUtils(options: object): Promise<{
    addJob(task: string, payload: object): Promise<unknown>;
    release(): Promise<void>;
  }>;
  Logger: new (factory: () => () => void) => object;
}

const [mode = "1000"] = process.argv.slice(2);
const installed = createRequire(join(process.env.GRAPHILE_FOLDER ?? "", "package.json"));
const { run, runMigrations, makeWorkerUtils, Logger } = installed("graphile-worker") as Graphile;

const logger = new Logger(() => () => {});
const connectionString = process.env.BENCH_DATABASE_URL ?? "";
// What its own measurements use: jobs are fetched together, and their ends are told together. Its defaults do neither.
const throughput = { worker: { localQueue: { size: 50 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } };
const preset = process.env.GRAPHILE_SETTINGS === "throughput" ? throughput : {};

async function addAll(count: number): Promise<number> {
  const pool = new pg.Pool({ connectionString, max: 20 });
  const utils = await makeWorkerUtils({ pgPool: pool, logger });
  const left = async () =>
    (await pool.query<{ jobs: number }>("SELECT count(*)::int AS jobs FROM graphile_worker.jobs")).rows[0]?.jobs;
  const begun = performance.now();
  await Promise.all(Array.from({ length: count }, (_, index) => utils.addJob("nothing", { index })));
  while ((await left()) !== 0) await sleep(2);
  const seconds = (performance.now() - begun) / 1000;
  await utils.release();
  await pool.end();
  return seconds;
}

if (mode === "prepare") await runMigrations({ connectionString, logger });
else if (mode === "work") {
  const taskList = { nothing: async (payload: { readonly index: number }) => payload.index };
  const running = await run({ connectionString, concurrency: 10, logger, taskList, preset });
  console.log("ready");
  await running.promise;
} else {
  await addAll(20);
  console.log(JSON.stringify({ id: "", seconds: await addAll(Number(mode)) }));
}
