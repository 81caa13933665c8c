import type {
  readFailureOfAttempt,
  readFlowRunPage,
  readFlowRunResult,
  readParameterSchema,
  readTimeline,
} from "@ostinato/protocol";
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { call } from "../api/api.ts";
import type { FlowRunPage, LiveChange, Timeline } from "../api/types.ts";
import { runArtifactsQuery } from "../artifacts/artifacts.queries.ts";
import { isFinal } from "../states.ts";
import { withSubflows, withTaskRuns } from "./timeline/timeline-changes.ts";

export function flowRunQuery(id: string) {
  return queryOptions({
    queryKey: ["flow-run", id, "page"],
    queryFn: ({ signal }) => call<typeof readFlowRunPage>("GET /ui/flow_runs/{id}", { params: { id }, signal }),
  });
}

export function timelineQuery(id: string) {
  return queryOptions({
    queryKey: ["flow-run", id, "timeline"],
    queryFn: async ({ client, signal }): Promise<Timeline> => {
      const answer = await call<typeof readTimeline>("GET /ui/flow_runs/{id}/timeline", { params: { id }, signal });
      const { nested, ...timeline } = answer;
      for (const child of nested) client.setQueryData(["flow-run", child.flow_run_id, "timeline"], child.timeline);
      return timeline;
    },
  });
}

/** Why an attempt failed that others followed. */
export function failureOfAttemptQuery(id: string, attempt: number) {
  return queryOptions({
    queryKey: ["flow-run", id, "failure", attempt],
    queryFn: ({ signal }) =>
      call<typeof readFailureOfAttempt>("GET /ui/flow_runs/{id}/failure", {
        params: { id },
        query: { attempt },
        signal,
      }),
  });
}

export function runResultQuery(id: string) {
  return queryOptions({
    queryKey: ["flow-run", id, "result"],
    queryFn: ({ signal }) => call<typeof readFlowRunResult>("GET /flow_runs/{id}/result", { params: { id }, signal }),
  });
}

export function parameterSchemaQuery(flowId: string) {
  return queryOptions({
    queryKey: ["flow", flowId, "parameter-schema"],
    queryFn: ({ signal }) =>
      call<typeof readParameterSchema>("GET /flows/{id}/parameter_schema", { params: { id: flowId }, signal }),
  });
}

/** Updates displayed timelines with changed task runs and subflows. */
export function applyToTimelines(queryClient: QueryClient, changes: readonly LiveChange[]): void {
  const change = (flowRunId: string, next: (timeline: Timeline) => Timeline) =>
    queryClient.setQueryData<Timeline>(timelineQuery(flowRunId).queryKey, (timeline) =>
      timeline === undefined ? timeline : next(timeline),
    );
  const tasks = changes.flatMap((one) => (one.kind === "task-run" ? [one.row] : []));
  for (const [id, rows] of Map.groupBy(tasks, (row) => row.flow_run_id ?? ""))
    change(id, (timeline) => withTaskRuns(timeline, rows));
  const subflows = changes.flatMap((one) =>
    one.kind === "flow-run" && one.row.parent_flow_run_id !== null ? [one.row] : [],
  );
  for (const [id, rows] of Map.groupBy(subflows, (row) => row.parent_flow_run_id ?? ""))
    change(id, (timeline) => withSubflows(timeline, rows));
}

/** Updates the page's data with changes, asking the server again only where necessary. */
export function applyToRun(queryClient: QueryClient, id: string, changes: readonly LiveChange[]): void {
  let read: FlowRunPage | undefined;
  applyToTimelines(queryClient, changes);
  const lines = changes.filter((change) => change.kind === "log" && change.row.flow_run_id === id).length;
  if (lines > 0) {
    queryClient.setQueryData<FlowRunPage>(flowRunQuery(id).queryKey, (page) =>
      page === undefined ? page : { ...page, log_count: page.log_count + lines },
    );
  }
  for (const change of changes) {
    if (change.kind === "flow-run" && change.row.id === id) {
      queryClient.setQueryData<FlowRunPage>(flowRunQuery(id).queryKey, (page) => {
        read = page;
        return page === undefined ? page : { ...page, flow_run: { ...page.flow_run, ...change.row } };
      });
      // A program that pauses its run sends what it asks for a moment later: the form, and then the description.
      const asks = read !== undefined && read.question !== null;
      // A new state may have a reason to fail or to wait, which only the server knows.
      if (read !== undefined && (asks || read.flow_run.state_id !== change.row.state_id)) {
        void queryClient.invalidateQueries({ queryKey: flowRunQuery(id).queryKey });
        void queryClient.invalidateQueries({ queryKey: ["flow-run", id, "task-results"] });
        if (isFinal(change.row.state_type))
          void queryClient.invalidateQueries({ queryKey: runResultQuery(id).queryKey });
      }
    }
    if (change.kind === "artifact") {
      void queryClient.invalidateQueries({ queryKey: runArtifactsQuery(id).queryKey });
      queryClient.setQueryData<FlowRunPage>(flowRunQuery(id).queryKey, (page) =>
        page === undefined ? page : { ...page, artifact_count: page.artifact_count + 1 },
      );
    }
  }
}
