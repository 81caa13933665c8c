import type { Resource } from "@ostinato/protocol";

/** What events of a flow run and of its tasks are about: the run and its flow. */
export function flowRunResources(run: Named, flow: Named): readonly Resource[] {
  return [
    resource(`prefect.flow-run.${run.id}`, "flow-run", run.name),
    resource(`prefect.flow.${flow.id}`, "flow", flow.name),
  ];
}

export function withTags(related: readonly Resource[], tags: readonly string[]): readonly Resource[] {
  if (tags.length === 0) return related;
  const resources = tags.map((tag) => ({
    "prefect.resource.id": `prefect.tag.${tag}`,
    "prefect.resource.role": "tag",
  }));
  return [...related, ...resources];
}

interface Named {
  readonly id: string;
  readonly name: string;
}

function resource(id: string, role: string, name: string): Resource {
  return { "prefect.resource.id": id, "prefect.resource.role": role, "prefect.resource.name": name };
}
