import type { StateCreate } from "@ostinato/protocol";
import type { OpenSubflow } from "./flow-runs.queries.ts";

const message = "The flow run that called it was cancelled.";

/**
 * The state of a subflow whose parent was cancelled; undefined where it has been asked to stop already. One that runs in a process of
 * its own is asked, so that whoever started that process ends it.
 */
export function cancellationOfSubflow({ state_type, deployment_id }: OpenSubflow): StateCreate | undefined {
  if (deployment_id === null) return { type: "CANCELLED", message };
  return state_type === "CANCELLING" ? undefined : { type: "CANCELLING", message };
}
