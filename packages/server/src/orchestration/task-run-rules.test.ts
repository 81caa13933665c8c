import { formatTimestamp, noTimes, type StateType, type Timestamp, toTimestamp } from "@ostinato/core";
import type { StateDetails, TaskRunPolicy } from "@ostinato/protocol";
import { describe, expect, test } from "vitest";
import { orchestrate } from "./engine.ts";
import { proposalOf, type RunState } from "./state.ts";
import {
  backgroundTaskRunRules,
  coreTaskRunRules,
  minimalTaskRunRules,
  mirrorRules,
  transformTaskRun,
} from "./task-run-rule-sets.ts";
import type { TaskRunFacts, TaskRunSubject } from "./task-run-rules.ts";

const now = toTimestamp("2030-01-01T12:00:00Z");
const before = (seconds: number) => (now - seconds * 1_000_000) as Timestamp;
const newId = "00000000-0000-7000-8000-0000000000ee";
const flowId = "00000000-0000-7000-8000-0000000000ff";
const runningFlow = { id: flowId, run_count: 1, state: { type: "RUNNING", details: {} } } as const;

interface Given {
  readonly from: StateType | null;
  readonly name?: string;
  readonly details?: StateDetails;
  readonly data?: unknown;
  readonly to: StateType;
  readonly toDetails?: StateDetails;
  readonly toData?: unknown;
  readonly run?: Partial<TaskRunSubject>;
  readonly policy?: TaskRunPolicy;
  readonly facts?: Partial<TaskRunFacts>;
  readonly by?: "core" | "background" | "minimal" | "mirror";
  readonly chance?: number;
}

const ruleSets = {
  core: coreTaskRunRules,
  background: backgroundTaskRunRules,
  minimal: minimalTaskRunRules,
  mirror: mirrorRules,
};

async function decide(given: Given) {
  const {
    from,
    name,
    details = {},
    data = null,
    to,
    toDetails = {},
    toData = null,
    run,
    policy = {},
    facts,
    by = "core",
    chance = 0.5,
  } = given;
  const initial: RunState | null =
    from === null
      ? null
      : {
          ...proposalOf(
            { type: from, ...(name === undefined ? {} : { name }), state_details: details, data },
            before(9),
          ),
          id: "00000000-0000-7000-8000-000000000001",
          timestamp: before(10),
        };
  const known: TaskRunFacts = { flowRun: runningFlow, cached: null, ...facts };
  return orchestrate(
    { ruleSet: ruleSets[by], transform: transformTaskRun, load: async (fact) => known[fact] },
    {
      run: {
        ...noTimes,
        id: "00000000-0000-7000-8000-0000000000aa",
        flow_run_id: flowId,
        flow_run_run_count: 0,
        policy,
        ...run,
      },
      initial,
      proposed: proposalOf({ type: to, state_details: toDetails, data: toData }, now),
      now,
      newId: () => newId,
      random: () => chance,
    },
  );
}

const cached = proposalOf({ type: "COMPLETED", data: { storage_key: "k" } }, now);

describe("the rules of task runs answer", () => {
  const cases: readonly (Given & {
    readonly title: string;
    readonly answer: readonly [string, string?];
    readonly writes: readonly [StateType, string] | null;
  })[] = [
    {
      title: "a task whose result is in the cache",
      from: "PENDING",
      to: "RUNNING",
      facts: { cached },
      answer: ["REJECT", "Retrieved state from cache"],
      writes: ["COMPLETED", "Cached"],
    },
    {
      title: "a failed task, crashed",
      from: "FAILED",
      to: "CRASHED",
      answer: ["ABORT", "Run is already FAILED."],
      writes: null,
    },
    {
      title: "a completed task with a result, once more",
      from: "COMPLETED",
      data: { storage_key: "k" },
      to: "RUNNING",
      answer: ["REJECT", "This run is already completed."],
      writes: null,
    },
    {
      title: "a failed task, once more",
      from: "FAILED",
      to: "RUNNING",
      run: { run_count: 3, flow_run_run_count: 1 },
      answer: ["ACCEPT"],
      writes: ["RUNNING", "Running"],
    },
    {
      title: "a failed task when its flow run is retried",
      from: "FAILED",
      to: "RUNNING",
      run: { run_count: 3, flow_run_run_count: 1 },
      facts: { flowRun: { ...runningFlow, run_count: 2 } },
      answer: ["ACCEPT"],
      writes: ["RUNNING", "Retrying"],
    },
    {
      title: "a task of a flow run without a state",
      from: "PENDING",
      to: "RUNNING",
      facts: { flowRun: { ...runningFlow, state: null } },
      answer: ["ABORT", "The enclosing flow must be running to begin task execution."],
      writes: null,
    },
    {
      title: "a task of a flow run that ended",
      from: "PENDING",
      to: "RUNNING",
      facts: { flowRun: { ...runningFlow, state: { type: "COMPLETED", details: {} } } },
      answer: ["ABORT", "The enclosing flow must be running to begin task execution."],
      writes: null,
    },
    {
      title: "a task of a paused flow run",
      from: "PENDING",
      to: "RUNNING",
      facts: { flowRun: { ...runningFlow, state: { type: "PAUSED", details: { pause_reschedule: true } } } },
      answer: ["REJECT", `The flow is paused, new tasks can execute after resuming flow run: ${flowId}.`],
      writes: ["PAUSED", "NotReady"],
    },
    {
      title: "a task without a flow run",
      from: "PENDING",
      to: "RUNNING",
      run: { flow_run_id: null },
      facts: { flowRun: null },
      answer: ["ACCEPT"],
      writes: ["RUNNING", "Running"],
    },
    {
      title: "a failure with retries left",
      from: "RUNNING",
      to: "FAILED",
      run: { run_count: 1 },
      policy: { retries: 1 },
      answer: ["REJECT", "Retrying"],
      writes: ["SCHEDULED", "AwaitingRetry"],
    },
    {
      title: "a failure that is not to be retried",
      from: "RUNNING",
      to: "FAILED",
      toDetails: { retriable: false },
      run: { run_count: 1 },
      policy: { retries: 1 },
      answer: ["ACCEPT"],
      writes: ["FAILED", "Failed"],
    },
    {
      title: "a retry",
      from: "SCHEDULED",
      name: "AwaitingRetry",
      details: { scheduled_time: formatTimestamp(before(1)) },
      to: "RUNNING",
      run: { run_count: 1 },
      answer: ["ACCEPT"],
      writes: ["RUNNING", "Retrying"],
    },
    {
      title: "a second start",
      from: "PENDING",
      to: "RUNNING",
      run: { run_count: 1 },
      answer: ["ACCEPT"],
      writes: ["RUNNING", "Rerunning"],
    },
    {
      title: "a key too long for the cache",
      from: "RUNNING",
      to: "COMPLETED",
      toDetails: { cache_key: "k".repeat(2001) },
      answer: ["REJECT", "Cache key exceeded maximum allowed length of 2000 characters."],
      writes: ["COMPLETED", "Completed"],
    },
    { title: "pending twice", from: "PENDING", to: "PENDING", answer: ["ACCEPT"], writes: ["PENDING", "Pending"] },
    {
      title: "pending twice in the background",
      from: "PENDING",
      to: "PENDING",
      by: "background",
      answer: ["ABORT", "This run is in a PENDING state and cannot transition to a PENDING state."],
      writes: null,
    },
    {
      title: "a failure by force",
      from: "RUNNING",
      to: "FAILED",
      run: { run_count: 1 },
      policy: { retries: 1 },
      by: "minimal",
      answer: ["ACCEPT"],
      writes: ["FAILED", "Failed"],
    },
  ];

  test.each(cases)("$title: $answer", async ({ title: _title, answer, writes, ...given }) => {
    const { status, details, written } = await decide(given);
    expect([status, "reason" in details ? details.reason : undefined]).toEqual([answer[0], answer[1]]);
    expect(written === null ? null : [written.type, written.name]).toEqual(writes);
  });
});

describe("the rules of task runs change", () => {
  test("delays come from the list by attempt, and its last one repeats", async () => {
    const delayOf = async (run_count: number) => {
      const policy = { retries: 9, retry_delay: [1, 20] };
      const { written } = await decide({ from: "RUNNING", to: "FAILED", run: { run_count }, policy });
      return (toTimestamp(written?.details.scheduled_time ?? 0) - now) / 1_000_000;
    };
    expect([await delayOf(1), await delayOf(2), await delayOf(3)]).toEqual([1, 20, 20]);
  });

  test("a delay with jitter is never shorter than requested, and longer by a part of the factor", async () => {
    const policy = { retries: 9, retry_delay: 10, retry_jitter_factor: 0.5 };
    const delayBy = async (chance: number) => {
      const { written } = await decide({ from: "RUNNING", to: "FAILED", run: { run_count: 1 }, policy, chance });
      return (toTimestamp(written?.details.scheduled_time ?? 0) - now) / 1_000_000;
    };
    expect([await delayBy(0), await delayBy(0.5), await delayBy(1)]).toEqual([10, 12.5, 15]);
  });

  test("a start counts the attempt of the flow run", async () => {
    const { run } = await decide({
      from: "PENDING",
      to: "RUNNING",
      facts: { flowRun: { ...runningFlow, run_count: 4 } },
    });
    expect(run).toMatchObject({ run_count: 1, flow_run_run_count: 4 });
  });

  test("leaving a terminal state counts attempts from the beginning", async () => {
    const { run } = await decide({ from: "FAILED", to: "RUNNING", run: { run_count: 3, flow_run_run_count: 1 } });
    expect(run.run_count).toBe(1);
  });

  test("a completed state is kept under its key", async () => {
    const toDetails = { cache_key: "k", cache_expiration: formatTimestamp(before(-60)) };
    const { effects } = await decide({ from: "RUNNING", to: "COMPLETED", toDetails });
    expect(effects).toEqual([{ kind: "cache", key: "k", expires: before(-60) }]);
  });

  test("a state with a result asks for an artifact of it, but not where it mirrors a subflow's", async () => {
    const toData = { storage_key: "k" };
    expect((await decide({ from: "RUNNING", to: "COMPLETED", toData })).effects).toEqual([{ kind: "keep-result" }]);
    expect((await decide({ from: "RUNNING", to: "COMPLETED", toData, by: "mirror" })).effects).toEqual([]);
  });

  test("a task worker's arguments go along with the states", async () => {
    const task_parameters_id = "00000000-0000-4000-8000-00000000000b";
    const { written } = await decide({
      from: "SCHEDULED",
      details: { task_parameters_id, scheduled_time: formatTimestamp(before(1)) },
      to: "PENDING",
      by: "background",
    });
    expect(written?.details).toMatchObject({ task_parameters_id, scheduled_time: formatTimestamp(before(1)) });
  });
});
