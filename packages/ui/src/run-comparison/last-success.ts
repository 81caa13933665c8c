import type { listFlowRuns, readFlowRun } from "@ostinato/protocol";
import type { useNavigate } from "@tanstack/react-router";
import { call } from "../api/api.ts";
import type { FlowRunRow } from "../api/types.ts";

/** Opens a run beside the last success of its flow; without one the page says how to choose two. */
export async function compareWithLastSuccess(
  run: Pick<FlowRunRow, "id" | "flow_id">,
  navigate: ReturnType<typeof useNavigate>,
): Promise<void> {
  const success = await lastSuccess(run);
  await navigate({ to: "/runs/compare", search: success === undefined ? {} : { a: success, b: run.id } });
}

export async function compareByIdWithLastSuccess(id: string, navigate: ReturnType<typeof useNavigate>): Promise<void> {
  const run = await call<typeof readFlowRun>("GET /flow_runs/{id}", { params: { id } });
  await compareWithLastSuccess(run, navigate);
}

/** The last other run of the same flow that completed: the one to compare with. */
async function lastSuccess(run: Pick<FlowRunRow, "id" | "flow_id">): Promise<string | undefined> {
  const { results } = await call<typeof listFlowRuns>("POST /ui/flow_runs/list", {
    body: {
      flows: { id: { any_: [run.flow_id] } },
      flow_runs: { state: { type: { any_: ["COMPLETED"] } } },
      sort: "START_TIME_DESC",
      limit: 2,
    },
  });
  return results.find(({ id }) => id !== run.id)?.id;
}
