import { type Timestamp, timeOrderedId } from "@ostinato/core";
import type { PlaceStatus, Resource } from "@ostinato/protocol";
import type { ChangedFields } from "../kernel/changed-fields.ts";

interface PoolOfEvent {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly default_queue_id: string | null;
}

interface Told {
  readonly happening: "created" | "updated" | "deleted";
  readonly occurred: Timestamp;
  readonly changed?: ChangedFields;
}

/** The event that tells what became of a work pool, as Prefect's automations expect it. */
export function poolEvent(pool: PoolOfEvent, { happening, occurred, changed }: Told) {
  return {
    id: timeOrderedId(occurred),
    occurred,
    event: `prefect.work-pool.${happening}`,
    resource: { ...resourceOf(pool), "prefect.resource.role": "work-pool" },
    related: changed === undefined ? defaultQueueOf(pool) : [],
    payload: changed === undefined ? {} : { updated_fields: Object.keys(changed), updates: changed },
    follows: null,
  };
}

interface Status {
  readonly id: string;
  readonly status: PlaceStatus;
  readonly occurred: Timestamp;
  /** The last event of the pool's status, where that was a short time before. */
  readonly follows: string | null;
}

const words = { READY: "ready", NOT_READY: "not-ready", PAUSED: "paused" } as const;

/** The event for a status of a work pool. */
export function poolStatusEvent(pool: PoolOfEvent, { id, status, occurred, follows }: Status) {
  const event = `prefect.work-pool.${words[status]}`;
  return { id, occurred, event, resource: resourceOf(pool), related: [], payload: {}, follows };
}

function resourceOf({ id, name, type }: PoolOfEvent): Resource {
  return {
    "prefect.resource.id": `prefect.work-pool.${id}`,
    "prefect.resource.name": name,
    "prefect.work-pool.type": type,
  };
}

function defaultQueueOf({ default_queue_id }: PoolOfEvent): Resource[] {
  if (default_queue_id === null) return [];
  return [
    { "prefect.resource.id": `prefect.work-queue.${default_queue_id}`, "prefect.resource.role": "default-queue" },
  ];
}
