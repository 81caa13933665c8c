import type { Client } from "@ostinato/client";
import {
  addSeconds,
  defaultStateName,
  formatTimestamp,
  fromMillis,
  randomId,
  type StateType,
  timeOrderedId,
} from "@ostinato/core";
import {
  createArtifact,
  createEvents,
  createFlow,
  createFlowRun,
  createLogs,
  type EventCreate,
  importFlowRuns,
  type StateCreate,
  setFlowRunState,
} from "@ostinato/protocol";

/** Fixtures for browser tests, recorded through the server's API. */
export async function createFlowNamed(client: Client, name: string): Promise<string> {
  return (await client.call(createFlow, { body: { name, tags: [], labels: {} } })).id;
}

export interface PastRun {
  readonly id?: string;
  readonly flowId: string;
  readonly name: string;
  /** The start in seconds before now, and the duration. */
  readonly ago: number;
  readonly took: number;
  readonly state?: StateType;
  readonly message?: string;
  readonly tags?: readonly string[];
  /** How many seconds after the start an attempt failed, where there was one before the last. */
  readonly retriedAfter?: number;
}

/** Records finished runs of the past. */
export async function recordPastRuns(client: Client, runs: readonly PastRun[]): Promise<readonly string[]> {
  const now = Date.now();
  const at = (ago: number) => new Date(now - ago * 1000).toISOString();
  const imported = runs.map((run) => ({
    id: run.id ?? randomId(),
    flow_id: run.flowId,
    name: run.name,
    tags: [...(run.tags ?? [])],
    parameters: { month: "2021-01" },
    states: [
      { type: "PENDING" as const, timestamp: at(run.ago + 0.1) },
      { type: "RUNNING" as const, timestamp: at(run.ago) },
      ...(run.retriedAfter === undefined
        ? []
        : [
            {
              type: "SCHEDULED" as const,
              name: "AwaitingRetry",
              timestamp: at(run.ago - run.retriedAfter),
            },
            { type: "RUNNING" as const, name: "Retrying", timestamp: at(run.ago - run.retriedAfter - 1) },
          ]),
      ...(run.state === "RUNNING"
        ? []
        : [
            {
              type: run.state ?? ("COMPLETED" as const),
              message: run.message ?? null,
              timestamp: at(run.ago - run.took),
            },
          ]),
    ],
  }));
  for (let from = 0; from < imported.length; from += 200) {
    await client.call(importFlowRuns, { body: { flow_runs: imported.slice(from, from + 200) } });
  }
  return imported.map((run) => run.id);
}

/** A run that begins now and continues until `end` is called. */
export async function startRun(
  client: Client,
  options: {
    readonly flowId: string;
    readonly name: string;
    readonly parentTaskRunId?: string;
    readonly parameters?: Readonly<Record<string, unknown>>;
    /** Recorded as Prefect's client does, without a file of the flow. */
    readonly byPrefect?: boolean;
  },
) {
  const run = await client.call(createFlowRun, {
    body: {
      flow_id: options.flowId,
      name: options.name,
      parameters: { ...(options.parameters ?? { month: "2021-01" }) },
      labels: options.byPrefect === true ? {} : { "ostinato.entrypoint": "flows.ts" },
      parent_task_run_id: options.parentTaskRunId ?? null,
      state: { type: "PENDING" },
    },
  });
  const move = (state: StateCreate) =>
    client.call(setFlowRunState, { params: { id: run.id }, body: { state, force: true } });
  await move({ type: "RUNNING" });
  const end = (type: StateType, message?: string, details: StateCreate["state_details"] = {}) =>
    move({ type, message: message ?? null, state_details: details });
  return { id: run.id, end };
}

export interface RecordedTask {
  readonly id?: string;
  readonly name: string;
  readonly key?: string;
  /** Seconds after the first task of the run. */
  readonly start: number;
  readonly took: number;
  readonly state?: StateType;
  readonly stateName?: string;
  readonly message?: string;
  readonly attempts?: number;
  /** The attempt of the flow run that called it. */
  readonly flowRunAttempt?: number;
  readonly parents?: readonly string[];
  /** The calling task run. */
  readonly within?: string;
  /** The stored location of a result, in the form of Prefect's client. */
  readonly data?: unknown;
  readonly values?: Readonly<Record<string, unknown>>;
}

/** Reports task runs as the SDK does; the last state of each is enough. */
export async function recordTasks(
  client: Client,
  flowRunId: string,
  tasks: readonly RecordedTask[],
): Promise<readonly string[]> {
  const zero = Date.now() - 60_000;
  const ids = tasks.map((task) => task.id ?? randomId());
  const events = tasks.map((task, index) => taskEvent(flowRunId, { ...task, id: ids[index] ?? "" }, zero));
  for (let from = 0; from < events.length; from += 2000) {
    await client.call(createEvents, { body: events.slice(from, from + 2000) });
  }
  return ids;
}

export interface RecordedLine {
  readonly message: string;
  readonly level?: number;
  readonly taskRunId?: string;
  /** Seconds before now; by default lines come within the last minute, one after the other. */
  readonly ago?: number;
}

export async function recordLogs(client: Client, flowRunId: string, lines: readonly RecordedLine[]): Promise<void> {
  const start = Date.now() - 50_000;
  const logs = lines.map((line, index) => ({
    name: "ostinato.flow_runs",
    level: line.level ?? 20,
    message: line.message,
    timestamp: formatTimestamp(
      line.ago === undefined
        ? addSeconds(fromMillis(start), index / 10_000)
        : addSeconds(fromMillis(start + 50_000), -line.ago),
    ),
    flow_run_id: flowRunId,
    task_run_id: line.taskRunId ?? null,
  }));
  for (let from = 0; from < logs.length; from += 10_000)
    await client.call(createLogs, { body: logs.slice(from, from + 10_000) });
}

export async function leaveArtifact(
  client: Client,
  artifact: {
    readonly key: string;
    readonly type: string;
    readonly data: unknown;
    readonly description?: string;
    readonly flowRunId?: string;
  },
): Promise<string> {
  const made = await client.call(createArtifact, {
    body: {
      key: artifact.key,
      type: artifact.type,
      data: artifact.data,
      description: artifact.description ?? null,
      flow_run_id: artifact.flowRunId ?? null,
    },
  });
  return made.id;
}

function taskEvent(flowRunId: string, task: RecordedTask & { readonly id: string }, zero: number): EventCreate {
  const type = task.state ?? "COMPLETED";
  const name = task.stateName ?? defaultStateName[type];
  const start = zero + task.start * 1000;
  const end = start + task.took * 1000;
  const running = type === "RUNNING";
  const occurred = fromMillis(running ? start : end);
  return {
    id: timeOrderedId(occurred),
    occurred: formatTimestamp(occurred),
    event: `prefect.task-run.${name}`,
    follows: null,
    resource: {
      "prefect.resource.id": `prefect.task-run.${task.id}`,
      "prefect.resource.name": task.name,
      "prefect.run-count": String(task.attempts ?? 1),
      "prefect.state-name": name,
      "prefect.state-type": type,
      "prefect.state-timestamp": formatTimestamp(occurred),
      "prefect.orchestration": "client",
    },
    related: [{ "prefect.resource.id": `prefect.flow-run.${flowRunId}`, "prefect.resource.role": "flow-run" }],
    payload: {
      intended: { from: null, to: type },
      initial_state: null,
      validated_state: { type, name, message: task.message ?? "", state_details: {}, data: task.data ?? null },
      task_run: {
        name: task.name,
        task_key: task.key ?? task.name,
        dynamic_key: task.id,
        empirical_policy: { retries: 0 },
        tags: [],
        labels: {},
        task_inputs: {
          input: (task.parents ?? []).map((id) => ({ input_type: "task_run", id })),
          ...(task.within === undefined ? {} : { __parents__: [{ input_type: "task_run", id: task.within }] }),
        },
        run_count: task.attempts ?? 1,
        flow_run_run_count: task.flowRunAttempt ?? 1,
        expected_start_time: formatTimestamp(fromMillis(start)),
        start_time: formatTimestamp(fromMillis(start)),
        ...(running ? {} : { end_time: formatTimestamp(fromMillis(end)) }),
        total_run_time: task.took,
      },
      ...(task.values === undefined ? {} : { ostinato: task.values }),
    },
  };
}
