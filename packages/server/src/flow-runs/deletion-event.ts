import { type Timestamp, timeOrderedId } from "@ostinato/core";
import { flowRunDeletedEvent } from "@ostinato/protocol";

export interface DeletedRun {
  readonly id: string;
  readonly name: string;
  readonly flow_id: string;
  readonly flow_name: string;
}

/** The event that tells a program that the run it works on was deleted. */
export function deletionEvent({ id, name, flow_id, flow_name }: DeletedRun, occurred: Timestamp) {
  return {
    id: timeOrderedId(occurred),
    occurred,
    event: flowRunDeletedEvent,
    resource: { "prefect.resource.id": `prefect.flow-run.${id}`, "prefect.resource.name": name },
    related: [
      {
        "prefect.resource.id": `prefect.flow.${flow_id}`,
        "prefect.resource.role": "flow",
        "prefect.resource.name": flow_name,
      },
    ],
    payload: {},
    follows: null,
  };
}
