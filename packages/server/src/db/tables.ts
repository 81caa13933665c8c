import type { StateType } from "@ostinato/core";
import type { CleanUpKind, DeploymentStatus, PlaceStatus, WorkerStatus } from "@ostinato/protocol";
import type { DeliveryKind } from "../kernel/delivery.ts";
import {
  flag,
  integer,
  json,
  micros,
  moment,
  nullable,
  type RowOf,
  real,
  searchableJson,
  text,
  transaction,
  uuid,
  wideInteger,
  word,
} from "./columns.ts";

export type { JsonText, TransactionId } from "./columns.ts";

const row = { id: uuid, created: moment, updated: moment };

const runColumns = {
  ...row,
  name: text,
  state_id: nullable(uuid),
  state_type: nullable(word<StateType>()),
  state_name: nullable(text),
  state_timestamp: nullable(moment),
  run_count: integer,
  expected_start_time: nullable(moment),
  next_scheduled_start_time: nullable(moment),
  start_time: nullable(moment),
  end_time: nullable(moment),
  /** Time spent in RUNNING, without the present spell. */
  total_run_time: micros,
  empirical_policy: json,
  tags: searchableJson,
  labels: json,
};

const stateColumns = {
  id: uuid,
  created: moment,
  type: word<StateType>(),
  name: text,
  timestamp: moment,
  message: nullable(text),
  state_details: json,
  data: nullable(json),
};

/** A task run as its process reports it. */
export const taskRunColumns = {
  ...runColumns,
  flow_run_id: nullable(uuid),
  task_key: text,
  dynamic_key: text,
  cache_key: nullable(text),
  cache_expiration: nullable(moment),
  task_version: nullable(text),
  task_inputs: json,
  flow_run_run_count: integer,
};

/**
 * All tables and their columns, once for both databases. Types of rows and of what statements insert are made of this, and a
 * test compares it with the tables that the migrations make.
 */
export const tables = {
  /** The migrations that the database has had. */
  migration: {
    name: text,
    applied: moment,
    /** 1 where a version that does not know this migration must not use the database. */
    breaking: flag,
  },

  flow: { ...row, name: text, tags: searchableJson, labels: json },

  work_pool: {
    ...row,
    name: text,
    type: text,
    description: nullable(text),
    base_job_template: json,
    is_paused: flag,
    /** The most runs of its queues that hold a slot at a time. */
    concurrency_limit: nullable(integer),
    default_queue_id: nullable(uuid),
    status: word<PlaceStatus>(),
    last_transitioned_status_at: nullable(moment),
    /** The last event that told of its status, which the next one follows. */
    last_status_event_id: nullable(uuid),
    storage_configuration: json,
  },

  work_queue: {
    ...row,
    name: text,
    work_pool_id: uuid,
    description: text,
    filter: nullable(json),
    is_paused: flag,
    concurrency_limit: nullable(integer),
    last_polled: nullable(moment),
    /** 1 goes first. */
    priority: integer,
    status: word<PlaceStatus>(),
  },

  worker: {
    ...row,
    name: text,
    work_pool_id: uuid,
    last_heartbeat_time: moment,
    heartbeat_interval_seconds: nullable(integer),
    status: word<WorkerStatus>(),
    /** What the worker says of itself when it connects. */
    metadata: nullable(json),
  },

  /** What a worker of the pool is to clean up after a run. It waits while it has no token, and is deleted when it is done. */
  clean_up: {
    ...row,
    work_pool_id: uuid,
    work_queue_id: nullable(uuid),
    kind: word<CleanUpKind>(),
    target: json,
    delivery_count: integer,
    /** Of the worker that has it now. */
    reservation_token: nullable(text),
    /** By `lease_clock`. */
    lease_ends_at: nullable(micros),
  },

  deployment: {
    ...row,
    name: text,
    flow_id: uuid,
    tags: searchableJson,
    paused: flag,
    work_queue_id: nullable(uuid),
    work_queue_name: nullable(text),
    concurrency_limit: nullable(integer),
    concurrency_options: nullable(json),
    description: nullable(text),
    version: nullable(text),
    /** The row of `deployment_version` that holds what the deployment says now. */
    version_id: nullable(uuid),
    parameters: json,
    parameter_openapi_schema: nullable(json),
    enforce_parameter_schema: flag,
    labels: json,
    pull_steps: nullable(json),
    path: nullable(text),
    entrypoint: nullable(text),
    storage_document_id: nullable(uuid),
    infrastructure_document_id: nullable(uuid),
    job_variables: json,
    run_policy: json,
    created_by: nullable(json),
    updated_by: nullable(json),
    status: word<DeploymentStatus>(),
    last_polled: nullable(moment),
    concurrency_limit_id: nullable(uuid),
  },

  concurrency_limit: {
    ...row,
    name: text,
    active: flag,
    max_slots: integer,
    slot_decay_per_second: real,
    denied_slots: real,
    avg_slot_occupancy_seconds: real,
    /** How far it was filled at that time, where its slots become free by themselves. */
    filled: real,
    filled_at: nullable(moment),
    /** Whether it belongs to a key of a flow or a task. */
    keyed: flag,
  },

  /** Who waits for slots of a limit, the first in line first. */
  concurrency_waiter: {
    limit_id: uuid,
    waiter_id: uuid,
    created: moment,
    holder_type: nullable(text),
    /** The run that is to hold the slots. */
    holder_id: nullable(uuid),
    slots: integer,
    /** A time of `lease_clock`: the waiter has given up if it has not asked again by then. */
    ends_at: moment,
  },

  /** The right to slots of some limits. */
  concurrency_lease: {
    id: uuid,
    created: moment,
    holder_type: nullable(text),
    holder_id: nullable(uuid),
    /** By `lease_clock`. Null for a lease that ends with the run that holds it. */
    ends_at: nullable(micros),
  },

  concurrency_slot: { limit_id: uuid, lease_id: uuid, slots: integer },

  /** One row: for how long the servers of the database have heard their clients so far. */
  lease_clock: { id: integer, elapsed: micros },

  deployment_schedule: {
    ...row,
    deployment_id: uuid,
    schedule: json,
    active: flag,
    max_scheduled_runs: nullable(integer),
    parameters: json,
    slug: nullable(text),
    /** The last date that has its run. */
    scheduled_until: nullable(moment),
    /** When the scheduler has to look at the schedule again; null for one that makes no runs. */
    due: nullable(moment),
    /** Why it makes no runs, or runs that will fail. */
    problem: nullable(text),
  },

  /** What a deployment said from `created` on. */
  deployment_version: {
    id: uuid,
    created: moment,
    deployment_id: uuid,
    version: nullable(text),
    version_info: nullable(json),
    definition: json,
    created_by: nullable(json),
  },

  flow_run: {
    ...runColumns,
    flow_id: uuid,
    flow_version: nullable(text),
    parameters: json,
    idempotency_key: nullable(text),
    context: json,
    auto_scheduled: flag,
    deployment_id: nullable(uuid),
    deployment_version: nullable(text),
    parent_task_run_id: nullable(uuid),
    infrastructure_document_id: nullable(uuid),
    infrastructure_pid: nullable(text),
    work_queue_id: nullable(uuid),
    work_queue_name: nullable(text),
    created_by: nullable(json),
    job_variables: nullable(json),
    /** Smaller goes first, before the priority of the queue. */
    priority: integer,
    /** The worker that claimed the run last. */
    worker_id: nullable(uuid),
    worker_name: nullable(text),
  },

  flow_run_state: { ...stateColumns, flow_run_id: uuid },

  flow_run_cancellation: {
    flow_run_id: uuid,
    /** Of the request by which the run was cancelled last. */
    user_agent: text,
  },

  task_run: {
    ...taskRunColumns,
    /** The last time that the process of a task run reported, if a server has ended the run: a later report still counts. */
    last_word: nullable(moment),
    /** 1 for a run that task workers run. */
    deferred: nullable(flag),
    /** The name of the task worker that had it last, once it has ended. */
    task_worker: nullable(text),
  },

  task_run_state: { ...stateColumns, task_run_id: uuid },

  task_run_state_cache: {
    id: uuid,
    created: moment,
    cache_key: text,
    cache_expiration: nullable(moment),
    task_run_state_id: uuid,
  },

  /** A deferred task run until it has ended: it waits, or a task worker has it. */
  task_delivery: {
    task_run_id: uuid,
    task_key: text,
    priority: integer,
    /** Its place among those of the same priority. */
    queued: moment,
    /** When it becomes due; null from then on. */
    waits_until: nullable(moment),
    parameters_id: nullable(uuid),
    /** How often it was handed to a worker. */
    deliveries: integer,
    worker_id: nullable(uuid),
    /** When the worker confirmed it, by `lease_clock`. */
    acknowledged_at: nullable(moment),
    /** 1 once its log says that no connected worker runs its task. */
    is_told_unserved: nullable(flag),
  },

  /** A connection of a task worker. What it has is free again when it has ended. */
  task_worker: {
    ...row,
    identifier: text,
    task_keys: json,
    /** 1 for a worker that gets several runs at once and starts them at once. */
    takes_many: flag,
    is_connected: flag,
    /** By `lease_clock`. */
    ends_at: moment,
    /** How many runs it takes at once; null where it does not say. */
    slots: nullable(integer),
  },

  flow_run_input: { ...row, flow_run_id: uuid, key: text, value: text, sender: nullable(text) },

  /** The signs of life of the process of a flow run: when the latest was given, how often they come, and how many came. */
  flow_run_heartbeat: {
    flow_run_id: uuid,
    occurred: moment,
    interval_seconds: micros,
    beat_count: integer,
    /** 1 if the client declared its interval. */
    interval_declared: flag,
    /** By the server's clock. */
    received: moment,
    /** In the form of `ownProcess`; null if the client did not give it. */
    process: nullable(text),
  },

  log: {
    id: uuid,
    created: moment,
    name: text,
    level: integer,
    message: text,
    timestamp: moment,
    flow_run_id: nullable(uuid),
    task_run_id: nullable(uuid),
  },

  event: {
    id: uuid,
    occurred: moment,
    received: moment,
    event: text,
    resource_id: text,
    resource: json,
    related: json,
    payload: json,
    follows: nullable(uuid),
  },

  /** One row for each resource that an event names, so that events are found by any of them. */
  event_resource: { resource_id: text, occurred: moment, event_id: uuid },

  /** How many events of a name occurred in the hour that begins then. Triggers of the database keep it. */
  event_count: { hour: moment, event: text, count: wideInteger },

  /** What is to be added to the counts. On SQLite, whose writers come one after the other, the triggers add it at once. */
  event_count_change: { seq: wideInteger, hour: moment, event: text, count: wideInteger },

  artifact: {
    ...row,
    key: nullable(text),
    type: nullable(text),
    description: nullable(text),
    data: nullable(json),
    metadata: nullable(json),
    flow_run_id: nullable(uuid),
    task_run_id: nullable(uuid),
  },

  /** A reference to the newest artifact of each key, whose content is read from the artifact. */
  artifact_collection: { ...row, key: text, latest_id: uuid },

  saved_search: { ...row, name: text, filters: json },

  configuration: { ...row, key: text, value: json },

  block_type: {
    ...row,
    name: text,
    slug: text,
    logo_url: nullable(text),
    documentation_url: nullable(text),
    description: nullable(text),
    code_example: nullable(text),
    is_protected: flag,
  },

  block_schema: {
    ...row,
    checksum: text,
    /** As readers get them, with the definitions of nested blocks. */
    fields: json,
    capabilities: searchableJson,
    version: text,
    block_type_id: uuid,
  },

  block_document: {
    ...row,
    name: text,
    /** With asterisks in place of the secrets, and without the nested documents. */
    data: json,
    /** The whole data, sealed. Null where it has no secrets. */
    secrets: nullable(text),
    block_schema_id: uuid,
    block_type_id: uuid,
    is_anonymous: flag,
  },

  /** A document that is nested in another one, under the name of its field. */
  block_document_reference: { parent_id: uuid, name: text, block_document_id: uuid },

  variable: { ...row, name: text, value: json, tags: searchableJson },

  /** Exact parameters, for runs whose parameters JSON cannot express. */
  kept_parameters: {
    flow_run_id: uuid,
    format: word<"devalue" | "none">(),
    data: nullable(text),
    /** 1 where they have passed the flow's schema. */
    checked: flag,
    reason: nullable(text),
  },

  result: {
    id: uuid,
    created: moment,
    flow_run_id: nullable(uuid),
    /** Null for the result of a flow run itself. */
    task_run_id: nullable(uuid),
    task_key: nullable(text),
    flow_run_attempt: integer,
    format: word<"devalue" | "none">(),
    data: nullable(text),
    location: nullable(text),
    preview: json,
    /** Why there is neither data nor a location. */
    reason: nullable(text),
    identity: nullable(text),
    cache_key: nullable(text),
    expires: nullable(moment),
  },

  /** The values of a task run that a page shows besides its states. */
  task_run_value: {
    task_run_id: uuid,
    inputs: nullable(json),
    /** The time of the state that came with the inputs: a later one replaces them, an earlier one does not. */
    inputs_at: nullable(moment),
    /** The result that the run made, or the one that it reused. */
    result_id: nullable(uuid),
    result_at: nullable(moment),
  },

  parameter_schema: { ...row, flow_id: uuid, version: nullable(text), schema: json },

  automation: {
    ...row,
    name: text,
    description: text,
    enabled: flag,
    trigger: json,
    actions: json,
    actions_on_trigger: json,
    actions_on_resolve: json,
    tags: searchableJson,
    /** The version of the automations as which it began to count: what was written down as of an earlier one is not counted. */
    counts_from: nullable(wideInteger),
  },

  /** The resources that an automation has to do with. It goes with the one that owns it. */
  automation_resource: { automation_id: uuid, resource_id: text, is_owner: flag },

  /** What the last deploy wrote of an automation. */
  automation_deploy: { automation_id: uuid, project: nullable(text), written: json },

  /** Counts the changes of all automations, so that a server sees by one row whether it knows the latest. */
  automation_version: { id: integer, version: wideInteger },

  /** The events that a trigger has counted in its present window, for each value of its `for_each`. */
  automation_bucket: {
    trigger_id: uuid,
    /** The values of `for_each` as a key. */
    key: text,
    automation_id: uuid,
    labels: json,
    starts: moment,
    ends: moment,
    count: integer,
    last_event_id: nullable(uuid),
    /** When the window is looked at though no event comes: the deadline of a proactive trigger, or the removal of the row. */
    due: moment,
  },

  /** The latest firing of each trigger inside a compound or sequence, until that fires. */
  automation_child_firing: {
    parent_trigger_id: uuid,
    child_trigger_id: uuid,
    automation_id: uuid,
    firing_id: uuid,
    fired_at: moment,
    firing: json,
  },

  /** Where a metric trigger stands. */
  automation_metric: {
    trigger_id: uuid,
    automation_id: uuid,
    is_triggered: flag,
    /** Since when the figure has been on the other side of the threshold. */
    crossed: nullable(moment),
    /** When it is looked at though no run ends or begins. */
    due: nullable(moment),
  },

  /** What a metric trigger has counted in one slice of its range. */
  automation_metric_slice: {
    trigger_id: uuid,
    starts: moment,
    automation_id: uuid,
    runs: integer,
    /** Runs that succeeded, or the microseconds of all. */
    total: wideInteger,
  },

  /** An address that turns what is posted to it into an event. */
  event_webhook: {
    ...row,
    name: text,
    description: text,
    enabled: flag,
    /** The digest of the secret in the address. */
    address_digest: text,
    /** The one before, which is valid until then. */
    former_digest: nullable(text),
    former_until: nullable(moment),
    /** Null where CloudEvents are taken. */
    template: nullable(json),
    signature: nullable(json),
    /** The key of the signature, sealed. */
    secret: nullable(text),
    former_secret: nullable(text),
  },

  /** An action of a firing that is still to be done. */
  automation_action: {
    id: uuid,
    automation_id: uuid,
    /** The automation as it was when it fired. */
    automation: json,
    firing: json,
    action: json,
    action_index: integer,
    /** The firings of automations that led to this one, with itself. */
    chain: integer,
    triggered: moment,
    triggered_event_id: nullable(uuid),
    event_id: nullable(uuid),
    attempts: integer,
    due: moment,
    /** The recipients that have a message from attempts that failed in part. */
    delivered: nullable(json),
  },

  /** Data that tasks make and read, as events told of it. */
  asset: {
    id: uuid,
    key: text,
    name: nullable(text),
    description: nullable(text),
    url: nullable(text),
    owners: json,
    /** When the event occurred that the name and the other properties are of; 0 where none had any. */
    described: moment,
    first_seen: moment,
    last_seen: moment,
  },

  /** Each time that a task made an asset or failed to; removed with its event. */
  asset_materialization: {
    event_id: uuid,
    asset_id: uuid,
    occurred: moment,
    succeeded: flag,
    flow_run_id: nullable(uuid),
    flow_run_name: nullable(text),
    task_run_id: nullable(uuid),
    task_run_name: nullable(text),
    flow_id: nullable(uuid),
    flow_name: nullable(text),
    made_by: nullable(text),
    metadata: json,
  },

  /** Which asset is made of which. */
  asset_dependency: {
    downstream_id: uuid,
    upstream_id: uuid,
    last_seen: moment,
  },

  /** Changes that some consumer wants, written in the transaction of the change. */
  outbox: {
    seq: wideInteger,
    xid: transaction,
    kind: word<DeliveryKind>(),
    /** The noun that changed, the name of the event, or that of the follow-up. */
    name: text,
    /** The id of the row, of the event, or of the subject of the follow-up. */
    ref: text,
    appended: moment,
    /** The version of the automations that the statement saw which wrote the row. */
    as_of: nullable(wideInteger),
  },

  /** The position of a consumer in the outbox. */
  consumer: { name: text, xid: transaction, seq: wideInteger, updated: moment },

  /** A change that a consumer failed to handle, with a copy of its content. */
  failed_delivery: {
    id: uuid,
    consumer: text,
    seq: wideInteger,
    kind: word<DeliveryKind>(),
    name: text,
    ref: text,
    attempts: integer,
    reason: text,
    first_failed: moment,
    last_failed: moment,
    /** When it is retried. Null for a dead letter, which waits for a decision. */
    due: nullable(moment),
    as_of: nullable(wideInteger),
  },

  /** The server that runs an exclusive loop. `beat` grows while that server lives. */
  loop_lease: { name: text, holder: uuid, beat: wideInteger },
};

/** The tables as Kysely sees them. */
export type Tables = { [Name in keyof typeof tables]: RowOf<(typeof tables)[Name]> };
