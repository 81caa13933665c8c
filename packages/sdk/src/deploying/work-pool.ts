import { isNotFound } from "@ostinato/client";
import { didYouMean } from "@ostinato/core";
import { workerCommand } from "@ostinato/job-templates/worker-command";
import type { filterWorkers, filterWorkPools, readWorkPool, WorkPool } from "@ostinato/protocol";
import { UsageError } from "../errors.ts";
import type { Api } from "../session/roles.ts";

/** Throws a `UsageError` that names the pools there are. */
export async function requireWorkPool({ client }: Pick<Api, "client">, name: string): Promise<WorkPool> {
  try {
    return await client.call<typeof readWorkPool>("GET /work_pools/{name}", { params: { name } });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    const pools = await client.call<typeof filterWorkPools>("POST /work_pools/filter", {
      body: { limit: 200 },
      retries: 0,
    });
    throw new UsageError(noPool(name, pools));
  }
}

/** What to say where nobody takes runs of the pool now. Undefined where somebody does. */
export async function missingWorkers(
  { client }: Pick<Api, "client">,
  { name, type }: WorkPool,
): Promise<string | undefined> {
  const online = await client.call<typeof filterWorkers>("POST /work_pools/{work_pool_name}/workers/filter", {
    params: { work_pool_name: name },
    body: { workers: { status: { any_: ["ONLINE"] } }, limit: 1 },
    retries: 0,
  });
  if (online.length > 0) return undefined;
  return `work pool "${name}" has no worker online, so runs wait. Start one: ${workerCommand({ name, type })}`;
}

/** Whether the job template of the pool takes the variable. */
export function takesVariable({ base_job_template: template }: WorkPool, name: string): boolean {
  const { variables } = template as { readonly variables?: { readonly properties?: object } };
  return Object.hasOwn(Object(variables?.properties), name);
}

function noPool(name: string, pools: readonly WorkPool[]): string {
  const names = pools.map((pool) => `${pool.name} (${pool.type})`);
  const suggestion = didYouMean(
    name,
    pools.map((pool) => pool.name),
  );
  const has = names.length === 0 ? " There are no work pools yet." : ` The work pools are: ${names.join(", ")}.`;
  return `There is no work pool "${name}".${suggestion || has} Create it by: ostinato work-pool create ${quoted(name)} --type process`;
}

function quoted(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : JSON.stringify(name);
}
