import type { Resource } from "@ostinato/protocol";
import { relatedLimit } from "@ostinato/protocol/limits";

/** The related resources of events of a flow run and of its tasks: the run and its flow. */
export function flowRunResources(run: Named, flow: Named): readonly Resource[] {
  return [
    resource(`prefect.flow-run.${run.id}`, "flow-run", run.name),
    resource(`prefect.flow.${flow.id}`, "flow", flow.name),
  ];
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

interface Named {
  readonly id: string;
  readonly name: string;
}

function resource(id: string, role: string, name: string): Resource {
  return { "prefect.resource.id": id, "prefect.resource.role": role, "prefect.resource.name": name };
}
