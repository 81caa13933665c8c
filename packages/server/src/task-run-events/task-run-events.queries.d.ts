import type { StateType, Timestamp } from "@ostinato/core";
import type { Reader, Sql } from "../db/dialects/dialect.ts";
/** Those of the flow runs that exist. */
export declare function knownFlowRuns(
  reader: Reader,
  dialect: Sql,
  ids: readonly string[],
): Promise<ReadonlySet<string>>;
export interface NaturalKey {
  readonly flow_run_id: string;
  readonly task_key: string;
  readonly dynamic_key: string;
}
export interface KeyedTaskRun extends NaturalKey {
  readonly id: string;
}
/** The task runs that exist under the keys. */
export declare function taskRunsByKey(
  reader: Reader,
  dialect: Sql,
  keys: readonly NaturalKey[],
): Promise<readonly KeyedTaskRun[]>;
/** A task run as an event tells it. JSON columns hold text, but for the tags, which the database makes what it keeps. */
export interface TaskRunWrite {
  readonly id: string;
  readonly created: Timestamp;
  readonly flow_run_id: string | null;
  readonly task_key: string;
  readonly dynamic_key: string;
  readonly updated: Timestamp;
  readonly name: string;
  readonly state_id: string;
  readonly state_type: StateType;
  readonly state_name: string;
  readonly state_timestamp: Timestamp;
  readonly run_count: number;
  readonly flow_run_run_count: number;
  readonly expected_start_time: Timestamp;
  readonly next_scheduled_start_time: Timestamp | null;
  readonly start_time: Timestamp | null;
  readonly end_time: Timestamp | null;
  readonly total_run_time: number;
  readonly empirical_policy: string;
  readonly tags: readonly string[];
  readonly labels: string;
  readonly cache_key: string | null;
  readonly cache_expiration: Timestamp | null;
  readonly task_version: string | null;
  readonly task_inputs: string;
}
/** Adds task runs, and moves those that are in an earlier state. Gives the rows that it wrote. */
export declare function upsertTaskRuns(
  reader: Reader,
  dialect: Sql,
  rows: readonly TaskRunWrite[],
): Promise<
  readonly {
    id: string;
    created: Timestamp;
  }[]
>;
export interface StateWrite {
  readonly id: string;
  readonly created: Timestamp;
  readonly type: StateType;
  readonly name: string;
  readonly timestamp: Timestamp;
  readonly message: string | null;
  readonly state_details: string;
  readonly data: string | null;
  readonly task_run_id: string;
}
export declare function insertStates(reader: Reader, dialect: Sql, rows: readonly StateWrite[]): Promise<void>;
