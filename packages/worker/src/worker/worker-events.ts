import { formatTimestamp, timeOrderedId } from "@ostinato/core";
import type { Deployment, EventCreate, Flow, FlowRun, Resource } from "@ostinato/protocol";
import type { WorkerContext } from "./worker-context.ts";

type Speaker = Pick<WorkerContext, "clock" | "events" | "name" | "type" | "pool">;

/** What an event about a run names beside the worker. */
export interface RunObjects {
  readonly run: FlowRun;
  readonly deployment: Deployment;
  readonly flow: Flow;
}

/** How the job of a run ended, for the event. */
export interface JobOutcome {
  readonly infrastructureId: string | undefined;
  readonly exitCode: number | undefined;
}

/** Tells that the worker works. Returns the event's id. */
export function tellStarted(worker: Speaker): string {
  return send(worker, { event: "prefect.worker.started", related: [poolOf(worker)] });
}

export function tellStopped(worker: Speaker, follows: string): void {
  send(worker, { event: "prefect.worker.stopped", related: [poolOf(worker)], follows });
}

/** Tells that the worker starts the job of a run. Returns the event's id. */
export function tellSubmitted(worker: Speaker, objects: RunObjects): string {
  return send(worker, { event: "prefect.worker.submitted-flow-run", related: relatedTo(worker, objects) });
}

export function tellExecuted(
  worker: Speaker,
  objects: RunObjects,
  { infrastructureId, exitCode, follows }: JobOutcome & { readonly follows: string },
): void {
  const outcome = {
    "prefect.infrastructure.identifier": infrastructureId ?? "",
    "prefect.infrastructure.status-code": exitCode === undefined ? "" : String(exitCode),
  };
  const related = relatedTo(worker, objects).map((one) =>
    one["prefect.resource.role"] === "flow-run" ? { ...one, ...outcome } : one,
  );
  send(worker, { event: "prefect.worker.executed-flow-run", related, follows });
}

function send(
  worker: Speaker,
  { event, related, follows }: { readonly event: string; readonly related: Resource[]; readonly follows?: string },
): string {
  const now = worker.clock.now();
  const id = timeOrderedId(now);
  const body: EventCreate = {
    event,
    id,
    occurred: formatTimestamp(now),
    resource: {
      "prefect.resource.id": `prefect.worker.${worker.type}.${slug(worker.name)}`,
      "prefect.resource.name": worker.name,
      "prefect.worker-type": worker.type,
    },
    related,
    payload: {},
    follows: follows ?? null,
  };
  worker.events.send(body);
  return id;
}

function relatedTo(worker: Speaker, { run, deployment, flow }: RunObjects): Resource[] {
  const tags = new Set([...run.tags, ...deployment.tags]);
  return [
    related("deployment", deployment),
    related("flow", flow),
    related("flow-run", run),
    ...[...tags]
      .toSorted()
      .map((tag) => ({ "prefect.resource.id": `prefect.tag.${tag}`, "prefect.resource.role": "tag" })),
    poolOf(worker),
  ];
}

function poolOf({ pool }: Speaker): Resource {
  return related("work-pool", pool());
}

function related(kind: string, { id, name }: { readonly id: string; readonly name: string }): Resource {
  return {
    "prefect.resource.id": `prefect.${kind}.${id}`,
    "prefect.resource.role": kind,
    "prefect.resource.name": name,
  };
}

/** The name as a part of a resource's id. */
function slug(name: string): string {
  return name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
}
