import type { FlowRunRow, LiveChange, LiveTopic } from "@ostinato/protocol";
import type { Deleted, Gathered } from "./gathering.ts";

/** More of one kind in one message, and reading anew is cheaper for both sides. */
const maxOfOneKind = 1000;

/** What is delivered at once, in the order in which each page gets it: what was deleted comes last. */
export interface Batch extends Omit<Gathered, "flowRuns"> {
  readonly rows: readonly FlowRunRow[];
}

/** The changes that belong to a topic, or undefined when they are too many to be sent one by one. */
export type Sorter = (topic: LiveTopic) => readonly LiveChange[] | undefined;

/** Looks through the batch once, however many topics ask for their part of it. */
export function sorter(batch: Batch): Sorter {
  const taskRuns = [...batch.taskRuns.values()].map((row) => ({ kind: "task-run", row }) as const);
  const logs = batch.logs.map((row) => ({ kind: "log", row }) as const);
  const artifacts = [...batch.artifacts.values()].map((row) => ({ kind: "artifact", row }) as const);
  const flows = [...batch.flows.values()].map((row) => ({ kind: "flow", row }) as const);
  const runs = batch.rows.map((row) => ({ kind: "flow-run", row }) as const);
  const byFlowRun = Map.groupBy([...taskRuns, ...logs, ...artifacts], ({ row }) => row.flow_run_id);
  const byTaskRun = Map.groupBy([...logs, ...artifacts], ({ row }) => row.task_run_id);
  const deleted = (...kinds: readonly Deleted["of"][]) => batch.deleted.filter(({ of }) => kinds.includes(of));

  const changesOf = (topic: LiveTopic): readonly LiveChange[] => {
    switch (topic.kind) {
      case "flow-runs":
        return [...runs, ...deleted("flow-run")];
      case "flow-run": {
        const { flow_run_id } = topic;
        const own = runs.filter(({ row }) => row.id === flow_run_id || row.parent_flow_run_id === flow_run_id);
        return [...own, ...(byFlowRun.get(flow_run_id) ?? []), ...deleted("flow-run", "task-run", "artifact")];
      }
      case "task-run": {
        const own = taskRuns.filter(({ row }) => row.id === topic.task_run_id);
        return [...own, ...(byTaskRun.get(topic.task_run_id) ?? []), ...deleted("task-run", "artifact")];
      }
      case "flows":
        return [...flows, ...deleted("flow")];
      case "artifacts":
        return [...artifacts, ...deleted("artifact")];
      default:
        return topic satisfies never;
    }
  };

  return (topic) => {
    const changes = changesOf(topic);
    if (changes.length <= maxOfOneKind) return changes;
    const counts = Map.groupBy(changes, ({ kind }) => kind);
    return [...counts.values()].some((of) => of.length > maxOfOneKind) ? undefined : changes;
  };
}
