import { formatTimestamp, secondsBetween } from "@ostinato/core";
import type { CreatedBy, Resource } from "@ostinato/protocol";
import type { RunState } from "../orchestration/state.ts";

/** The related resources of a flow run, as its state events name them. */
export interface RelatedResources {
  readonly flow: { readonly id: string; readonly name: string; readonly tags: readonly string[] };
  readonly deployment: RelatedDeployment | null;
  readonly workQueue: { readonly id: string; readonly name: string } | null;
  readonly workPool: { readonly id: string; readonly name: string; readonly type: string } | null;
  readonly parent: { readonly id: string; readonly name: string; readonly tags: readonly string[] } | null;
  /** Whether its work queue, or the pool of the queue, lets only so many runs start. */
  readonly isPlaceLimited: boolean;
}

export interface RelatedDeployment {
  readonly id: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly limitId: string | null;
}

export interface StateChange {
  readonly run: {
    readonly id: string;
    readonly name: string;
    readonly runCount: number;
    readonly tags: readonly string[];
    readonly createdBy: CreatedBy | null;
  };
  readonly related: RelatedResources;
  readonly initial: RunState | null;
  readonly written: RunState;
}

/** The event for a state of a flow run. It has the id of the state. */
export function stateEvent({ run, related, initial, written }: StateChange) {
  return {
    id: written.id,
    occurred: written.timestamp,
    event: `prefect.flow-run.${written.name}`,
    resource: {
      "prefect.resource.id": `prefect.flow-run.${run.id}`,
      "prefect.resource.name": run.name,
      "prefect.run-count": String(run.runCount),
      "prefect.state-message": shortened(written.message ?? ""),
      "prefect.state-name": written.name,
      "prefect.state-timestamp": formatTimestamp(written.timestamp).replace("Z", "+00:00"),
      "prefect.state-type": written.type,
    },
    related: resourcesOf(run, related),
    payload: {
      intended: { from: initial?.type ?? null, to: written.type },
      initial_state: initial === null ? null : inBrief(initial),
      validated_state: inBrief(written),
    },
    follows: initial !== null && isSoonAfter(initial, written) ? initial.id : null,
  };
}

function resourcesOf(
  run: StateChange["run"],
  { flow, deployment, workQueue, workPool, parent }: RelatedResources,
): Resource[] {
  const tags = [run, flow, deployment, parent].flatMap((thing) => thing?.tags ?? []);
  return [
    resource("flow", flow),
    ...(deployment === null ? [] : [resource("deployment", deployment)]),
    ...(workQueue === null ? [] : [resource("work-queue", workQueue)]),
    ...(workPool === null ? [] : [{ ...resource("work-pool", workPool), "prefect.work-pool.type": workPool.type }]),
    ...(parent === null ? [] : [resource("task-run", parent)]),
    ...[...new Set(tags)]
      .sort()
      .map((tag) => ({ "prefect.resource.id": `prefect.tag.${tag}`, "prefect.resource.role": "tag" })),
    ...creator(run.createdBy),
  ];
}

function resource(kind: string, { id, name }: { readonly id: string; readonly name: string }): Resource {
  return {
    "prefect.resource.id": `prefect.${kind}.${id}`,
    "prefect.resource.role": kind,
    "prefect.resource.name": name,
  };
}

function creator(createdBy: CreatedBy | null): Resource[] {
  const kind = { DEPLOYMENT: "deployment", AUTOMATION: "automation" }[createdBy?.type ?? ""];
  if (kind === undefined) return [];
  const name = createdBy?.display_value ?? "";
  return [
    {
      "prefect.resource.id": `prefect.${kind}.${createdBy?.id}`,
      "prefect.resource.role": "creator",
      ...(name === "" ? {} : { "prefect.resource.name": name }),
    },
  ];
}

function inBrief({ type, name, message, details }: RunState) {
  return {
    type,
    name,
    ...(message === null || message === "" ? {} : { message: shortened(message) }),
    ...(type === "PAUSED" ? { pause_reschedule: String(details.pause_reschedule === true) } : {}),
  };
}

/** Some put whole results into messages, which an event should not carry along. */
const maxMessageLength = 100_000;

function shortened(message: string): string {
  return message.length <= maxMessageLength ? message : `${message.slice(0, maxMessageLength)}…`;
}

const soonSeconds = 300;

/** Events further apart are ordered by their times alone. */
function isSoonAfter(initial: RunState, written: RunState): boolean {
  return Math.abs(secondsBetween(initial.timestamp, written.timestamp)) < soonSeconds;
}
