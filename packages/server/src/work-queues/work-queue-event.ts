import { type Timestamp, timeOrderedId } from "@ostinato/core";
import type { PlaceStatus } from "@ostinato/protocol";
import type { ChangedFields } from "../kernel/changed-fields.ts";

export type QueueHappening = "created" | "updated" | "deleted" | StatusWord;
type StatusWord = "ready" | "not-ready" | "paused";

export const statusWords = {
  READY: "ready",
  NOT_READY: "not-ready",
  PAUSED: "paused",
} as const satisfies Readonly<Record<PlaceStatus, StatusWord>>;

interface Told {
  readonly happening: QueueHappening;
  readonly occurred: Timestamp;
  readonly changed?: ChangedFields;
}

interface QueueOfEvent {
  readonly id: string;
  readonly name: string;
  readonly pool: { readonly id: string; readonly name: string; readonly type: string };
}

/** The event that tells what became of a work queue, as Prefect's automations expect it. */
export function queueEvent({ id, name, pool }: QueueOfEvent, { happening, occurred, changed }: Told) {
  return {
    id: timeOrderedId(occurred),
    occurred,
    event: `prefect.work-queue.${happening}`,
    resource: {
      "prefect.resource.id": `prefect.work-queue.${id}`,
      "prefect.resource.name": name,
      "prefect.resource.role": "work-queue",
    },
    related: [
      {
        "prefect.resource.id": `prefect.work-pool.${pool.id}`,
        "prefect.resource.name": pool.name,
        "prefect.work-pool.type": pool.type,
        "prefect.resource.role": "work-pool",
      },
    ],
    payload: changed === undefined ? {} : { updated_fields: Object.keys(changed), updates: changed },
    follows: null,
  };
}
