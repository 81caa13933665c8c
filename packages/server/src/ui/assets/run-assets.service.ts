import { assetEvents, type RunAssets } from "@ostinato/protocol";
import * as assets from "../../assets/assets.service.ts";
import { inOrder } from "../../events/event-pages.service.ts";
import type { Context } from "../../kernel/context.ts";

const maxAssets = 50;

export function assetsOfFlowRun(context: Context, id: string): Promise<RunAssets> {
  return assetsOf(context, { of: { flow_run_id: id }, resource: `prefect.flow-run.${id}` });
}

export function assetsOfTaskRun(context: Context, id: string): Promise<RunAssets> {
  return assetsOf(context, { of: { task_run_id: id }, resource: `prefect.task-run.${id}` });
}

interface RunOfAssets {
  readonly of: { readonly flow_run_id: string } | { readonly task_run_id: string };
  readonly resource: string;
}

async function assetsOf(context: Context, { of, resource }: RunOfAssets): Promise<RunAssets> {
  const filter = { event: { name: [assetEvents.referenced] }, any_resource: { id: [resource] } };
  const [made, reading] = await Promise.all([
    assets.materializations(context, { ...of, limit: maxAssets }),
    inOrder(context, { filter, limit: maxAssets }),
  ]);
  // The latest reading of an asset comes first, and stays.
  const read = new Map<string, string>();
  for (const { resource, occurred } of reading) {
    const key = resource["prefect.resource.id"] ?? "";
    if (!read.has(key)) read.set(key, occurred);
  }
  return {
    made: made.results,
    made_count: made.count,
    read: [...read].map(([key, occurred]) => ({ key, occurred })),
  };
}
