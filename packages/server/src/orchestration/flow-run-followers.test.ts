import type { StateType } from "@ostinato/core";
import { describe, expect, test } from "vitest";
import { before, decide, type Given, now } from "../../test/flow-run-trial.ts";

const heartbeat = { heartbeat_seconds: 30 };
const noted = { kind: "note-heartbeat", intervalSeconds: 30, process: undefined };
const recorded = { kind: "record-event" };
const parent = "00000000-0000-7000-8000-0000000000bb";

/** What is to be done beside the state that is written. The run came into the state before ten seconds ago. */
const cases: readonly (Given & { readonly title: string; readonly effects: readonly object[] })[] = [
  { title: "any state", from: "PENDING", to: "RUNNING", effects: [recorded] },
  {
    title: "a state with a heartbeat",
    from: "PENDING",
    to: "RUNNING",
    toDetails: heartbeat,
    effects: [noted, recorded],
  },
  {
    title: "a state with a result",
    from: "RUNNING",
    to: "COMPLETED",
    toData: { storage_key: "k" },
    effects: [{ kind: "keep-result" }, recorded],
  },
  {
    title: "a result that was not kept",
    from: "RUNNING",
    to: "COMPLETED",
    toData: { type: "unpersisted" },
    effects: [recorded],
  },
  {
    title: "a state of a subflow",
    from: "RUNNING",
    to: "COMPLETED",
    run: { parent_task_run_id: parent },
    effects: [{ kind: "mirror", taskRunId: parent }, recorded],
  },
  {
    title: "a cancelled run",
    from: "RUNNING",
    to: "CANCELLED",
    effects: [
      { kind: "end-open-task-runs", why: "cancelled", until: now },
      { kind: "release-all-slots" },
      { kind: "cancel-subflows" },
      recorded,
    ],
  },
  {
    title: "a run whose process was lost",
    from: "RUNNING",
    to: "CRASHED",
    toDetails: { process_lost: true },
    effects: [{ kind: "end-open-task-runs", why: "died", until: now }, { kind: "release-all-slots" }, recorded],
  },
  {
    title: "a crash that the process told of",
    from: "RUNNING",
    to: "CRASHED",
    effects: [{ kind: "release-all-slots" }, recorded],
  },
  {
    title: "a further attempt after an end, in a process of its own",
    from: "CRASHED",
    to: "RUNNING",
    toDetails: heartbeat,
    run: { run_count: 1 },
    effects: [{ kind: "end-open-task-runs", why: "died", until: before(10) }, noted, recorded],
  },
  {
    title: "a further attempt after a failure, whose process was heard of",
    from: "SCHEDULED",
    name: "AwaitingRetry",
    details: { scheduled_time: "2030-01-01T11:59:00Z" },
    to: "RUNNING",
    toDetails: heartbeat,
    run: { run_count: 1 },
    facts: { lastSign: before(4) },
    effects: [{ kind: "end-open-task-runs", why: "died", until: before(4) }, noted, recorded],
  },
  {
    title: "a further attempt after a failure, whose process was never heard of",
    from: "SCHEDULED",
    name: "AwaitingRetry",
    details: { scheduled_time: "2030-01-01T11:59:00Z" },
    to: "RUNNING",
    toDetails: heartbeat,
    run: { run_count: 1 },
    effects: [{ kind: "end-open-task-runs", why: "died", until: before(10) }, noted, recorded],
  },
  {
    title: "a further attempt of which nobody has said that its process lives for it alone",
    from: "CRASHED",
    to: "RUNNING",
    run: { run_count: 1 },
    effects: [recorded],
  },
  {
    title: "a run that goes on after a pause",
    from: "PAUSED",
    to: "RUNNING",
    toDetails: heartbeat,
    run: { run_count: 1 },
    effects: [noted, recorded],
  },
  {
    title: "a pause that asks for input",
    from: "RUNNING",
    to: "PAUSED",
    toDetails: { run_input_keyset: { schema: "a", response: "b" } },
    effects: [{ kind: "forget-inputs", keys: ["a", "b"] }, recorded],
  },
];

describe("what follows", () => {
  test.each(cases)("$title", async ({ title: _title, effects, ...given }) => {
    expect((await decide(given)).effects).toEqual(effects);
  });

  test("nothing follows a refusal", async () => {
    const given = { from: "COMPLETED", to: "CRASHED" } satisfies { from: StateType; to: StateType };
    expect(await decide(given)).toMatchObject({ status: "ABORT", effects: [] });
  });
});
