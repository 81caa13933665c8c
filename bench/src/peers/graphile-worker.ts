import { createDatabase } from "@ostinato/testing/postgres";
import type { Group } from "../group.ts";
import type { Target } from "../target.ts";
import { installOnce } from "./npm-install.ts";
import { onQueue } from "./queues.ts";

const version = "0.18.0";

/**
 * Background tasks as jobs of graphile-worker, on the same PostgreSQL. It keeps no results: a job is done when its row is gone.
 * Once with the settings of its own measurements, which are quicker, and once with its defaults.
 */
export async function onGraphileWorker(
  target: Target,
  measure: (group: Group, target: Target) => Promise<void>,
): Promise<void> {
  const folder = await installOnce("graphile-worker", version);
  if (folder === undefined) return;
  for (const settings of ["throughput", "defaults"]) {
    const { url: databaseUrl } = await createDatabase(target.databaseUrl);
    const env = { GRAPHILE_FOLDER: folder, GRAPHILE_SETTINGS: settings };
    const name = settings === "throughput" ? "graphile-worker" : "graphile, default";
    await onQueue({ name, program: "graphile-queue.ts", env, databaseUrl }, target, measure);
  }
}
