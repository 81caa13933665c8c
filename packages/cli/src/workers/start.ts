import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "@ostinato/core";
import { logLevels } from "@ostinato/protocol/log-levels";
import { chooseConnection } from "@ostinato/sdk/connection";
import { printLine } from "@ostinato/sdk/console-output";
import { stopRequests } from "@ostinato/sdk/stop-requests";
import { loadDriver } from "@ostinato/worker/load-driver";
import { runWorker } from "@ostinato/worker/worker";
import { homeFolder } from "../config/profile.ts";
import { CliError } from "../errors.ts";
import { ownVersion } from "../version.ts";

export interface WorkerStartOptions {
  readonly pool: string;
  readonly type?: string;
  readonly queue?: readonly string[];
  readonly limit?: number;
  readonly name?: string;
  readonly create?: boolean;
  readonly drainSeconds: number;
  readonly killAfter: number;
  readonly healthPort?: number;
  readonly healthHost: string;
}

/** Serves a work pool until the process is told to stop. */
export async function start(options: WorkerStartOptions): Promise<void> {
  await serveWorkPool(options);
  // A driver's connection must not hold the process.
  process.exit();
}

/** Takes runs of a work pool until the process is told to stop, and resolves when the last one has ended. */
export async function serveWorkPool(options: WorkerStartOptions): Promise<void> {
  const { baseUrl, auth } = await chooseConnection(process.env);
  const clock = systemClock({ keepAlive: true });
  const folder = join(homeFolder(), "workers");
  const requests = stopRequests(undefined);
  leaveAtThirdSignal(requests.atOnce);
  process.stdout.on("error", () => {});
  try {
    await runWorker(
      {
        baseUrl,
        auth,
        clock,
        folder,
        poolName: options.pool,
        type: options.type,
        create: options.create === true,
        name: options.name,
        queues: options.queue ?? [],
        limit: options.limit ?? Math.max(fewestRuns, 2 * availableParallelism()),
        killAfterSeconds: options.killAfter,
        drainSeconds: options.drainSeconds,
        health: options.healthPort === undefined ? undefined : { port: options.healthPort, host: options.healthHost },
        version: ownVersion,
        environment: process.env,
        async openDriver(type) {
          const definition = await loadDriver(type, process.cwd());
          return await definition.open({ clock, environment: process.env, folder, ostinato: ownCommand() });
        },
        say: (level, message) => printLine({ level: logLevels[level], speaker: undefined, message }),
        show: (runName, line) => process.stdout.write(`${runName} | ${line}\n`),
      },
      requests,
    );
  } catch (error) {
    throw isForUser(error) ? new CliError((error as Error).message, { cause: error }) : error;
  } finally {
    requests.stopListening();
  }
}

/** The first signal lets the runs end, the second one ends them. After a third one they go on by themselves, and another worker finds them. */
function leaveAtThirdSignal(atOnce: AbortSignal): void {
  atOnce.addEventListener("abort", () => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));
  });
}

const fewestRuns = 4;

/** The command by which this process was started. */
function ownCommand(): readonly string[] {
  return [process.execPath, process.argv[1] ?? fileURLToPath(import.meta.resolve("ostinato"))];
}

/** Errors whose message says by itself what to do. */
function isForUser(error: unknown): boolean {
  return error instanceof Error && ["WorkerError", "DriverError"].includes(error.name);
}
