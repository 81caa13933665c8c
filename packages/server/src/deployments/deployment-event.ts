import { type Timestamp, timeOrderedId } from "@ostinato/core";
import type { Resource } from "@ostinato/protocol";
import type { ChangedFields } from "../kernel/changed-fields.ts";
import type { DeploymentRow } from "./deployments.queries.ts";

export type DeploymentHappening = "created" | "updated" | "deleted" | "ready" | "not-ready";

interface Told {
  readonly happening: DeploymentHappening;
  readonly occurred: Timestamp;
  readonly changed?: ChangedFields;
}

/** The event that tells what became of a deployment, as Prefect's automations expect it. */
export function deploymentEvent(row: DeploymentRow, { happening, occurred, changed }: Told) {
  return {
    id: timeOrderedId(occurred),
    occurred,
    event: `prefect.deployment.${happening}`,
    resource: { "prefect.resource.id": `prefect.deployment.${row.id}`, "prefect.resource.name": row.name },
    related: relatedTo(row),
    payload: changed === undefined ? {} : { updated_fields: Object.keys(changed), updates: changed },
    follows: null,
  };
}

function relatedTo(row: DeploymentRow): Resource[] {
  const { work_queue_id: queue, work_pool_id: pool, storage_document_id: storage } = row;
  const { infrastructure_document_id: infrastructure, concurrency_limit_id: limit } = row;
  return [
    named("flow", row.flow_id, row.flow_name),
    ...(queue === null ? [] : [named("work-queue", queue, row.queue_name)]),
    ...(pool === null
      ? []
      : [{ ...named("work-pool", pool, row.work_pool_name), "prefect.work-pool.type": row.work_pool_type ?? "" }]),
    ...(storage === null ? [] : [bare(`prefect.block-document.${storage}`, "storage")]),
    ...(infrastructure === null ? [] : [bare(`prefect.block-document.${infrastructure}`, "infrastructure")]),
    ...(limit === null ? [] : [bare(`prefect.concurrency-limit.${limit}`, "concurrency-limit")]),
  ];
}

function named(role: string, id: string, name: string | null): Resource {
  return { ...bare(`prefect.${role}.${id}`, role), "prefect.resource.name": name ?? "" };
}

function bare(id: string, role: string): Resource {
  return { "prefect.resource.id": id, "prefect.resource.role": role };
}
