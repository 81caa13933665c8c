import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort, untilHealthy } from "../health.ts";
import { residentBytes } from "../memory.ts";
import type { Effort } from "../row.ts";
import { type DatabaseName, end, sqliteUrl, type Target } from "../target.ts";
import { prefectDatabase, quietPrefect } from "./prefect-install.ts";

const flowProgram = fileURLToPath(new URL("../programs/tasks.py", import.meta.url));

interface PrefectOptions {
  /** A Python with Prefect and its dependencies. */
  readonly python: string;
  readonly database: DatabaseName;
  /** By default an empty file in its home folder. */
  readonly databaseUrl?: string | undefined;
}

/** The same work on a Prefect server and client, on the same database: less of it, because it takes longer. */
export async function onPrefect(
  options: PrefectOptions,
  effort: Effort,
  measure: (target: Target, effort: Effort) => Promise<void>,
): Promise<void> {
  console.log(`… the same on Prefect (${options.database})`);
  const target = await startPrefect(options);
  try {
    await measure(target, { ...effort, runs: 1, scale: 0.05 });
  } finally {
    await target.stop();
  }
}

export async function startPrefect(options: PrefectOptions): Promise<Target> {
  const { python, database, databaseUrl } = options;
  const home = await mkdtemp(join(tmpdir(), "prefect-bench-"));
  const port = await freePort();
  const apiUrl = `http://127.0.0.1:${port}/api`;
  const quiet = quietPrefect(home);
  const url = databaseUrl ?? sqliteUrl(join(home, "prefect.db"));
  const begun = performance.now();
  const child = spawn(python, ["-m", "prefect", "server", "start", "--port", String(port)], {
    env: { ...process.env, ...quiet, ...prefectDatabase(url) },
    stdio: "ignore",
  });
  await untilHealthy(apiUrl, child);
  const env = { ...quiet, PREFECT_API_URL: apiUrl, PREFECT_LOGGING_LEVEL: "CRITICAL" };
  return {
    name: `prefect ${database}`,
    database,
    apiUrl,
    databaseUrl: url,
    home,
    peer: true,
    flows: { program: python, args: [flowProgram], env },
    commandLine: { program: python, args: ["-m", "prefect"], env },
    startMillis: performance.now() - begun,
    residentBytes: () => residentBytes(child.pid),
    another: () => startPrefect(database === "sqlite" ? { python, database } : options),
    async stop() {
      await end(child);
      await rm(home, { recursive: true, force: true });
    },
  };
}
