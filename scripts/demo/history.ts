import {
  addSeconds,
  formatTimestamp,
  previewOf,
  randomId,
  randomRunName,
  type Timestamp,
  timeOrderedId,
} from "@ostinato/core";
import { type EventCreate, type ImportedFlowRun, type LogCreate, logLevels, type Resource } from "@ostinato/protocol";
import type { FlowPlan, TaskPlan } from "./plans.ts";
import type { Random } from "./random.ts";

/** A made-up run in the API's import format. */
export interface MadeUpRun {
  readonly flowRun: ImportedFlowRun;
  readonly events: readonly EventCreate[];
  readonly logs: readonly LogCreate[];
  readonly report: string | undefined;
}

export interface Occasion {
  readonly plan: FlowPlan;
  readonly flowId: string;
  readonly start: Timestamp;
  readonly random: Random;
  /** Multiplies the usual failure rate: a bad day of a dependency. */
  readonly trouble?: number;
  /** Multiplies the usual duration. */
  readonly pace?: number;
}

/** The part of a run up to a moment: an open run has no end yet. */
export function cutAt(run: MadeUpRun, now: Timestamp): MadeUpRun {
  const until = formatTimestamp(now);
  const { flowRun, events, logs, report } = run;
  const states = flowRun.states.filter(({ timestamp }) => String(timestamp) <= until);
  return {
    flowRun: { ...flowRun, states },
    events: events.filter(({ occurred }) => occurred <= until),
    logs: logs.filter(({ timestamp }) => timestamp <= until),
    report: states.length < flowRun.states.length ? undefined : report,
  };
}

/** Makes up one run: its tasks in the order of their dependencies, some retried, one failing if the run fails. */
export function makeUpRun(occasion: Occasion): MadeUpRun {
  const { plan, flowId, start, random, trouble = 1, pace = 1 } = occasion;
  const id = timeOrderedId(start);
  const name = randomRunName(random.next);
  const end = chooseEnd(plan, random, trouble);
  // Some runs take far longer than the others, as with a slow dependency.
  const slow = random.chance(0.03) ? 1.5 + random.next() * 2 : 1;
  const told = { plan, random, id, name, flowId, end, pace: pace * slow };
  const recording: Recording = { ...told, events: [], logs: [], finished: new Map() };
  const expected = addSeconds(start, -lateness(random));
  const attempt = firstAttempt(recording, addSeconds(start, random.skewed(0.4)));
  const { begin } = attempt;
  say(recording, begin, `started flow "${plan.name}"`);
  const ended = addSeconds(recordTasks(recording, begin), 0.05 + random.next() * 0.2);
  const message = recording.failure ?? messages[end.type];
  say(
    recording,
    ended,
    message === "" ? "completed" : `${end.name.toLowerCase()}: ${message}`,
    end.type === "COMPLETED" ? "info" : "error",
  );
  const states: ImportedFlowRun["states"] = [
    { type: "SCHEDULED", name: "Scheduled", timestamp: formatTimestamp(expected) },
    { type: "PENDING", name: "Pending", timestamp: formatTimestamp(start) },
    ...attempt.states,
    { type: end.type, name: end.name, message, timestamp: formatTimestamp(ended) },
  ];
  return {
    flowRun: {
      id,
      flow_id: flowId,
      name,
      flow_version: "1",
      parameters: { ...plan.parameters(random) },
      tags: [...plan.tags],
      states,
    },
    events: [...recording.events, ...eventsOfStates(told, states)],
    logs: recording.logs,
    report: end.type === "COMPLETED" ? plan.report?.(random) : undefined,
  };
}

/** What a server would have recorded of these states. */
function eventsOfStates(
  told: Pick<Recording, "id" | "name" | "flowId" | "plan">,
  states: ImportedFlowRun["states"],
): readonly EventCreate[] {
  const [, ...related] = relatedOf(told);
  return states.map(({ type, name = type, message = "", timestamp }) => ({
    id: randomId(),
    occurred: String(timestamp),
    event: `prefect.flow-run.${name}`,
    resource: {
      "prefect.resource.id": `prefect.flow-run.${told.id}`,
      "prefect.resource.name": told.name,
      "prefect.state-message": message ?? "",
      "prefect.state-name": name ?? type,
      "prefect.state-type": type,
    },
    related,
    payload: {},
  }));
}

/** Seconds between the expected and the actual start: usually almost none, sometimes minutes. */
function lateness(random: Random): number {
  return random.chance(0.06) ? random.skewed(180, 0.8) : random.skewed(1.5);
}

const retrySeconds = 30;

/** The states up to the last attempt: now and then an earlier one failed at once. */
function firstAttempt(recording: Recording, start: Timestamp): { begin: Timestamp; states: ImportedFlowRun["states"] } {
  const { random, plan } = recording;
  const running = { type: "RUNNING", name: "Running", timestamp: formatTimestamp(start) } as const;
  if (!random.chance(0.04)) return { begin: start, states: [running] };
  const message = random.pick(plan.tasks[0]?.fails ?? ["connection refused"]);
  const failed = addSeconds(start, random.skewed(3));
  const begin = addSeconds(failed, retrySeconds);
  say(recording, start, `started flow "${plan.name}"`);
  say(recording, failed, `failed: ${message}; trying again in ${retrySeconds} s (retry 1 of 2)`, "warning");
  return {
    begin,
    states: [
      running,
      { type: "SCHEDULED", name: "AwaitingRetry", message, timestamp: formatTimestamp(failed) },
      { type: "RUNNING", name: "Retrying", timestamp: formatTimestamp(begin) },
    ],
  };
}

interface End {
  readonly type: "COMPLETED" | "FAILED" | "CRASHED" | "CANCELLED";
  readonly name: string;
}

const messages: Readonly<Record<End["type"], string>> = {
  COMPLETED: "",
  FAILED: "",
  CRASHED: "The process was ended by SIGTERM.",
  CANCELLED: "Cancelled by hand.",
};

interface Recording {
  readonly plan: FlowPlan;
  readonly random: Random;
  readonly id: string;
  readonly name: string;
  readonly flowId: string;
  readonly events: EventCreate[];
  readonly logs: LogCreate[];
  readonly end: End;
  readonly pace: number;
  /** Finished runs of each task: their ids, and the time of the last. */
  readonly finished: Map<string, { readonly ids: readonly string[]; readonly at: Timestamp }>;
  failure?: string;
}

function chooseEnd({ failed: usually }: FlowPlan, random: Random, trouble: number): End {
  const failed = Math.min(0.9, usually * trouble);
  const roll = random.next();
  if (roll < failed) return { type: "FAILED", name: "Failed" };
  if (roll < failed + 0.01) return { type: "CRASHED", name: "Crashed" };
  if (roll < failed + 0.025) return { type: "CANCELLED", name: "Cancelled" };
  return { type: "COMPLETED", name: "Completed" };
}

/** Records the tasks and returns the end of the last one. */
function recordTasks(recording: Recording, begin: Timestamp): Timestamp {
  const { plan, random, end } = recording;
  const stopAt = end.type === "COMPLETED" ? undefined : random.whole(0, plan.tasks.length - 1);
  let last = begin;
  for (const [index, task] of plan.tasks.entries()) {
    const needed = (task.after ?? []).flatMap((name) => recording.finished.get(name) ?? []);
    const start = latestOf([begin, ...needed.map(({ at }) => at)]);
    const [least, most] = task.runs ?? [1, 1];
    const runs = random.whole(least, most);
    const ids: string[] = [];
    for (let number = 0; number < runs; number += 1) {
      const fails = index === stopAt && number === runs - 1;
      // Not all runs of a mapped task begin at once.
      const queued = addSeconds(start, 0.01 + (number * task.seconds * recording.pace) / 4);
      const run = tellTaskRun(recording, {
        task,
        number,
        start: queued,
        fails,
        inputs: needed.flatMap((one) => one.ids),
      });
      ids.push(run.id);
      if (run.end > last) last = run.end;
    }
    recording.finished.set(task.name, { ids, at: last });
    if (index === stopAt) break;
  }
  return last;
}

function latestOf(moments: readonly Timestamp[]): Timestamp {
  return Math.max(...moments) as Timestamp;
}

interface TaskRunStory {
  readonly task: TaskPlan;
  readonly number: number;
  readonly start: Timestamp;
  /** Whether it ends as its flow run does, which does not complete. */
  readonly fails: boolean;
  readonly inputs: readonly string[];
}

function tellTaskRun(recording: Recording, told: TaskRunStory): { readonly id: string; readonly end: Timestamp } {
  const { random, end, pace } = recording;
  const { task, number, start, fails } = told;
  const seconds = task.seconds * pace;
  const record = taskRunRecord(recording, { ...told, id: timeOrderedId(start), name: `${task.name}-${number}` });
  let at = start;
  const pass = (seconds: number) => {
    at = addSeconds(at, Math.max(0.001, seconds));
    return at;
  };
  record.enter("PENDING", "Pending", at);
  record.enter("RUNNING", "Running", pass(0.005));
  if (random.chance(task.retried ?? 0)) {
    const message = random.pick(task.fails);
    pass(random.skewed(seconds) / 3);
    say(recording, at, `failed: ${message}; trying again in 10 s (retry 1 of 3)`, "warning", record.id);
    record.enter("SCHEDULED", "AwaitingRetry", at, message);
    record.enter("RUNNING", "Retrying", pass(10));
  }
  say(recording, pass(random.skewed(seconds) * 0.9), task.says(random), "info", record.id);
  pass(seconds * 0.1);
  if (!fails) record.enter("COMPLETED", "Completed", at);
  else {
    const message = end.type === "FAILED" ? random.pick(task.fails) : messages[end.type];
    if (end.type === "FAILED") recording.failure = message;
    say(recording, at, `${end.name.toLowerCase()}: ${message}`, "error", record.id);
    record.enter(end.type, end.name, at, message);
  }
  return { id: record.id, end: at };
}

interface RecordOf extends TaskRunStory {
  readonly id: string;
  readonly name: string;
}

/** Records the states of one task run as events, as clients do. */
function taskRunRecord(recording: Recording, { id, name, task, number, inputs }: RecordOf) {
  const { random } = recording;
  let before: { id: string; type: string; name: string; message: string; timestamp: Timestamp } | undefined;
  let runCount = 0;
  let started: Timestamp | undefined;
  let total = 0;
  const expected: Timestamp[] = [];
  return {
    id,
    enter(type: string, stateName: string, timestamp: Timestamp, message = ""): void {
      const state = { id: timeOrderedId(timestamp), type, name: stateName, message, timestamp };
      expected.push(timestamp);
      if (before?.type === "RUNNING") total += (timestamp - before.timestamp) / 1e6;
      if (type === "RUNNING") {
        runCount += 1;
        started ??= timestamp;
      }
      const over = !["PENDING", "RUNNING", "SCHEDULED"].includes(type);
      const value = type === "COMPLETED" ? task.result?.(random) : undefined;
      recording.events.push({
        id: state.id,
        occurred: formatTimestamp(timestamp),
        event: `prefect.task-run.${stateName}`,
        follows: before?.id ?? null,
        resource: {
          "prefect.resource.id": `prefect.task-run.${id}`,
          "prefect.resource.name": name,
          "prefect.run-count": String(runCount),
          "prefect.state-message": message,
          "prefect.state-name": stateName,
          "prefect.state-timestamp": formatTimestamp(timestamp),
          "prefect.state-type": type,
          "prefect.orchestration": "client",
        },
        related: relatedOf(recording),
        payload: {
          intended: { from: before?.type ?? null, to: type },
          initial_state: before === undefined ? null : describe(before),
          validated_state: { ...describe(state), data: null },
          task_run: {
            name,
            task_key: task.name.replaceAll(" ", "_"),
            dynamic_key: String(number),
            empirical_policy: { retries: task.retried === undefined ? 0 : 3, retry_delay: 10 },
            tags: [...(task.tags ?? [])],
            labels: {},
            task_inputs: { data: inputs.map((input) => ({ input_type: "task_run", id: input })) },
            run_count: runCount,
            flow_run_run_count: 1,
            expected_start_time: formatTimestamp(expected[0] ?? timestamp),
            ...(started === undefined ? {} : { start_time: formatTimestamp(started) }),
            ...(over ? { end_time: formatTimestamp(timestamp) } : {}),
            total_run_time: total,
          },
          ...(value === undefined
            ? {}
            : { ostinato: { result: { format: "none", data: null, preview: previewOf(value) } } }),
        },
      });
      before = state;
    },
  };
}

function describe({ type, name, message }: { type: string; name: string; message: string }) {
  return { type, name, message, state_details: {} };
}

function relatedOf({ id, name, flowId, plan }: Pick<Recording, "id" | "name" | "flowId" | "plan">): Resource[] {
  return [
    resource(`prefect.flow-run.${id}`, "flow-run", name),
    resource(`prefect.flow.${flowId}`, "flow", plan.name),
    ...plan.tags.map((tag) => ({ "prefect.resource.id": `prefect.tag.${tag}`, "prefect.resource.role": "tag" })),
  ];
}

function resource(id: string, role: string, name: string): Resource {
  return { "prefect.resource.id": id, "prefect.resource.role": role, "prefect.resource.name": name };
}

function say(
  recording: Recording,
  at: Timestamp,
  message: string,
  level: keyof typeof logLevels = "info",
  taskRunId?: string,
): void {
  recording.logs.push({
    name: taskRunId === undefined ? "ostinato.flow_runs" : "ostinato.task_runs",
    level: logLevels[level],
    message,
    timestamp: formatTimestamp(at),
    flow_run_id: recording.id,
    task_run_id: taskRunId ?? null,
  });
}
