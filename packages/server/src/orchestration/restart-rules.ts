import { openStateTypes } from "@ostinato/core";
import type { FlowRunEffect, FlowRunFacts, FlowRunSubject } from "./flow-run-rules.ts";
import type { Arrival, Follower } from "./rule.ts";

type RestartFollower = Follower<FlowRunSubject, FlowRunFacts, FlowRunEffect, "restartsLeft">;

/** A subflow goes on with its parent. */
function isOfDeployment({ run }: Arrival<FlowRunSubject>): boolean {
  return run.deployment_id !== null && run.parent_task_run_id === null;
}

/** A crash that a process reports, of its own or of one that it has started. */
export const restartCrashed: RestartFollower = {
  name: "restart-crashed",
  from: openStateTypes,
  to: ["CRASHED"],
  when: isOfDeployment,
  needs: ["restartsLeft"],
  follow: (_arrival, { restartsLeft }) => (restartsLeft > 0 ? { effects: [{ kind: "restart" }] } : {}),
};

/** A crash that is set by force counts only where the server has missed the process: people force states too. */
export const restartLost: RestartFollower = {
  ...restartCrashed,
  name: "restart-lost",
  when: (arrival) => isOfDeployment(arrival) && arrival.written.details.process_lost === true,
};
