import type { StateType, Timestamp } from "@ostinato/core";
import { readOptionalJson, readPlainJson, writeJson, writeOptionalJson } from "../db/json-text.ts";
import type { JsonText } from "../db/tables.ts";
import { hasData, type Proposal, type RunState } from "./state.ts";

/** The columns of a state in both tables of states. */
export function stateRow(state: RunState) {
  const { id, type, name, timestamp, message, details } = state;
  return {
    id,
    created: timestamp,
    type,
    name,
    timestamp,
    message,
    state_details: writeJson(details),
    data: writtenData(state),
  };
}

/** A marker for a result that was not kept is not kept either: read again, the state has no data. */
function writtenData(state: Proposal): JsonText | null {
  return hasData(state) ? writeOptionalJson(state.data) : null;
}

/** A row of one of the tables of states. */
export interface StateRow {
  readonly id: string;
  readonly type: StateType;
  readonly name: string;
  readonly timestamp: Timestamp;
  readonly message: string | null;
  readonly state_details: JsonText;
  readonly data: JsonText | null;
}

export function stateOfRow({ id, type, name, timestamp, message, state_details, data }: StateRow): RunState {
  return { id, type, name, timestamp, message, data: readOptionalJson(data), details: readPlainJson(state_details) };
}

/** The columns of a run's state in a query, beside those of the run. */
export interface StateColumnsOfRun {
  readonly state_id: string | null;
  readonly state_type: StateType | null;
  readonly state_name: string | null;
  readonly state_timestamp: Timestamp | null;
  readonly state_message: string | null;
  readonly state_details: JsonText | null;
  readonly state_data: JsonText | null;
}

export function stateOfRun(row: StateColumnsOfRun): RunState | null {
  const { state_id, state_type, state_name, state_timestamp } = row;
  if (state_id === null || state_type === null || state_name === null || state_timestamp === null) return null;
  return {
    id: state_id,
    type: state_type,
    name: state_name,
    timestamp: state_timestamp,
    message: row.state_message,
    data: readOptionalJson(row.state_data),
    details: row.state_details === null ? {} : readPlainJson(row.state_details),
  };
}

/** The columns of a run that name the state it is in. */
export type StateReference = ReturnType<typeof stateReference>;

export function stateReference({ id, type, name, timestamp }: RunState) {
  return { state_id: id, state_type: type, state_name: name, state_timestamp: timestamp };
}

/** The columns that `stateOfRun` reads. */
export function stateColumnsOfRun(state: RunState): StateColumnsOfRun {
  return {
    ...stateReference(state),
    state_message: state.message,
    state_details: writeJson(state.details),
    state_data: writtenData(state),
  };
}
