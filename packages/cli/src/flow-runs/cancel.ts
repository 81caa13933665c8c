import { setFlowRunState } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { CliError } from "../errors.ts";
import { say, sayJson } from "../output/output.ts";
import { findFlowRun } from "./find.ts";

export interface CancelOptions {
  /** Marks the run as cancelled at once, for a run whose process is gone. */
  readonly force?: boolean;
  readonly json?: boolean;
}

export function cancel(wanted: string, { force = false, json }: CancelOptions): Promise<void> {
  return withServer(async ({ client }) => {
    const run = await findFlowRun(client, wanted);
    const state = force
      ? ({ type: "CANCELLED", message: "Cancelled by force from the command line." } as const)
      : ({ type: "CANCELLING", message: "Cancelled from the command line." } as const);
    const answer = await client.call(setFlowRunState, { params: { id: run.id }, body: { state, force } });
    const now = answer.state;
    const stopped = now?.type === "CANCELLING" || now?.type === "CANCELLED";
    if (!stopped)
      throw new CliError(`Flow run ${run.name} was not cancelled: ${reasonOf(answer, now?.name ?? run.state_name)}`);
    if (json) return sayJson({ flow_run_id: run.id, name: run.name, state: now.name, state_type: now.type });
    if (now.type === "CANCELLED") return say(`Flow run ${run.name} is cancelled.`);
    say(`Flow run ${run.name} is cancelling: its process ends it. If that process is gone, add --force.`);
  });
}

function reasonOf(
  { details }: { readonly details: { readonly type: string; readonly reason?: string | null } },
  stateName: string | null,
): string {
  return details.reason ?? `it is ${stateName ?? "in no state that can be cancelled"}.`;
}
