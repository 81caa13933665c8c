import type { StateType, Timestamp } from "@ostinato/core";

/**
 * The rows as both databases give them: moments as whole microseconds, JSON as text, truth as 0 or 1, durations as
 * microseconds. `json` columns are read with `readJson` and written with `writeJson`.
 */
export type JsonText = string;
export type Flag = 0 | 1;

interface Row {
  readonly id: string;
  readonly created: Timestamp;
  readonly updated: Timestamp;
}

export interface FlowTable extends Row {
  readonly name: string;
  readonly tags: JsonText;
  readonly labels: JsonText;
}

interface RunColumns extends Row {
  readonly name: string;
  readonly state_id: string | null;
  readonly state_type: StateType | null;
  readonly state_name: string | null;
  readonly state_timestamp: Timestamp | null;
  readonly run_count: number;
  readonly expected_start_time: Timestamp | null;
  readonly next_scheduled_start_time: Timestamp | null;
  readonly start_time: Timestamp | null;
  readonly end_time: Timestamp | null;
  /** Microseconds spent in RUNNING, without the present spell. */
  readonly total_run_time: number;
  readonly empirical_policy: JsonText;
  readonly tags: JsonText;
  readonly labels: JsonText;
}

export interface FlowRunTable extends RunColumns {
  readonly flow_id: string;
  readonly flow_version: string | null;
  readonly parameters: JsonText;
  readonly idempotency_key: string | null;
  readonly context: JsonText;
  readonly auto_scheduled: Flag;
  readonly deployment_id: string | null;
  readonly deployment_version: string | null;
  readonly parent_task_run_id: string | null;
  readonly infrastructure_document_id: string | null;
  readonly infrastructure_pid: string | null;
  readonly work_queue_id: string | null;
  readonly work_queue_name: string | null;
  readonly created_by: JsonText | null;
  readonly job_variables: JsonText | null;
}

export interface TaskRunTable extends RunColumns {
  readonly flow_run_id: string | null;
  readonly task_key: string;
  readonly dynamic_key: string;
  readonly cache_key: string | null;
  readonly cache_expiration: Timestamp | null;
  readonly task_version: string | null;
  readonly task_inputs: JsonText;
  readonly flow_run_run_count: number;
}

/** Of a task run that a server has ended: what its process says later than this counts all the same. */
export interface LastWord {
  readonly last_word: Timestamp | null;
}

interface StateColumns {
  readonly id: string;
  readonly created: Timestamp;
  readonly type: StateType;
  readonly name: string;
  readonly timestamp: Timestamp;
  readonly message: string | null;
  readonly state_details: JsonText;
  readonly data: JsonText | null;
}

export interface FlowRunStateTable extends StateColumns {
  readonly flow_run_id: string;
}

export interface TaskRunStateTable extends StateColumns {
  readonly task_run_id: string;
}

export interface TaskRunStateCacheTable {
  readonly id: string;
  readonly created: Timestamp;
  readonly cache_key: string;
  readonly cache_expiration: Timestamp | null;
  readonly task_run_state_id: string;
}

export interface FlowRunInputTable extends Row {
  readonly flow_run_id: string;
  readonly key: string;
  readonly value: string;
  readonly sender: string | null;
}

/** The signs of life of the process of a flow run: when the latest was given, how often they come, and how many came. */
export interface FlowRunHeartbeatTable {
  readonly flow_run_id: string;
  readonly occurred: Timestamp;
  readonly interval_seconds: number;
  readonly beats: number;
  /** 1 where the client has said how often. */
  readonly said: number;
  /** By the server's clock. */
  readonly received: Timestamp;
  /** As `ownProcess` names it; null where the client has not said. */
  readonly process: string | null;
}

export interface LogTable {
  readonly id: string;
  readonly created: Timestamp;
  readonly name: string;
  readonly level: number;
  readonly message: string;
  readonly timestamp: Timestamp;
  readonly flow_run_id: string | null;
  readonly task_run_id: string | null;
}

export interface EventTable {
  readonly id: string;
  readonly occurred: Timestamp;
  readonly received: Timestamp;
  readonly event: string;
  readonly resource_id: string;
  readonly resource: JsonText;
  readonly related: JsonText;
  readonly payload: JsonText;
  readonly follows: string | null;
}

/** One row for each thing that an event names, so that events are found by any of them. */
export interface EventResourceTable {
  readonly resource_id: string;
  readonly occurred: Timestamp;
  readonly event_id: string;
}

export interface ArtifactTable extends Row {
  readonly key: string | null;
  readonly type: string | null;
  readonly description: string | null;
  readonly data: JsonText | null;
  readonly metadata: JsonText | null;
  readonly flow_run_id: string | null;
  readonly task_run_id: string | null;
}

/** The newest artifact of each key, by reference: what it holds is read from the artifact. */
export interface ArtifactCollectionTable extends Row {
  readonly key: string;
  readonly latest_id: string;
}

export interface SavedSearchTable extends Row {
  readonly name: string;
  readonly filters: JsonText;
}

export interface ConfigurationTable extends Row {
  readonly key: string;
  readonly value: JsonText;
}

export interface KeptParametersTable {
  readonly flow_run_id: string;
  readonly format: "devalue" | "none";
  readonly data: string | null;
  /** 1 where they have passed the flow's schema. */
  readonly checked: number;
  readonly reason: string | null;
}

export interface ResultTable {
  readonly id: string;
  readonly created: Timestamp;
  readonly flow_run_id: string | null;
  /** Null for the result of a flow run itself. */
  readonly task_run_id: string | null;
  readonly task_key: string | null;
  readonly flow_run_attempt: number;
  readonly format: "devalue" | "none";
  readonly data: string | null;
  readonly location: string | null;
  readonly preview: JsonText;
  /** Why there is neither data nor a location. */
  readonly reason: string | null;
  readonly identity: string | null;
  readonly cache_key: string | null;
  readonly expires: Timestamp | null;
}

/** What a page shows of a task run besides its states. */
export interface TaskRunValueTable {
  readonly task_run_id: string;
  readonly inputs: JsonText | null;
  /** The moment of the state that brought the inputs: a later one replaces them, an earlier one does not. */
  readonly inputs_at: Timestamp | null;
  /** The result that the run made, or the one that it reused. */
  readonly result_id: string | null;
  readonly result_at: Timestamp | null;
}

export interface ParameterSchemaTable extends Row {
  readonly flow_id: string;
  readonly version: string | null;
  readonly schema: JsonText;
}

export interface DeploymentTable extends Row {
  readonly name: string;
  readonly flow_id: string;
  readonly tags: JsonText;
  readonly paused: Flag;
  readonly work_queue_id: string | null;
  readonly work_queue_name: string | null;
  readonly concurrency_limit: number | null;
}

export interface WorkPoolTable extends Row {
  readonly name: string;
  readonly type: string;
}

export interface WorkQueueTable extends Row {
  readonly name: string;
  readonly work_pool_id: string;
}

export interface Tables {
  flow: FlowTable;
  flow_run: FlowRunTable;
  flow_run_state: FlowRunStateTable;
  task_run: TaskRunTable & LastWord;
  task_run_state: TaskRunStateTable;
  task_run_state_cache: TaskRunStateCacheTable;
  flow_run_heartbeat: FlowRunHeartbeatTable;
  flow_run_input: FlowRunInputTable;
  log: LogTable;
  event: EventTable;
  event_resource: EventResourceTable;
  artifact: ArtifactTable;
  artifact_collection: ArtifactCollectionTable;
  saved_search: SavedSearchTable;
  configuration: ConfigurationTable;
  kept_parameters: KeptParametersTable;
  result: ResultTable;
  task_run_value: TaskRunValueTable;
  parameter_schema: ParameterSchemaTable;
  deployment: DeploymentTable;
  work_pool: WorkPoolTable;
  work_queue: WorkQueueTable;
}
