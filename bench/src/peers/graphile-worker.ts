import { createDatabase } from "@ostinato/testing/postgres";
import type { Group } from "../group.ts";
import type { Target } from "../target.ts";
import { installOnce } from "./npm-install.ts";
import { onQueue } from "./queues.ts";

const version = "0.18.0";

/** Background tasks as jobs of graphile-worker, on the same PostgreSQL. It keeps no results: a job is done when its row is gone. */
export async function onGraphileWorker(
  target: Target,
  measure: (group: Group, target: Target) => Promise<void>,
): Promise<void> {
  const folder = await installOnce("graphile-worker", version);
  if (folder === undefined) return;
  const { url: databaseUrl } = await createDatabase(target.databaseUrl);
  const env = { GRAPHILE_FOLDER: folder };
  await onQueue({ name: "graphile-worker", program: "graphile-queue.ts", env, databaseUrl }, target, measure);
}
