import {
  formatTimestamp,
  microsPerSecond,
  noTimes,
  orderLabels,
  type RunTimes,
  type StateType,
  type Timestamp,
  timeOrderedId,
  timesAfter,
} from "@ostinato/core";
import type { EventCreate, Resource, StateDetails, TaskInputs, TaskRunPolicy, TaskRunValues } from "@ostinato/protocol";
import type { RunState } from "../states.ts";
import type { GivenRun } from "./task-call.ts";

/** A state to enter; omitted fields are empty. */
export interface NextState {
  readonly type: StateType;
  readonly name: string;
  readonly message?: string;
  readonly details?: StateDetails & Readonly<Record<string, unknown>>;
  /** Inputs and result, which the server stores together with the state. */
  readonly values?: TaskRunValues | undefined;
}

export interface TaskRunDescription {
  readonly id: string;
  readonly taskKey: string;
  readonly taskVersion: string | undefined;
  readonly policy: TaskRunPolicy;
  readonly tags: readonly string[];
  /** The attempt of the flow run that made the call; 0 outside of flows. */
  readonly flowRunAttempt: number;
  readonly related: readonly Resource[];
  /** The task runs that the caller had waited for when it made the call. */
  readonly after?: readonly string[];
  /** The run as the server has it, where it was made before this process began it. */
  readonly given?: GivenRun | undefined;
}

interface RecordedState extends RunState {
  readonly details: NonNullable<NextState["details"]>;
}

/** The states of one task run, which are decided here and reported to the server as events. */
export class TaskRunRecord {
  readonly description: TaskRunDescription;
  name: string;
  /** The origins of the arguments, as far as they are known. */
  inputs: TaskInputs;
  cacheKey: string | undefined;
  #state: RecordedState | undefined;
  #times: RunTimes = noTimes;

  constructor(description: TaskRunDescription, name: string, inputs: TaskInputs) {
    this.description = description;
    this.name = name;
    this.inputs = inputs;
    const { given } = description;
    if (given === undefined) return;
    this.#times = { ...noTimes, run_count: given.runCount, expected_start_time: given.expectedStart };
  }

  get runCount(): number {
    return this.#times.run_count;
  }

  get state(): RunState | undefined {
    return this.#state;
  }

  /** Enters the state and returns the event that reports it: the state's id and timestamp are the event's. */
  enter(next: NextState, now: Timestamp): { readonly state: RunState; readonly event: EventCreate } {
    const before = this.#state;
    // The server takes the latest state as the current one, so a clock that is set back must not reorder states.
    const timestamp = Math.max(now, (before?.timestamp ?? 0) + 1) as Timestamp;
    const { type, name, message = "", details = {} } = next;
    const state = { id: timeOrderedId(timestamp), type, name, message, timestamp, details };
    const run_count = this.runCount + (type === "RUNNING" ? 1 : 0);
    this.#times = { ...timesAfter(this.#times, before ?? null, state), run_count };
    this.#state = state;
    return { state, event: this.#event(before, state, next) };
  }

  #event(before: RecordedState | undefined, state: RecordedState, next: NextState): EventCreate {
    const { id } = this.description;
    const occurred = formatTimestamp(state.timestamp);
    return {
      occurred,
      event: `prefect.task-run.${state.name.slice(0, maxEventState)}`,
      id: state.id,
      follows: before?.id ?? null,
      resource: {
        "prefect.resource.id": `prefect.task-run.${id}`,
        "prefect.resource.name": this.name.slice(0, maxLabelLength),
        "prefect.run-count": String(this.runCount),
        "prefect.state-message": state.message.slice(0, maxLabelLength),
        "prefect.state-name": state.name.slice(0, maxLabelLength),
        "prefect.state-timestamp": occurred,
        "prefect.state-type": state.type,
        "prefect.orchestration": "client",
      },
      related: this.description.related as Resource[],
      payload: {
        intended: { from: before?.type ?? null, to: state.type },
        initial_state: before === undefined ? null : describe(before),
        validated_state: { ...describe(state), data: null },
        task_run: this.#describe(),
        ...(next.values === undefined ? {} : { ostinato: next.values }),
      },
    };
  }

  #describe(): Record<string, unknown> {
    const { id, taskKey, taskVersion, policy, tags, flowRunAttempt, after = [], given } = this.description;
    const { expected_start_time, start_time, end_time, total_run_time } = this.#times;
    return {
      name: this.name,
      task_key: taskKey,
      dynamic_key: given?.dynamicKey ?? id,
      task_version: taskVersion,
      empirical_policy: policy,
      tags,
      labels: given?.labels ?? (after.length === 0 ? {} : orderLabels(withoutSources(after, this.inputs))),
      task_inputs: this.inputs,
      run_count: this.runCount,
      flow_run_run_count: flowRunAttempt,
      cache_key: this.cacheKey,
      expected_start_time: moment(expected_start_time),
      start_time: moment(start_time),
      end_time: moment(end_time),
      total_run_time: total_run_time / microsPerSecond,
    };
  }
}

/** A name of this length fits into the byte limit of event names in any script; the state contains the whole name. */
const maxEventState = 300;
/** Labels are for searching; the state contains the whole message. */
const maxLabelLength = 1024;

function describe({ type, name, message, details }: RecordedState) {
  return { type, name, message, state_details: details };
}

/** Whose values were given came before anyway. */
function withoutSources(after: readonly string[], inputs: TaskInputs): readonly string[] {
  const sources = new Set(
    Object.values(inputs).flatMap((from) => from.flatMap((one) => ("id" in one ? [one.id] : []))),
  );
  return after.filter((id) => !sources.has(id));
}

function moment(timestamp: Timestamp | null): string | undefined {
  return timestamp === null ? undefined : formatTimestamp(timestamp);
}
