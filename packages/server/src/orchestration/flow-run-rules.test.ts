import { formatTimestamp, type StateType, stateTypes } from "@ostinato/core";
import { describe, expect, test } from "vitest";
import { before, decide, type Given } from "./flow-run-trial.ts";

const kept = { storage_key: "k" };
const deployed = { deployment_id: "00000000-0000-4000-8000-00000000000d" };
const lease = "00000000-0000-4000-8000-00000000001e";
const transition = "00000000-0000-4000-8000-000000000042";

/** What is answered, and the type of the state that is written: null for none. */
const cases: readonly (Given & {
  readonly title: string;
  readonly answer: readonly ["ACCEPT" | "REJECT" | "ABORT" | "WAIT", (string | null)?];
  readonly writes: StateType | null;
})[] = [
  {
    title: "a repeated transition",
    from: "RUNNING",
    details: { transition_id: transition },
    to: "RUNNING",
    toDetails: { transition_id: transition },
    answer: ["REJECT", "This run has already made this state transition."],
    writes: null,
  },
  {
    title: "another transition of the same type",
    from: "RUNNING",
    details: { transition_id: transition },
    to: "RUNNING",
    toDetails: { transition_id: lease },
    answer: ["ACCEPT"],
    writes: "RUNNING",
  },
  ...(["CANCELLING", "PAUSED", "CRASHED"] as const).map((to) => ({
    title: `an end, then ${to}`,
    from: "FAILED" as const,
    to,
    answer: ["ABORT", "Run is already in terminal state FAILED."] as const,
    writes: null,
  })),
  {
    title: "a completed run with a result, once more",
    from: "COMPLETED",
    data: kept,
    to: "RUNNING",
    answer: ["REJECT", "Run is already COMPLETED."],
    writes: null,
  },
  {
    title: "a completed run whose result was not kept, once more",
    from: "COMPLETED",
    data: { type: "unpersisted" },
    to: "RUNNING",
    answer: ["ACCEPT"],
    writes: "RUNNING",
  },
  {
    title: "a completed run with a result, completed without",
    from: "COMPLETED",
    data: kept,
    to: "COMPLETED",
    answer: ["REJECT", "Cannot overwrite a COMPLETED state that carries persisted result data with one that does not."],
    writes: null,
  },
  {
    title: "a completed run with a result, completed without, by force",
    from: "COMPLETED",
    data: kept,
    to: "COMPLETED",
    by: "minimal",
    answer: ["REJECT", "Cannot overwrite a COMPLETED state that carries persisted result data with one that does not."],
    writes: null,
  },
  {
    title: "a completed run with a result, completed with another",
    from: "COMPLETED",
    data: kept,
    to: "COMPLETED",
    toData: { storage_key: "l" },
    answer: ["ACCEPT"],
    writes: "COMPLETED",
  },
  {
    title: "a failed run without a deployment, scheduled",
    from: "FAILED",
    to: "SCHEDULED",
    answer: ["ABORT", "Cannot reschedule a run without an associated deployment."],
    writes: null,
  },
  {
    title: "a failed run of a deployment, scheduled",
    from: "FAILED",
    run: deployed,
    to: "SCHEDULED",
    answer: ["ACCEPT"],
    writes: "SCHEDULED",
  },
  ...stateTypes
    .filter((type) => type !== "CANCELLED")
    .map((to) => ({
      title: `a cancelling run, then ${to}`,
      from: "CANCELLING" as const,
      to,
      answer: ["REJECT", "Cannot transition flows that are cancelling to a state other than Cancelled."] as const,
      writes: null,
    })),
  {
    title: "a cancelling run, cancelled",
    from: "CANCELLING",
    to: "CANCELLED",
    answer: ["ACCEPT"],
    writes: "CANCELLED",
  },
  {
    title: "a scheduled run without a process, cancelled",
    from: "SCHEDULED",
    to: "CANCELLING",
    answer: ["REJECT", "Scheduled flow run has no infrastructure to terminate."],
    writes: "CANCELLED",
  },
  {
    title: "a scheduled run without a process, cancelled by force",
    from: "SCHEDULED",
    to: "CANCELLING",
    by: "minimal",
    answer: ["REJECT", "Scheduled flow run has no infrastructure to terminate."],
    writes: "CANCELLED",
  },
  {
    title: "a run that awaits its retry in a process, cancelled",
    from: "SCHEDULED",
    name: "AwaitingRetry",
    run: { infrastructure_pid: "1" },
    to: "CANCELLING",
    answer: ["ACCEPT"],
    writes: "CANCELLING",
  },
  {
    title: "a resuming run, cancelled",
    from: "SCHEDULED",
    name: "Resuming",
    run: { infrastructure_pid: "1" },
    to: "CANCELLING",
    answer: ["REJECT", "Scheduled flow run has no infrastructure to terminate."],
    writes: "CANCELLED",
  },
  {
    title: "a suspended run, cancelled",
    from: "PAUSED",
    name: "Suspended",
    details: { pause_reschedule: true },
    run: deployed,
    to: "CANCELLING",
    answer: ["REJECT", "Suspended flow run has no infrastructure to terminate."],
    writes: "CANCELLED",
  },
  {
    title: "a paused run past its deadline, cancelled",
    from: "PAUSED",
    details: { pause_timeout: formatTimestamp(before(5)) },
    to: "CANCELLING",
    answer: ["ACCEPT"],
    writes: "CANCELLING",
  },
  ...(["PENDING", "RUNNING", "CANCELLED"] as const).map((from) => ({
    title: `${from}, then pending`,
    from,
    to: "PENDING" as const,
    answer: ["ABORT", `This run is in a ${from} state and cannot transition to a PENDING state.`] as const,
    writes: null,
  })),
  {
    title: "pending, then submitting",
    from: "PENDING",
    to: "PENDING",
    toName: "Submitting",
    answer: ["ACCEPT"],
    writes: "PENDING",
  },
  {
    title: "submitting twice",
    from: "PENDING",
    name: "Submitting",
    to: "PENDING",
    toName: "Submitting",
    answer: ["ABORT", "This run is in a PENDING state and cannot transition to a PENDING state."],
    writes: null,
  },
  {
    title: "submitting, then pending",
    from: "PENDING",
    name: "Submitting",
    to: "PENDING",
    answer: ["ABORT", "This run is in a PENDING state and cannot transition to a PENDING state."],
    writes: null,
  },
  {
    title: "a running run, marked late",
    from: "RUNNING",
    to: "SCHEDULED",
    toName: "Late",
    answer: ["REJECT", "Only scheduled flows can be marked late."],
    writes: null,
  },
  {
    title: "a late run, marked late",
    from: "SCHEDULED",
    name: "Late",
    to: "SCHEDULED",
    toName: "Late",
    by: "late",
    answer: ["REJECT", "This flow run is already marked late."],
    writes: null,
  },
  {
    title: "a scheduled run, marked late",
    from: "SCHEDULED",
    to: "SCHEDULED",
    toName: "Late",
    by: "late",
    answer: ["ACCEPT"],
    writes: "SCHEDULED",
  },
  {
    title: "no state, then paused",
    from: null,
    to: "PAUSED",
    answer: ["ABORT", "Cannot pause flows with no state."],
    writes: null,
  },
  {
    title: "a pending run, paused",
    from: "PENDING",
    to: "PAUSED",
    answer: ["REJECT", "Cannot pause flows that are not currently running."],
    writes: null,
  },
  {
    title: "a pending run, suspended",
    from: "PENDING",
    to: "PAUSED",
    toName: "Suspended",
    answer: ["REJECT", "Cannot suspend flows that are not currently running."],
    writes: null,
  },
  {
    title: "a pause that fired before",
    from: "RUNNING",
    to: "PAUSED",
    toDetails: { pause_key: "k1" },
    policy: { pause_keys: ["k1"] },
    answer: ["REJECT", "This pause has already fired."],
    writes: null,
  },
  {
    title: "a subflow, suspended",
    from: "RUNNING",
    to: "PAUSED",
    toName: "Suspended",
    toDetails: { pause_reschedule: true },
    run: { parent_task_run_id: lease, ...deployed },
    answer: ["ABORT", "Cannot suspend subflows."],
    writes: null,
  },
  {
    title: "a run without a deployment, suspended",
    from: "RUNNING",
    to: "PAUSED",
    toName: "Suspended",
    toDetails: { pause_reschedule: true },
    answer: ["ABORT", "Cannot suspend flows without a deployment."],
    writes: null,
  },
  {
    title: "a paused run, pending",
    from: "PAUSED",
    to: "PENDING",
    answer: ["REJECT", "This run cannot transition to the PENDING state from the PAUSED state."],
    writes: null,
  },
  {
    title: "a suspended run that lost its deployment, resumed",
    from: "PAUSED",
    details: { pause_reschedule: true },
    to: "RUNNING",
    answer: ["REJECT", "Cannot reschedule a running flow run without a deployment."],
    writes: null,
  },
  {
    title: "a paused run past its deadline, resumed",
    from: "PAUSED",
    details: { pause_timeout: formatTimestamp(before(5)) },
    to: "RUNNING",
    answer: ["REJECT", "The flow run pause has timed out and can no longer resume."],
    writes: "FAILED",
  },
  {
    title: "a run before its time",
    from: "SCHEDULED",
    details: { scheduled_time: formatTimestamp(before(-10.6)) },
    to: "RUNNING",
    answer: ["WAIT", "Scheduled time is in the future"],
    writes: null,
  },
  {
    title: "a run before its time by a clock that was moved back since it was scheduled for then",
    from: "SCHEDULED",
    initialTimestamp: before(-3600),
    details: { scheduled_time: formatTimestamp(before(-3605)) },
    to: "RUNNING",
    answer: ["ACCEPT"],
    writes: "RUNNING",
  },
  {
    title: "a pending run half a second before its time",
    from: "PENDING",
    details: { scheduled_time: formatTimestamp(before(-0.5)) },
    to: "RUNNING",
    answer: ["ACCEPT"],
    writes: "RUNNING",
  },
  {
    title: "a failure with retries left",
    from: "RUNNING",
    to: "FAILED",
    run: { run_count: 1 },
    policy: { retries: 1, retry_delay: 30 },
    answer: ["REJECT", "Retrying"],
    writes: "SCHEDULED",
  },
  {
    title: "a failure with no retries left",
    from: "RUNNING",
    to: "FAILED",
    run: { run_count: 2 },
    policy: { retries: 1 },
    answer: ["ACCEPT"],
    writes: "FAILED",
  },
  {
    title: "a failure by force",
    from: "RUNNING",
    to: "FAILED",
    run: { run_count: 1 },
    policy: { retries: 1 },
    by: "minimal",
    answer: ["ACCEPT"],
    writes: "FAILED",
  },
];

describe("the rules of flow runs answer", () => {
  test.each(cases)("$title: $answer", async ({ title: _title, answer, writes, ...given }) => {
    const { status, details, written } = await decide(given);
    expect([status, "reason" in details ? details.reason : undefined]).toEqual([answer[0], answer[1]]);
    expect(written?.type ?? null).toBe(writes);
  });

  test("every type may follow no state", async () => {
    for (const to of stateTypes) {
      expect(await decide({ from: null, to, by: "minimal" })).toMatchObject({
        status: "ACCEPT",
        written: { type: to },
      });
    }
  });
});
