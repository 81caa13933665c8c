import type { Resource } from "@ostinato/protocol";
import { relatedLimit } from "@ostinato/protocol/limits";

/** The related resources of events of a flow run and of its tasks: the run and its flow. */
export function flowRunResources(run: Named, flow: Named): readonly Resource[] {
  return [
    resource(`prefect.flow-run.${run.id}`, "flow-run", run.name),
    resource(`prefect.flow.${flow.id}`, "flow", flow.name),
  ];
}

/** Where a flow run waits: its work queue and its work pool. */
export interface RunPlace {
  readonly queue: Named | undefined;
  readonly pool: Named | undefined;
}

export function placeResources({ queue, pool }: RunPlace): readonly Resource[] {
  return [
    ...(queue === undefined ? [] : [resource(`prefect.work-queue.${queue.id}`, "work-queue", queue.name)]),
    ...(pool === undefined ? [] : [resource(`prefect.work-pool.${pool.id}`, "work-pool", pool.name)]),
  ];
}

export function taskRunResource(run: Named): Resource {
  return resource(`prefect.task-run.${run.id}`, "task-run", run.name);
}

export function deploymentResource(deployment: Named): Resource {
  return resource(`prefect.deployment.${deployment.id}`, "deployment", deployment.name);
}

/** Adds as many tags as an event may have; the run itself has all of them. */
export function withTags(related: readonly Resource[], tags: readonly string[]): readonly Resource[] {
  if (tags.length === 0) return related;
  const resources = [...new Set(tags)]
    .filter((tag) => tag.length <= maxTagCharacters)
    .map((tag) => ({ "prefect.resource.id": `prefect.tag.${tag}`, "prefect.resource.role": "tag" }));
  return [...related, ...resources].slice(0, relatedLimit);
}

/** A tag of this length fits into the byte limit of a resource id in any script. */
const maxTagCharacters = 300;

export interface Named {
  readonly id: string;
  readonly name: string;
}

function resource(id: string, role: string, name: string): Resource {
  return { "prefect.resource.id": id, "prefect.resource.role": role, "prefect.resource.name": name };
}
