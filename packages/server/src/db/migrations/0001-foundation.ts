import type { ColumnTypes } from "../columns.ts";

/** Flows, runs, states, logs, events, artifacts, results. */
export function up({ uuid, moment, json, searchableJson, integer, flag }: ColumnTypes): readonly string[] {
  const row = `id ${uuid} PRIMARY KEY, created ${moment} NOT NULL, updated ${moment} NOT NULL`;
  const run = `
    name text NOT NULL,
    state_id ${uuid},
    state_type text,
    state_name text,
    state_timestamp ${moment},
    run_count ${integer} NOT NULL DEFAULT 0,
    expected_start_time ${moment},
    next_scheduled_start_time ${moment},
    start_time ${moment},
    end_time ${moment},
    total_run_time ${moment} NOT NULL DEFAULT 0,
    empirical_policy ${json} NOT NULL,
    tags ${searchableJson} NOT NULL,
    labels ${json} NOT NULL`;
  const state = `
    id ${uuid} PRIMARY KEY,
    created ${moment} NOT NULL,
    type text NOT NULL,
    name text NOT NULL,
    timestamp ${moment} NOT NULL,
    message text,
    state_details ${json} NOT NULL,
    data ${json}`;
  return [
    `CREATE TABLE flow (${row}, name text NOT NULL UNIQUE, tags ${searchableJson} NOT NULL, labels ${json} NOT NULL)`,

    `CREATE TABLE work_pool (${row}, name text NOT NULL UNIQUE, type text NOT NULL)`,
    `CREATE TABLE work_queue (${row}, name text NOT NULL,
      work_pool_id ${uuid} NOT NULL REFERENCES work_pool ON DELETE CASCADE, UNIQUE (work_pool_id, name))`,
    `CREATE TABLE deployment (${row}, name text NOT NULL, flow_id ${uuid} NOT NULL REFERENCES flow ON DELETE CASCADE,
      tags ${searchableJson} NOT NULL, paused ${flag} NOT NULL DEFAULT 0,
      work_queue_id ${uuid} REFERENCES work_queue ON DELETE SET NULL, work_queue_name text,
      concurrency_limit ${integer}, UNIQUE (flow_id, name))`,

    `CREATE TABLE flow_run (${row}, ${run},
      flow_id ${uuid} NOT NULL REFERENCES flow ON DELETE CASCADE,
      flow_version text, parameters ${json} NOT NULL, idempotency_key text, context ${json} NOT NULL,
      auto_scheduled ${flag} NOT NULL DEFAULT 0, deployment_id ${uuid}, deployment_version text,
      parent_task_run_id ${uuid}, infrastructure_document_id ${uuid}, infrastructure_pid text,
      work_queue_id ${uuid}, work_queue_name text, created_by ${json}, job_variables ${json},
      UNIQUE (flow_id, idempotency_key))`,
    "CREATE INDEX flow_run_begin ON flow_run (coalesce(start_time, expected_start_time) DESC, id DESC)",
    "CREATE INDEX flow_run_flow_begin ON flow_run (flow_id, coalesce(start_time, expected_start_time) DESC, id DESC)",
    "CREATE INDEX flow_run_state_begin ON flow_run (state_type, coalesce(start_time, expected_start_time) DESC, id DESC)",
    // Counts by state over a time are walks along these two, which hold all that the counts ask.
    "CREATE INDEX flow_run_state_expected ON flow_run (state_type, state_name, expected_start_time, parent_task_run_id)",
    "CREATE INDEX flow_run_flow_state ON flow_run (flow_id, state_type, expected_start_time, parent_task_run_id)",
    "CREATE INDEX flow_run_expected ON flow_run (expected_start_time DESC, id DESC)",
    "CREATE INDEX flow_run_end ON flow_run (coalesce(end_time, 0) DESC, id DESC)",
    "CREATE INDEX flow_run_name ON flow_run (name, id)",
    "CREATE INDEX flow_run_deployment ON flow_run (deployment_id, expected_start_time DESC) WHERE deployment_id IS NOT NULL",
    "CREATE INDEX flow_run_parent ON flow_run (parent_task_run_id) WHERE parent_task_run_id IS NOT NULL",
    "CREATE INDEX flow_run_scheduled ON flow_run (next_scheduled_start_time) WHERE next_scheduled_start_time IS NOT NULL",

    `CREATE TABLE flow_run_state (${state},
      flow_run_id ${uuid} NOT NULL REFERENCES flow_run ON DELETE CASCADE, UNIQUE (flow_run_id, timestamp))`,
    `CREATE TABLE flow_run_input (${row}, flow_run_id ${uuid} NOT NULL REFERENCES flow_run ON DELETE CASCADE,
      key text NOT NULL, value text NOT NULL, sender text, UNIQUE (flow_run_id, key))`,

    `CREATE TABLE flow_run_heartbeat (flow_run_id ${uuid} PRIMARY KEY REFERENCES flow_run ON DELETE CASCADE,
      occurred ${moment} NOT NULL, interval_seconds ${moment} NOT NULL)`,

    `CREATE TABLE task_run (${row}, ${run},
      flow_run_id ${uuid} REFERENCES flow_run ON DELETE CASCADE,
      task_key text NOT NULL, dynamic_key text NOT NULL, cache_key text, cache_expiration ${moment}, task_version text,
      task_inputs ${json} NOT NULL, flow_run_run_count ${integer} NOT NULL DEFAULT 0,
      UNIQUE (flow_run_id, task_key, dynamic_key))`,
    "CREATE INDEX task_run_flow_run_expected ON task_run (flow_run_id, expected_start_time, id)",
    "CREATE INDEX task_run_flow_run_state ON task_run (flow_run_id, state_type)",
    "CREATE INDEX task_run_expected ON task_run (expected_start_time DESC, id DESC)",
    "CREATE INDEX task_run_state_expected ON task_run (state_type, expected_start_time)",
    "CREATE INDEX task_run_end ON task_run (coalesce(end_time, 0) DESC, id DESC)",
    "CREATE INDEX task_run_name ON task_run (name, id)",

    `CREATE TABLE task_run_state (${state}, task_run_id ${uuid} NOT NULL REFERENCES task_run ON DELETE CASCADE)`,
    "CREATE INDEX task_run_state_run ON task_run_state (task_run_id, timestamp)",
    `CREATE TABLE task_run_state_cache (id ${uuid} PRIMARY KEY, created ${moment} NOT NULL, cache_key text NOT NULL,
      cache_expiration ${moment}, task_run_state_id ${uuid} NOT NULL)`,
    "CREATE INDEX task_run_state_cache_key ON task_run_state_cache (cache_key, created DESC)",

    `CREATE TABLE log (id ${uuid} PRIMARY KEY, created ${moment} NOT NULL, name text NOT NULL, level ${integer} NOT NULL,
      message text NOT NULL, timestamp ${moment} NOT NULL, flow_run_id ${uuid}, task_run_id ${uuid})`,
    "CREATE INDEX log_flow_run ON log (flow_run_id, timestamp, id, level)",
    "CREATE INDEX log_task_run ON log (task_run_id, timestamp, id) WHERE task_run_id IS NOT NULL",
    "CREATE INDEX log_error ON log (flow_run_id, timestamp, id) WHERE level >= 40",

    `CREATE TABLE event (id ${uuid} PRIMARY KEY, occurred ${moment} NOT NULL, received ${moment} NOT NULL,
      event text NOT NULL, resource_id text NOT NULL, resource ${json} NOT NULL, related ${json} NOT NULL,
      payload ${json} NOT NULL, follows ${uuid})`,
    "CREATE INDEX event_occurred ON event (occurred, id)",
    "CREATE INDEX event_name_occurred ON event (event, occurred)",
    // Roles and labels are in the event; this is the way to the events that name a resource, in their order.
    `CREATE TABLE event_resource (resource_id text NOT NULL, occurred ${moment} NOT NULL, event_id ${uuid} NOT NULL,
      PRIMARY KEY (resource_id, occurred, event_id))`,

    `CREATE TABLE artifact (${row}, key text, type text, description text, data ${json}, metadata ${json},
      flow_run_id ${uuid}, task_run_id ${uuid})`,
    "CREATE INDEX artifact_key ON artifact (key, created DESC) WHERE key IS NOT NULL",
    "CREATE INDEX artifact_flow_run ON artifact (flow_run_id) WHERE flow_run_id IS NOT NULL",
    "CREATE INDEX artifact_task_run ON artifact (task_run_id) WHERE task_run_id IS NOT NULL",
    "CREATE INDEX artifact_unnamed ON artifact (created) WHERE key IS NULL AND coalesce(type, '') <> 'result'",
    "CREATE INDEX artifact_created ON artifact (created)",
    `CREATE TABLE artifact_collection (${row}, key text NOT NULL UNIQUE, latest_id ${uuid} NOT NULL)`,

    `CREATE TABLE saved_search (${row}, name text NOT NULL UNIQUE, filters ${json} NOT NULL)`,
    `CREATE TABLE configuration (${row}, key text NOT NULL UNIQUE, value ${json} NOT NULL)`,

    `CREATE TABLE result (id ${uuid} PRIMARY KEY, created ${moment} NOT NULL, flow_run_id ${uuid}, task_run_id ${uuid},
      task_key text, flow_run_attempt ${integer} NOT NULL DEFAULT 0, format text NOT NULL, data text, location text,
      preview ${json} NOT NULL, reason text, identity text, cache_key text, expires ${moment})`,
    "CREATE INDEX result_flow_run ON result (flow_run_id, id)",
    "CREATE INDEX result_task_run ON result (task_run_id) WHERE task_run_id IS NOT NULL",
    "CREATE INDEX result_cache_key ON result (cache_key, created DESC) WHERE cache_key IS NOT NULL",
    `CREATE TABLE task_run_value (task_run_id ${uuid} PRIMARY KEY REFERENCES task_run ON DELETE CASCADE,
      inputs ${json}, inputs_at ${moment}, result_id ${uuid}, result_at ${moment})`,
    `CREATE TABLE parameter_schema (${row}, flow_id ${uuid} NOT NULL REFERENCES flow ON DELETE CASCADE,
      version text, schema ${json} NOT NULL)`,
    "CREATE INDEX parameter_schema_flow ON parameter_schema (flow_id, updated DESC)",
  ];
}
