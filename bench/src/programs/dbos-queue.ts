import { createRequire } from "node:module";
import { join } from "node:path";

/**
 * A workflow that does nothing, started on a queue. With `prepare` it makes the tables, with `work` it takes what is queued until it is told to
 * stop; with a number it queues so many, and prints one JSON line: the seconds until it knows the results of all.
 */
interface Handle<R> {
  getResult(): Promise<R>;
}

interface Dbos {
  setConfig(config: {
    readonly name: string;
    readonly systemDatabaseUrl: string | undefined;
    readonly logLevel: string;
    readonly runAdminServer: boolean;
    readonly applicationVersion: string;
    readonly listenQueues: readonly string[];
  }): void;
  registerWorkflow<A extends readonly unknown[], R>(
    run: (...args: A) => Promise<R>,
    options: { readonly name: string },
  ): (...args: A) => Promise<R>;
  registerQueue(
    name: string,
    options: { readonly workerConcurrency: number; readonly minPollingIntervalMs: number },
  ): Promise<unknown>;
  startWorkflow<A extends readonly unknown[], R>(
    workflow: (...args: A) => Promise<R>,
    options: { readonly queueName: string },
  ): (...args: A) => Promise<Handle<R>>;
  launch(): Promise<void>;
  shutdown(): Promise<void>;
}

const [mode = "1000"] = process.argv.slice(2);
const installed = createRequire(join(process.env.DBOS_FOLDER ?? "", "package.json"));
const { DBOS } = installed("@dbos-inc/dbos-sdk") as { readonly DBOS: Dbos };

const [queue, idle] = ["bench", "idle"];
DBOS.setConfig({
  name: "bench-queue",
  systemDatabaseUrl: process.env.BENCH_DATABASE_URL,
  logLevel: "error",
  runAdminServer: false,
  applicationVersion: "1",
  // Who queues does not work.
  listenQueues: [mode === "work" ? queue : idle],
});

const nothing = DBOS.registerWorkflow(async (index: number) => index, { name: "nothing" });

await DBOS.launch();
// It polls each second by itself; ten times as often is its best here.
for (const name of [queue, idle]) await DBOS.registerQueue(name, { workerConcurrency: 10, minPollingIntervalMs: 100 });

async function startAll(count: number): Promise<number> {
  const begun = performance.now();
  const start = DBOS.startWorkflow(nothing, { queueName: queue });
  await Promise.all(Array.from({ length: count }, async (_, index) => (await start(index)).getResult()));
  return (performance.now() - begun) / 1000;
}

if (mode === "work") console.log("ready");
else {
  if (mode !== "prepare") {
    await startAll(20);
    console.log(JSON.stringify({ id: "", seconds: await startAll(Number(mode)) }));
  }
  await DBOS.shutdown();
  process.exit(0);
}
