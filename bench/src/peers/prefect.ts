import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort, untilHealthy } from "../health.ts";
import { residentBytes } from "../memory.ts";
import type { Effort } from "../row.ts";
import { end, sqliteUrl, type Target } from "../target.ts";
import { findPrefect, quietPrefect } from "./prefect-install.ts";

const flowProgram = fileURLToPath(new URL("../programs/tasks.py", import.meta.url));

/** The same work on a Prefect server and client, on SQLite: less of it, for it takes its time. */
export async function onPrefect(
  effort: Effort,
  measure: (target: Target, effort: Effort) => Promise<void>,
): Promise<void> {
  const python = await findPrefect();
  if (python === undefined) return;
  console.log("… the same on Prefect");
  const target = await startPrefect(python);
  try {
    await measure(target, { ...effort, runs: 1, scale: 0.05 });
  } finally {
    await target.stop();
  }
}

/** On an empty database in its home folder, unless another is named. */
export async function startPrefect(python: string, databaseUrl?: string): Promise<Target> {
  const home = await mkdtemp(join(tmpdir(), "prefect-bench-"));
  const port = await freePort();
  const apiUrl = `http://127.0.0.1:${port}/api`;
  const quiet = quietPrefect(home);
  const url = databaseUrl ?? sqliteUrl(join(home, "prefect.db"));
  const begun = performance.now();
  const child = spawn(python, ["-m", "prefect", "server", "start", "--port", String(port)], {
    env: {
      ...process.env,
      ...quiet,
      PREFECT_API_DATABASE_CONNECTION_URL: url.replace("sqlite:", "sqlite+aiosqlite:"),
    },
    stdio: "ignore",
  });
  await untilHealthy(apiUrl, child);
  return {
    name: "prefect",
    database: "sqlite",
    apiUrl,
    databaseUrl: url,
    home,
    peer: true,
    flows: {
      program: python,
      args: [flowProgram],
      env: { ...quiet, PREFECT_API_URL: apiUrl, PREFECT_LOGGING_LEVEL: "CRITICAL" },
    },
    startMillis: performance.now() - begun,
    residentBytes: () => residentBytes(child.pid),
    another: () => startPrefect(python),
    async stop() {
      await end(child);
      await rm(home, { recursive: true, force: true });
    },
  };
}
