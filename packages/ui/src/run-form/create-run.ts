import { ApiError } from "@ostinato/client";
import type { createFlowRunFromDeployment } from "@ostinato/protocol";
import { call } from "../api/api.ts";
import { messageOf } from "../components/failure.tsx";
import type { FormValue } from "../forms/form-data.ts";
import { startedFromPages } from "../runs/made-by.ts";

/** What a run says of its work pool, where it differs from its deployment. */
export interface RunPlace {
  /** Undefined for the queue of the deployment. */
  readonly queue: string | undefined;
  readonly priority: number;
  readonly jobVariables: FormValue;
}

export interface NewRun {
  readonly parameters: FormValue;
  /** Now, or a moment in milliseconds since 1970; undefined while it is not one. */
  readonly start: "now" | number | undefined;
  /** A name is made where it is empty. */
  readonly name: string;
  readonly tags: readonly string[];
  readonly place: RunPlace;
}

export function createRun(deploymentId: string, { parameters, start, name, tags, place }: NewRun) {
  return call<typeof createFlowRunFromDeployment>("POST /deployments/{id}/create_flow_run", {
    params: { id: deploymentId },
    body: {
      parameters: { ...parameters },
      tags: [...tags],
      labels: startedFromPages,
      ...(place.queue === undefined ? {} : { work_queue_name: place.queue }),
      ...(place.priority === 0 ? {} : { priority: place.priority }),
      ...(Object.keys(place.jobVariables).length === 0 ? {} : { job_variables: { ...place.jobVariables } }),
      ...(typeof start === "number"
        ? { state: { type: "SCHEDULED" as const, state_details: { scheduled_time: new Date(start).toISOString() } } }
        : {}),
      ...(name.trim() === "" ? {} : { name: name.trim() }),
    },
  });
}

/** The server's own sentence. */
export function refusalOf(error: unknown): string {
  if (error instanceof ApiError && typeof error.body === "object" && error.body !== null && "detail" in error.body)
    return String(error.body.detail);
  return messageOf(error);
}
