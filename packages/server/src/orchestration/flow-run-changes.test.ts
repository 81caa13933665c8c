import { formatTimestamp } from "@ostinato/core";
import { describe, expect, test } from "vitest";
import { before, decide, newId } from "../../test/flow-run-trial.ts";

const kept = { storage_key: "k" };
const deployed = { deployment_id: "00000000-0000-4000-8000-00000000000d" };
const lease = "00000000-0000-4000-8000-00000000001e";

describe("the rules of flow runs change", () => {
  test("the lease of a deployment's slot stays, even if the client sends null", async () => {
    const { written } = await decide({
      from: "RUNNING",
      details: { deployment_concurrency_lease_id: lease },
      to: "COMPLETED",
      toDetails: { deployment_concurrency_lease_id: null },
    });
    expect(written?.details.deployment_concurrency_lease_id).toBe(lease);
  });

  test("the scheduled time passes to pending, and on to the next pending state", async () => {
    const scheduled_time = formatTimestamp(before(1));
    const pending = await decide({ from: "SCHEDULED", details: { scheduled_time }, to: "PENDING" });
    expect(pending.written?.details.scheduled_time).toBe(scheduled_time);
    const submitting = await decide({
      from: "PENDING",
      details: { scheduled_time },
      to: "PENDING",
      toName: "Submitting",
    });
    expect(submitting.written?.details.scheduled_time).toBe(scheduled_time);
  });

  test("a failure that is repeated because its answer was lost does not fail a run that waits for its retry", async () => {
    const transition_id = "00000000-0000-4000-8000-0000000000ff";
    const failure = {
      to: "FAILED",
      toDetails: { transition_id },
      run: { run_count: 1 },
      policy: { retries: 1 },
    } as const;
    const first = await decide({ from: "RUNNING", ...failure });
    expect(first.written).toMatchObject({ type: "SCHEDULED", name: "AwaitingRetry", details: { transition_id } });
    const again = await decide({ from: "SCHEDULED", details: first.written?.details ?? {}, ...failure });
    expect(again).toMatchObject({ status: "REJECT", written: null });
  });

  test("a wait is answered in whole seconds", async () => {
    const details = { scheduled_time: formatTimestamp(before(-10.6)) };
    expect((await decide({ from: "SCHEDULED", details, to: "RUNNING" })).details).toEqual({
      type: "wait_details",
      delay_seconds: 11,
      reason: "Scheduled time is in the future",
    });
  });

  test("a retry comes after the delay, with message, data and lease of the failure, and forgets the pauses", async () => {
    const { run, written } = await decide({
      from: "RUNNING",
      details: { deployment_concurrency_lease_id: lease },
      to: "FAILED",
      message: "boom",
      toData: kept,
      run: { run_count: 1 },
      policy: { retries: 1, retry_delay: 30, pause_keys: ["k"], resuming: true },
    });
    expect(written).toMatchObject({
      name: "AwaitingRetry",
      message: "boom",
      data: kept,
      details: { scheduled_time: formatTimestamp(before(-30)), deployment_concurrency_lease_id: lease },
    });
    expect(run.policy).toMatchObject({ resuming: false, pause_keys: [], retry_type: "in_process" });
    expect(run.next_scheduled_start_time).toBe(before(-30));
  });

  test("a run that is scheduled again forgets its pauses, unless the transition is refused", async () => {
    const policy = { pause_keys: ["k"], resuming: true, retry_type: null };
    const rerun = await decide({ from: "FAILED", to: "SCHEDULED", run: deployed, policy });
    expect(rerun.run.policy).toMatchObject({ pause_keys: [], resuming: false, retry_type: "reschedule" });
    const refused = await decide({ from: "FAILED", to: "SCHEDULED", policy });
    expect(refused.run.policy).toEqual(policy);
  });

  test("a pause records its key, or a generated key if it has none", async () => {
    const policy = { pause_keys: ["k1"] };
    const named = await decide({ from: "RUNNING", to: "PAUSED", toDetails: { pause_key: "k2" }, policy });
    expect(named.run.policy.pause_keys).toEqual(["k1", "k2"]);
    const unnamed = await decide({ from: "RUNNING", to: "PAUSED", policy });
    expect(unnamed.run.policy.pause_keys).toEqual(["k1", newId]);
  });

  test("a run that resumes in its process is counted the first time only", async () => {
    const first = await decide({ from: "PAUSED", to: "RUNNING", run: { run_count: 1 } });
    expect(first.run).toMatchObject({ run_count: 2, policy: { resuming: true } });
    const second = await decide({ from: "PAUSED", to: "RUNNING", run: { ...first.run } });
    expect(second.run).toMatchObject({ run_count: 2, policy: { resuming: true } });
  });

  test("a blocking pause that is scheduled again is forgotten, together with the input that it waited for", async () => {
    const policy = { pause_keys: ["k"], resuming: true };
    const lost = await decide({ from: "PAUSED", to: "SCHEDULED", policy });
    expect(lost.run.policy).toMatchObject({ pause_keys: [], resuming: false, retry_type: "reschedule" });
    const again = await decide({
      from: "RUNNING",
      to: "PAUSED",
      toDetails: { run_input_keyset: { response: "r", schema: "s" } },
    });
    expect(again.effects).toContainEqual({ kind: "forget-inputs", keys: ["r", "s"] });
  });

  test("a suspended run is not counted as another run when it resumes", async () => {
    const details = { pause_reschedule: true };
    const run = { run_count: 1, ...deployed };
    const rescheduled = await decide({ from: "PAUSED", details, to: "SCHEDULED", run });
    expect(rescheduled.run.policy.resuming).toBe(true);
    const again = await decide({ from: "PENDING", to: "RUNNING", run: { ...rescheduled.run } });
    expect(again.run).toMatchObject({ run_count: 1, policy: { resuming: false } });
  });

  test("the failure after an expired pause names the state that was proposed", async () => {
    const details = { pause_timeout: formatTimestamp(before(1)) };
    const { written } = await decide({ from: "PAUSED", details, to: "COMPLETED" });
    expect(written?.message).toBe("The flow was completed and never resumed.");
  });

  test("a subflow's state is recorded and mirrored, another run's is only recorded", async () => {
    const parent_task_run_id = lease;
    const subflow = await decide({ from: "PENDING", to: "RUNNING", run: { parent_task_run_id } });
    expect(subflow.effects).toEqual([{ kind: "mirror", taskRunId: lease }, { kind: "record-event" }]);
    expect(subflow.written?.details.task_run_id).toBe(lease);
    expect((await decide({ from: "PENDING", to: "RUNNING" })).effects).toEqual([{ kind: "record-event" }]);
    expect((await decide({ from: "RUNNING", to: "PENDING" })).effects).toEqual([]);
  });
});
