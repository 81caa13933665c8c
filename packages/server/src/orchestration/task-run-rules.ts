import type { TaskRunPolicy } from "@ostinato/protocol";
import type { Transition } from "./rule.ts";
import { type RunTimes, timesAfter } from "./run-times.ts";
import { type RunState, stateAfter, withDetails } from "./state.ts";

/** What the rules know of a task run, and may change. */
export interface TaskRunSubject extends RunTimes {
  readonly id: string;
  readonly flow_run_id: string | null;
  readonly policy: TaskRunPolicy;
  /** The attempt of its flow run in which the task run last started. */
  readonly flow_run_run_count: number;
}

/** What happens to a task run that goes into a state, whatever the policy. */
export function transformTaskRun({ run, initial, proposed, now }: Transition<TaskRunSubject>): {
  readonly run: TaskRunSubject;
  readonly written: RunState;
} {
  const { id: task_run_id, flow_run_id } = run;
  const written = withDetails(stateAfter(initial, proposed, now), { task_run_id, flow_run_id });
  const run_count = run.run_count + (written.type === "RUNNING" ? 1 : 0);
  return { written, run: { ...run, ...timesAfter(run, initial, written), run_count } };
}
