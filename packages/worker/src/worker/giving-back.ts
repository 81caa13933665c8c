import { isNotFound } from "@ostinato/client";
import { proposeState } from "@ostinato/client/flow-run-states";
import { stateNames } from "@ostinato/core";
import type { FlowRun, readWorkerPage } from "@ostinato/protocol";
import type { WorkerContext } from "./worker-context.ts";

/** Gives a claimed run back, which nobody has started: another worker may take it at once. */
export async function giveBack(worker: WorkerContext, run: FlowRun, token: string): Promise<void> {
  const { state, expected_start_time: expected } = run;
  await proposeState(worker, {
    flowRunId: run.id,
    from: { id: token },
    state: {
      type: "SCHEDULED",
      name: stateNames.scheduled,
      message: "The worker that had claimed the run did not start it, and gave it back.",
      state_details: { scheduled_time: state?.state_details.scheduled_time ?? expected },
    },
    claim: { token },
  });
  worker.counts.givenBack += 1;
}

/**
 * Runs that the server counts as taken by this worker and not begun: their claim's answer was lost, or a worker of this name was restarted
 * before it started them.
 */
export async function claimedByName(worker: WorkerContext): Promise<readonly string[]> {
  try {
    const page = await worker.client.call<typeof readWorkerPage>("GET /ui/work_pools/{name}/workers/{worker}", {
      params: { name: worker.pool().name, worker: worker.name },
    });
    return page.worker.runs.filter(({ state_type }) => state_type === "PENDING").map(({ id }) => id);
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}
