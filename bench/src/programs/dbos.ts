import { createRequire } from "node:module";
import { join } from "node:path";

/**
 * The flow of tasks as a DBOS workflow whose steps return their argument. Prints one JSON line with the workflow's id and seconds. DBOS is
 * in a folder of its own, because only this program needs it.
 */
interface Dbos {
  setConfig(config: {
    readonly name: string;
    readonly systemDatabaseUrl: string | undefined;
    readonly logLevel: string;
    readonly runAdminServer: boolean;
  }): void;
  registerWorkflow<A extends readonly unknown[], R>(
    run: (...args: A) => Promise<R>,
    options: { readonly name: string },
  ): (...args: A) => Promise<R>;
  runStep<R>(step: () => Promise<R>, options: { readonly name: string }): Promise<R>;
  launch(): Promise<void>;
  shutdown(): Promise<void>;
}

const [count = "1000", mode = "concurrent"] = process.argv.slice(2);
const installed = createRequire(join(process.env.DBOS_FOLDER ?? "", "package.json"));
const { DBOS } = installed("@dbos-inc/dbos-sdk") as { readonly DBOS: Dbos };

DBOS.setConfig({
  name: "bench",
  systemDatabaseUrl: process.env.DBOS_DATABASE_URL,
  logLevel: "error",
  runAdminServer: false,
});

const nothing = (index: number) => DBOS.runStep(async () => index, { name: "nothing" });

const tasks = DBOS.registerWorkflow(
  async (size: number) => {
    if (mode === "sequential") for (let index = 0; index < size; index += 1) await nothing(index);
    else await Promise.all(Array.from({ length: size }, (_, index) => nothing(index)));
  },
  { name: "tasks" },
);

await DBOS.launch();
await tasks(1);
const begun = performance.now();
await tasks(Number(count));
const seconds = (performance.now() - begun) / 1000;
await DBOS.shutdown();
console.log(JSON.stringify({ id: "", seconds }));
process.exit(0);
