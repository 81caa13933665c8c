import { fileURLToPath } from "node:url";
import { runProgram } from "../flow-program.ts";
import { type Group, group } from "../group.ts";
import { flowWork } from "../rows/flow-work.ts";
import type { Target } from "../target.ts";
import { installOnce } from "./npm-install.ts";
import { onQueue } from "./queues.ts";

const version = "5.3.0";
const program = fileURLToPath(new URL("../programs/dbos.ts", import.meta.url));

/** A step of DBOS is durable when it returns, so the client's view equals the database's. */
const steps: Group = group<Target>({
  name: "flows",
  open: async (target) => target,
  close: () => {},
  works: flowWork(async ({ flows }, size, mode) => {
    const { seconds } = await runProgram(flows, [String(size), mode]);
    return { seconds, seen: seconds };
  }),
});

/** Background tasks as workflows of a queue, on the same PostgreSQL. */
export async function onDbosQueue(
  target: Target,
  measure: (group: Group, target: Target) => Promise<void>,
): Promise<void> {
  const folder = await installOnce("@dbos-inc/dbos-sdk", version);
  if (folder === undefined) return;
  const url = new URL(target.databaseUrl);
  url.pathname = "/dbos_queue_bench";
  const env = { DBOS_FOLDER: folder };
  await onQueue({ name: "dbos", program: "dbos-queue.ts", env, databaseUrl: url.href }, target, measure);
}

/** The same flows as workflows of steps, on the same PostgreSQL. */
export async function onDbos(
  { databaseUrl, ...target }: Target,
  measure: (group: Group, target: Target) => Promise<void>,
): Promise<void> {
  const folder = await installOnce("@dbos-inc/dbos-sdk", version);
  if (folder === undefined) return;
  const url = new URL(databaseUrl);
  url.pathname = "/dbos_bench";
  const env = { DBOS_FOLDER: folder, DBOS_DATABASE_URL: url.href };
  const flows = { program: process.execPath, args: [program], env };
  await measure(steps, { ...target, databaseUrl: url.href, name: "dbos", peer: true, flows });
}
