import {
  defaultStateName,
  ExactNumber,
  formatTimestamp,
  isTerminal,
  type StateType,
  type Timestamp,
  toTimestamp,
} from "@ostinato/core";
import type { StateCreate, StateDetails } from "@ostinato/protocol";
import { storable } from "../db/json-text.ts";
import { keptName } from "../kernel/indexed-text.ts";

/** A state proposed for a run. */
export interface Proposal {
  readonly type: StateType;
  readonly name: string;
  readonly message: string | null;
  readonly data: unknown;
  readonly details: StateDetails;
}

/** A state that a run is, or was, in. */
export interface RunState extends Proposal {
  readonly id: string;
  readonly timestamp: Timestamp;
}

/** The default details, in the order of the wire. */
export const defaultDetails = {
  flow_run_id: null,
  task_run_id: null,
  child_flow_run_id: null,
  scheduled_time: null,
  cache_key: null,
  cache_expiration: null,
  deferred: false,
  untrackable_result: false,
  pause_timeout: null,
  pause_reschedule: false,
  pause_key: null,
  run_input_keyset: null,
  refresh_cache: null,
  retriable: null,
  transition_id: null,
  task_parameters_id: null,
  traceparent: null,
  deployment_concurrency_lease_id: null,
} as const satisfies { readonly [K in Exclude<keyof StateDetails, (typeof ownDetails)[number]>]-?: StateDetails[K] };

/** Details unknown to Prefect: answered only if they were set. */
const ownDetails = [
  "error_name",
  "error_stack",
  "error_location",
  "heartbeat_seconds",
  "process",
  "process_lost",
  "claim",
  "asked_by",
] as const;

const moments = ["scheduled_time", "cache_expiration", "pause_timeout"] as const;
const neverNull = ["untrackable_result", "pause_reschedule"] as const;

/** Fills in optional fields. A scheduled state without a time is scheduled for now. */
export function proposalOf({ type, name, message, data, state_details }: StateCreate, now: Timestamp): Proposal {
  const details = detailsOf(state_details ?? {});
  return {
    type,
    name: storable(keptName(name ?? defaultStateName[type])),
    message: message === null || message === undefined ? null : storable(message),
    data: data ?? null,
    details:
      type === "SCHEDULED" ? { ...details, scheduled_time: details.scheduled_time ?? formatTimestamp(now) } : details,
  };
}

/** The details that differ from the defaults, with moments as they are answered. */
function detailsOf(given: StateDetails): StateDetails {
  const details: Record<string, unknown> = {};
  for (const name of ownDetails) {
    const value = given[name];
    if (value !== undefined) details[name] = typeof value === "string" ? storable(value) : value;
  }
  for (const name of Object.keys(defaultDetails) as (keyof typeof defaultDetails)[]) {
    const value = given[name];
    if (value !== undefined && value !== defaultDetails[name]) details[name] = value;
  }
  for (const name of moments) {
    const value = details[name] as string | number | undefined;
    if (value !== undefined) details[name] = formatTimestamp(toTimestamp(value));
  }
  for (const name of neverNull) if (details[name] === null) delete details[name];
  return details;
}

export function withDetails<S extends Proposal>(state: S, change: StateDetails): S {
  return { ...state, details: { ...state.details, ...change } };
}

/** A time among the details. */
export function detailTime(state: Proposal, name: (typeof moments)[number]): Timestamp | undefined {
  const value = state.details[name];
  return value === null || value === undefined ? undefined : toTimestamp(value);
}

export function isFinal(state: Proposal | null): boolean {
  return state !== null && isTerminal(state.type);
}

/** A run that has ended does not go into a state of these types. */
export const neverAfterEnd: readonly StateType[] = ["CANCELLING", "PAUSED", "CRASHED"];

/** Whether a state carries data, other than a marker for a result that was not kept. */
export function hasData({ data }: Proposal): boolean {
  return data !== null && data !== undefined && (data as { type?: unknown }).type !== "unpersisted";
}

/** Whether a state carries a result that can be read again. */
export function keepsResult(state: Proposal): boolean {
  const { data } = state;
  return hasData(state) && typeof data === "object" && !Array.isArray(data) && !(data instanceof ExactNumber);
}

/** A proposal that is to become a state of a run. */
interface Entry {
  readonly initial: RunState | null;
  readonly proposed: Proposal;
  readonly now: Timestamp;
  readonly newId: (at: Timestamp) => string;
}

/**
 * The proposal as a state of a run, later than the one before it: times of one run never meet or go back, also when the
 * clocks of two servers differ.
 */
export function stateAfter({ initial, proposed, now, newId }: Entry): RunState {
  const timestamp = (initial === null ? now : Math.max(now, initial.timestamp + 1)) as Timestamp;
  return { ...proposed, id: newId(timestamp), timestamp };
}
