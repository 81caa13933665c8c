import {
  defaultStateName,
  isTerminal,
  parseTimestamp,
  type StateType,
  type Timestamp,
  withNearestNumbers,
} from "@ostinato/core";
import { type Resource, TaskRunEventPayload, TaskRunValues } from "@ostinato/protocol";
import type { Problem } from "../kernel/errors.ts";
import { keptKey, keptName } from "../kernel/indexed-text.ts";
import { readAs } from "../kernel/validation.ts";

/** The parts of an event from which a state of a task run is read. */
export interface TaskRunEvent {
  readonly id: string;
  readonly occurred: Timestamp;
  readonly event: string;
  readonly resource: Resource;
  readonly related: readonly Resource[];
  readonly payload: Readonly<Record<string, unknown>>;
}

/** A state that a task run came into, with the task run as it was then. */
export interface ReportedState {
  readonly taskRunId: string;
  readonly flowRunId: string | null;
  readonly taskKey: string;
  readonly dynamicKey: string;
  readonly state: TransitionState;
  readonly run: TransitionRun;
  readonly values: TaskRunValues | undefined;
}

export interface TransitionState {
  readonly id: string;
  readonly type: StateType;
  readonly name: string;
  readonly timestamp: Timestamp;
  readonly message: string | null;
  readonly details: Readonly<Record<string, unknown>>;
  readonly data: unknown;
}

/** Durations in seconds. */
interface TransitionRun {
  readonly name: string;
  readonly taskVersion: string | null;
  readonly tags: readonly string[];
  readonly labels: Readonly<Record<string, unknown>>;
  readonly empiricalPolicy: Readonly<Record<string, unknown>>;
  readonly taskInputs: Readonly<Record<string, unknown>>;
  readonly cacheKey: string | null;
  readonly cacheExpiration: Timestamp | null;
  readonly runCount: number;
  readonly flowRunRunCount: number;
  readonly expectedStartTime: Timestamp;
  readonly nextScheduledStartTime: Timestamp | null;
  readonly startTime: Timestamp | null;
  readonly endTime: Timestamp | null;
  readonly totalRunTime: number;
}

type ReadReport =
  | { readonly kind: "report"; readonly report: ReportedState; readonly problems: readonly Problem[] }
  | { readonly kind: "malformed"; readonly problems: readonly Problem[] };

const prefix = "prefect.task-run.";

/** The state that an event reports, or undefined for other events. */
export function readReportedState(event: TaskRunEvent): ReadReport | undefined {
  if (!event.event.startsWith(prefix) || event.resource["prefect.orchestration"] !== "client") return undefined;
  const taskRunId = idAfter(prefix, event.resource);
  if (taskRunId === undefined) {
    return malformed(["resource", "prefect.resource.id"], `is not ${prefix}<uuid>`, event.resource);
  }
  const { payload, problems } = readPayload(event.payload);
  if (payload === undefined) return { kind: "malformed", problems };
  const values = readValues(event.payload.ostinato);
  const report: ReportedState = {
    taskRunId,
    flowRunId: flowRunOf(event.related),
    taskKey: keptKey(payload.task_run.task_key),
    dynamicKey: keptKey(payload.task_run.dynamic_key),
    state: readState(event, payload),
    run: readRun(event, payload),
    values: values.values,
  };
  return { kind: "report", report, problems: [...problems, ...values.problems] };
}

interface ReadPayload {
  /** Undefined if the event reports no valid state. */
  readonly payload: TaskRunEventPayload | undefined;
  readonly problems: readonly Problem[];
}

/** Invalid fields are left out, and the state's message says so: only the required ones are worth losing a state. */
function readPayload(given: Json): ReadPayload {
  const { problems, value: payload } = readAs(TaskRunEventPayload, given);
  if (problems.length === 0) return { payload, problems };
  const places = new Set(problems.map(({ loc: [, section, field] }) => `${section}.${field}`));
  const { problems: others, value: rest } = readAs(TaskRunEventPayload, withoutFields(given, places));
  if (others.length > 0) return { payload: undefined, problems };
  const said = rest.validated_state.message ? `${rest.validated_state.message} ` : "";
  const message = `${said}(left out, because it was not understood: ${[...places].join(", ")})`;
  return { payload: { ...rest, validated_state: { ...rest.validated_state, message } }, problems };
}

type Json = Readonly<Record<string, unknown>>;

function withoutFields(payload: Json, places: ReadonlySet<string>): Json {
  const entries = Object.entries(payload).map(([section, fields]) => {
    if (section !== "validated_state" && section !== "task_run") return [section, fields];
    const kept = Object.entries(Object(fields)).filter(([field]) => !places.has(`${section}.${field}`));
    return [section, Object.fromEntries(kept)];
  });
  return Object.fromEntries(entries);
}

/** Whether the first is the later state; equal times are ordered by their ids, so that all servers agree. */
export function isLater(a: TransitionState, b: TransitionState): boolean {
  return a.timestamp !== b.timestamp ? a.timestamp > b.timestamp : a.id > b.id;
}

function malformed(loc: readonly string[], msg: string, input: unknown): ReadReport {
  return { kind: "malformed", problems: [{ type: "value_error", loc, msg, input }] };
}

function readState({ id, occurred }: TaskRunEvent, { validated_state }: TaskRunEventPayload): TransitionState {
  const { type, name, message, state_details, data } = validated_state;
  return {
    id,
    type,
    name: keptName(name ?? defaultStateName[type]),
    timestamp: occurred,
    message: message ?? null,
    details: withNearestNumbers(state_details ?? {}) as TransitionState["details"],
    data: data ?? null,
  };
}

/**
 * The task run from this event alone, so that the row does not depend on the order of events. Clients send every field; a missing
 * one follows from the state.
 */
function readRun(event: TaskRunEvent, { validated_state, task_run }: TaskRunEventPayload): TransitionRun {
  const { type } = validated_state;
  const ended = isTerminal(type);
  const totalRunTime = task_run.total_run_time ?? 0;
  const endTime = moment(task_run.end_time) ?? (ended ? event.occurred : null);
  const started = type === "RUNNING" || ended;
  const startTime = moment(task_run.start_time) ?? (started ? startBefore(event.occurred, ended, totalRunTime) : null);
  const scheduled = type === "SCHEDULED" ? moment(validated_state.state_details?.scheduled_time?.valueOf()) : null;
  return {
    name: keptName(task_run.name ?? event.resource["prefect.resource.name"] ?? task_run.task_key),
    taskVersion: task_run.task_version ?? null,
    tags: [...new Set(task_run.tags ?? [])],
    labels: task_run.labels ?? {},
    empiricalPolicy: withNearestNumbers(task_run.empirical_policy ?? {}) as TransitionRun["empiricalPolicy"],
    taskInputs: task_run.task_inputs ?? {},
    cacheKey: task_run.cache_key ?? null,
    cacheExpiration: moment(task_run.cache_expiration),
    runCount: task_run.run_count ?? (started ? 1 : 0),
    flowRunRunCount: task_run.flow_run_run_count ?? 0,
    expectedStartTime: moment(task_run.expected_start_time) ?? scheduled ?? startTime ?? event.occurred,
    nextScheduledStartTime: moment(task_run.next_scheduled_start_time) ?? scheduled,
    startTime,
    endTime,
    totalRunTime,
  };
}

function startBefore(occurred: Timestamp, ended: boolean, totalRunTime: number): Timestamp {
  return ended ? ((occurred - Math.round(Math.max(0, totalRunTime) * 1_000_000)) as Timestamp) : occurred;
}

function moment(value: unknown): Timestamp | null {
  return typeof value === "string" || typeof value === "number" ? (parseTimestamp(value) ?? null) : null;
}

function flowRunOf(related: readonly Resource[]): string | null {
  const flowRun = related.find((resource) => resource["prefect.resource.role"] === "flow-run");
  return flowRun === undefined ? null : (idAfter("prefect.flow-run.", flowRun) ?? null);
}

const uuidLength = 36;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function idAfter(start: string, resource: Resource): string | undefined {
  const name = resource["prefect.resource.id"] ?? "";
  if (name.length !== start.length + uuidLength || !name.startsWith(start)) return undefined;
  const id = name.slice(start.length).toLowerCase();
  return uuid.test(id) ? id : undefined;
}

/** Values that can't be read are left out: the state counts more than its result. */
function readValues(given: unknown): { values: TaskRunValues | undefined; problems: readonly Problem[] } {
  if (given === undefined || given === null) return { values: undefined, problems: [] };
  const { problems, value } = readAs(TaskRunValues, given);
  return { values: problems.length > 0 ? undefined : value, problems };
}
