import { openStateTypes, stateNames, type Timestamp, terminalStateTypes } from "@ostinato/core";
import type { FlowRunEffect, FlowRunFacts, FlowRunSubject } from "./flow-run-rules.ts";
import { type Arrival, anyOrNone, anyType, type Follower, type FromType } from "./rule.ts";
import { releaseAllSlots, releaseSlot } from "./slot-rules.ts";
import { hasData } from "./state.ts";

type FlowRunFollower<Need extends keyof FlowRunFacts = never> = Follower<
  FlowRunSubject,
  FlowRunFacts,
  FlowRunEffect,
  Need
>;

const keepResult: FlowRunFollower = {
  name: "keep-result",
  from: anyOrNone,
  to: anyType,
  when: ({ written }) => hasData(written),
  follow: () => ({ effects: [{ kind: "keep-result" }] }),
};

const endTaskRunsOfCancelledRun: FlowRunFollower = {
  name: "end-task-runs-of-cancelled-run",
  from: anyOrNone,
  to: ["CANCELLED"],
  follow: ({ written }) => endOpenTaskRuns("cancelled", written.timestamp),
};

const endTaskRunsOfLostProcess: FlowRunFollower = {
  name: "end-task-runs-of-lost-process",
  from: anyOrNone,
  to: ["CRASHED"],
  when: ({ written }) => written.details.process_lost === true,
  follow: ({ written }) => endOpenTaskRuns("died", written.timestamp),
};

const endTaskRunsOfEndedAttempt: FlowRunFollower = {
  name: "end-task-runs-of-ended-attempt",
  from: terminalStateTypes,
  to: ["RUNNING"],
  when: beginsInNewProcess,
  follow: ({ initial, written }) => endOpenTaskRuns("died", (initial ?? written).timestamp),
};

/** A run that was paused goes on in its process. */
const openButPaused: readonly FromType[] = [null, ...openStateTypes.filter((type) => type !== "PAUSED")];

const endTaskRunsOfLostAttempt: FlowRunFollower<"lastSign"> = {
  name: "end-task-runs-of-lost-attempt",
  from: openButPaused,
  to: ["RUNNING"],
  when: beginsInNewProcess,
  needs: ["lastSign"],
  follow: ({ initial, written }, { lastSign }) => endOpenTaskRuns("died", lastSign ?? (initial ?? written).timestamp),
};

/**
 * Whether this is a further attempt in a process of its own. Nobody works on the task runs that the previous attempt left open
 * any more.
 */
function beginsInNewProcess({ run, written }: Arrival<FlowRunSubject>): boolean {
  return run.run_count > 1 && written.details.heartbeat_seconds !== undefined;
}

function endOpenTaskRuns(why: "cancelled" | "died", until: Timestamp) {
  return { effects: [{ kind: "end-open-task-runs", why, until }] } as const;
}

const noteHeartbeat: FlowRunFollower = {
  name: "note-heartbeat",
  from: anyOrNone,
  to: anyType,
  follow({ written }) {
    const { heartbeat_seconds: intervalSeconds, process } = written.details;
    return intervalSeconds === undefined ? {} : { effects: [{ kind: "note-heartbeat", intervalSeconds, process }] };
  },
};

/** A run that waits for its next attempt in its process is watched on. Any other one has lost its process, with what that held. */
const forgetProcess: FlowRunFollower = {
  name: "forget-process",
  from: anyType.filter((type) => type !== "SCHEDULED"),
  to: ["SCHEDULED"],
  when: ({ run, written, status }) =>
    run.deployment_id !== null && !(status === "REJECT" && written.name === stateNames.awaitingRetry),
  follow: () => ({ effects: [{ kind: "forget-signs" }, { kind: "release-all-slots" }] }),
};

const cancelSubflows: FlowRunFollower = {
  name: "cancel-subflows",
  from: anyOrNone,
  to: ["CANCELLED"],
  follow: () => ({ effects: [{ kind: "cancel-subflows" }] }),
};

const mirrorOnParent: FlowRunFollower = {
  name: "mirror-on-parent",
  from: anyOrNone,
  to: anyType,
  follow: ({ run }) =>
    run.parent_task_run_id === null ? {} : { effects: [{ kind: "mirror", taskRunId: run.parent_task_run_id }] },
};

const recordEvent: FlowRunFollower = {
  name: "record-event",
  from: anyOrNone,
  to: anyType,
  follow: () => ({ effects: [{ kind: "record-event" }] }),
};

/** The followers of every flow run's state, in the order in which their effects are carried out. */
export const flowRunFollowers = [
  keepResult,
  endTaskRunsOfCancelledRun,
  endTaskRunsOfLostProcess,
  endTaskRunsOfEndedAttempt,
  endTaskRunsOfLostAttempt,
  noteHeartbeat,
  forgetProcess,
  releaseSlot,
  releaseAllSlots,
  cancelSubflows,
  mirrorOnParent,
  recordEvent,
];
