CREATE TABLE artifact (
  id text PRIMARY KEY,
  created integer NOT NULL,
  updated integer NOT NULL,
  key text,
  type text,
  description text,
  data text,
  metadata text,
  flow_run_id text,
  task_run_id text
);
CREATE INDEX artifact_created ON artifact (created);
CREATE INDEX artifact_flow_run ON artifact (flow_run_id) WHERE flow_run_id IS NOT NULL;
CREATE INDEX artifact_key ON artifact (key, created DESC) WHERE key IS NOT NULL;
CREATE INDEX artifact_task_run ON artifact (task_run_id) WHERE task_run_id IS NOT NULL;
CREATE INDEX artifact_unnamed ON artifact (created) WHERE key IS NULL AND coalesce(type, '') <> 'result';

CREATE TABLE artifact_collection (
  id text PRIMARY KEY,
  created integer NOT NULL,
  updated integer NOT NULL,
  key text NOT NULL UNIQUE,
  latest_id text NOT NULL
);

CREATE TABLE asset (
  id text PRIMARY KEY,
  key text NOT NULL UNIQUE,
  name text,
  description text,
  url text,
  owners text NOT NULL,
  described integer NOT NULL,
  first_seen integer NOT NULL,
  last_seen integer NOT NULL
);
CREATE INDEX asset_last_seen ON asset (last_seen DESC, id DESC);

CREATE TABLE asset_dependency (
  downstream_id text NOT NULL REFERENCES asset ON DELETE CASCADE,
  upstream_id text NOT NULL REFERENCES asset ON DELETE CASCADE,
  last_seen integer NOT NULL,
  PRIMARY KEY (downstream_id, upstream_id)
);
CREATE INDEX asset_dependency_upstream ON asset_dependency (upstream_id);

CREATE TABLE asset_materialization (
  event_id text PRIMARY KEY REFERENCES event ON DELETE CASCADE,
  asset_id text NOT NULL REFERENCES asset ON DELETE CASCADE,
  occurred integer NOT NULL,
  succeeded integer NOT NULL,
  flow_run_id text,
  flow_run_name text,
  task_run_id text,
  task_run_name text,
  flow_id text,
  flow_name text,
  made_by text,
  metadata text NOT NULL
);
CREATE INDEX asset_materialization_asset ON asset_materialization (asset_id, occurred DESC, event_id DESC);
CREATE INDEX asset_materialization_flow_run ON asset_materialization (flow_run_id) WHERE flow_run_id IS NOT NULL;
CREATE INDEX asset_materialization_task_run ON asset_materialization (task_run_id) WHERE task_run_id IS NOT NULL;

CREATE TABLE automation (
  id text PRIMARY KEY,
  created integer NOT NULL,
  updated integer NOT NULL,
  name text NOT NULL,
  description text NOT NULL,
  enabled integer NOT NULL,
  trigger text NOT NULL,
  actions text NOT NULL,
  actions_on_trigger text NOT NULL,
  actions_on_resolve text NOT NULL,
  tags text NOT NULL,
  counts_from integer
);
CREATE INDEX automation_enabled ON automation (enabled, id, updated);

CREATE TABLE automation_action (
  id text PRIMARY KEY,
  automation_id text NOT NULL,
  automation text NOT NULL,
  firing text NOT NULL,
  action text NOT NULL,
  action_index integer NOT NULL,
  chain integer NOT NULL,
  triggered integer NOT NULL,
  triggered_event_id text,
  event_id text,
  attempts integer NOT NULL,
  due integer NOT NULL,
  delivered text
);
CREATE INDEX automation_action_due ON automation_action (due);
CREATE INDEX automation_action_firing ON automation_action (triggered_event_id);

CREATE TABLE automation_bucket (
  trigger_id text NOT NULL,
  key text NOT NULL,
  automation_id text NOT NULL REFERENCES automation ON DELETE CASCADE,
  labels text NOT NULL,
  starts integer NOT NULL,
  ends integer NOT NULL,
  count integer NOT NULL,
  last_event_id text,
  due integer NOT NULL,
  PRIMARY KEY (trigger_id, key)
);
CREATE INDEX automation_bucket_automation ON automation_bucket (automation_id);
CREATE INDEX automation_bucket_due ON automation_bucket (due);

CREATE TABLE automation_child_firing (
  parent_trigger_id text NOT NULL,
  child_trigger_id text NOT NULL,
  automation_id text NOT NULL REFERENCES automation ON DELETE CASCADE,
  firing_id text NOT NULL,
  fired_at integer NOT NULL,
  firing text NOT NULL,
  PRIMARY KEY (parent_trigger_id, child_trigger_id)
);
CREATE INDEX automation_child_firing_automation ON automation_child_firing (automation_id);

CREATE TABLE automation_deploy (
  automation_id text PRIMARY KEY REFERENCES automation ON DELETE CASCADE,
  project text,
  written text NOT NULL
);
CREATE INDEX automation_deploy_project ON automation_deploy (project);

CREATE TABLE automation_metric (
  trigger_id text PRIMARY KEY,
  automation_id text NOT NULL REFERENCES automation ON DELETE CASCADE,
  is_triggered integer NOT NULL,
  crossed integer,
  due integer
);
CREATE INDEX automation_metric_automation ON automation_metric (automation_id);
CREATE INDEX automation_metric_due ON automation_metric (due) WHERE due IS NOT NULL;

CREATE TABLE automation_metric_slice (
  trigger_id text NOT NULL,
  starts integer NOT NULL,
  automation_id text NOT NULL REFERENCES automation ON DELETE CASCADE,
  runs integer NOT NULL,
  total integer NOT NULL,
  PRIMARY KEY (trigger_id, starts)
);
CREATE INDEX automation_metric_slice_automation ON automation_metric_slice (automation_id);

CREATE TABLE automation_resource (
  automation_id text NOT NULL REFERENCES automation ON DELETE CASCADE,
  resource_id text NOT NULL,
  is_owner integer NOT NULL,
  PRIMARY KEY (automation_id, resource_id)
);
CREATE INDEX automation_resource_resource ON automation_resource (resource_id);

CREATE TABLE automation_version (
  id integer PRIMARY KEY,
  version integer NOT NULL
);

CREATE TABLE block_document (
  id text PRIMARY KEY,
  created integer NOT NULL,
  updated integer NOT NULL,
  name text NOT NULL,
  data text NOT NULL,
  secrets text,
  block_schema_id text NOT NULL REFERENCES block_schema ON DELETE CASCADE,
  block_type_id text NOT NULL REFERENCES block_type ON DELETE CASCADE,
  is_anonymous integer NOT NULL,
  UNIQUE (block_type_id, name)
);
CREATE INDEX block_document_name ON block_document (name, id);
CREATE INDEX block_document_schema ON block_document (block_schema_id);

CREATE TABLE block_document_reference (
  parent_id text NOT NULL REFERENCES block_document ON DELETE CASCADE,
  name text NOT NULL,
  block_document_id text NOT NULL REFERENCES block_document ON DELETE CASCADE,
  PRIMARY KEY (parent_id, name)
);
CREATE INDEX block_document_reference_to ON block_document_reference (block_document_id);

CREATE TABLE block_schema (
  id text PRIMARY KEY,
  created integer NOT NULL,
  updated integer NOT NULL,
  checksum text NOT NULL,
  fields text NOT NULL,
  capabilities text NOT NULL,
  version text NOT NULL,
  block_type_id text NOT NULL REFERENCES block_type ON DELETE CASCADE,
  UNIQUE (checksum, version)
);
CREATE INDEX block_schema_created ON block_schema (created, id);
CREATE INDEX block_schema_type ON block_schema (block_type_id);

CREATE TABLE block_type (
  id text PRIMARY KEY,
  created integer NOT NULL,
  updated integer NOT NULL,
  name text NOT NULL,
  slug text NOT NULL UNIQUE,
  logo_url text,
  documentation_url text,
  description text,
  code_example text,
  is_protected integer NOT NULL
);
CREATE INDEX block_type_name ON block_type (name);

CREATE TABLE clean_up (
  id text PRIMARY KEY,
  created integer NOT NULL,
  updated integer NOT NULL,
  work_pool_id text NOT NULL REFERENCES work_pool ON DELETE CASCADE,
  work_queue_id text,
  kind text NOT NULL,
  target text NOT NULL,
  delivery_count integer NOT NULL DEFAULT 0,
  reservation_token text,
  lease_ends_at integer
);
CREATE INDEX clean_up_lease ON clean_up (lease_ends_at) WHERE reservation_token IS NOT NULL;
CREATE INDEX clean_up_waiting ON clean_up (work_pool_id, id) WHERE reservation_token IS NULL;

CREATE TABLE concurrency_lease (
  id text PRIMARY KEY,
  created integer NOT NULL,
  holder_type text,
  holder_id text,
  ends_at integer
);
CREATE INDEX concurrency_lease_end ON concurrency_lease (ends_at, id) WHERE ends_at IS NOT NULL;
CREATE INDEX concurrency_lease_holder ON concurrency_lease (holder_id) WHERE holder_id IS NOT NULL;

CREATE TABLE concurrency_limit (
  id text PRIMARY KEY,
  created integer NOT NULL,
  updated integer NOT NULL,
  name text NOT NULL UNIQUE,
  active integer NOT NULL,
  max_slots integer NOT NULL,
  slot_decay_per_second real NOT NULL DEFAULT 0,
  denied_slots real NOT NULL DEFAULT 0,
  avg_slot_occupancy_seconds real NOT NULL DEFAULT 2,
  filled real NOT NULL DEFAULT 0,
  filled_at integer,
  keyed integer NOT NULL DEFAULT 0
);
CREATE INDEX concurrency_limit_keyed ON concurrency_limit (updated, id) WHERE keyed = 1;

CREATE TABLE concurrency_slot (
  limit_id text NOT NULL REFERENCES concurrency_limit ON DELETE CASCADE,
  lease_id text NOT NULL REFERENCES concurrency_lease ON DELETE CASCADE,
  slots integer NOT NULL,
  PRIMARY KEY (limit_id, lease_id)
);
CREATE INDEX concurrency_slot_lease ON concurrency_slot (lease_id);

CREATE TABLE concurrency_waiter (
  limit_id text NOT NULL REFERENCES concurrency_limit ON DELETE CASCADE,
  waiter_id text NOT NULL,
  created integer NOT NULL,
  holder_type text,
  holder_id text,
  slots integer NOT NULL,
  ends_at integer NOT NULL,
  PRIMARY KEY (limit_id, waiter_id)
);
CREATE INDEX concurrency_waiter_end ON concurrency_waiter (ends_at);
CREATE INDEX concurrency_waiter_holder ON concurrency_waiter (holder_id) WHERE holder_id IS NOT NULL;

CREATE TABLE configuration (
  id text PRIMARY KEY,
  created integer NOT NULL,
  updated integer NOT NULL,
  key text NOT NULL UNIQUE,
  value text NOT NULL
);

CREATE TABLE consumer (
  name text PRIMARY KEY,
  xid integer NOT NULL,
  seq integer NOT NULL,
  updated integer NOT NULL
);

CREATE TABLE deployment (
  id text PRIMARY KEY,
  created integer NOT NULL,
  updated integer NOT NULL,
  name text NOT NULL,
  flow_id text NOT NULL REFERENCES flow ON DELETE CASCADE,
  tags text NOT NULL,
  paused integer NOT NULL DEFAULT 0,
  work_queue_id text REFERENCES work_queue ON DELETE SET NULL,
  work_queue_name text,
  concurrency_limit integer,
  description text,
  version text,
  version_id text,
  parameters text NOT NULL DEFAULT '{}',
  parameter_openapi_schema text,
  enforce_parameter_schema integer NOT NULL DEFAULT 1,
  labels text NOT NULL DEFAULT '{}',
  pull_steps text,
  path text,
  entrypoint text,
  storage_document_id text,
  infrastructure_document_id text,
  job_variables text NOT NULL DEFAULT '{}',
  concurrency_options text,
  run_policy text NOT NULL DEFAULT '{}',
  created_by text,
  updated_by text,
  status text NOT NULL DEFAULT 'NOT_READY',
  last_polled integer,
  concurrency_limit_id text REFERENCES concurrency_limit ON DELETE SET NULL,
  UNIQUE (flow_id, name)
);
CREATE INDEX deployment_created ON deployment (created DESC, id DESC);
CREATE INDEX deployment_limit ON deployment (concurrency_limit_id) WHERE concurrency_limit_id IS NOT NULL;
CREATE INDEX deployment_name ON deployment (name, id);
CREATE INDEX deployment_polled ON deployment (last_polled) WHERE status = 'READY';
CREATE INDEX deployment_queue ON deployment (work_queue_id) WHERE work_queue_id IS NOT NULL;
CREATE INDEX deployment_run_policy ON deployment (id) WHERE run_policy <> '{}';
CREATE INDEX deployment_updated ON deployment (updated DESC, id DESC);

CREATE TABLE deployment_schedule (
  id text PRIMARY KEY,
  created integer NOT NULL,
  updated integer NOT NULL,
  deployment_id text NOT NULL REFERENCES deployment ON DELETE CASCADE,
  schedule text NOT NULL,
  active integer NOT NULL,
  max_scheduled_runs integer,
  parameters text NOT NULL,
  slug text,
  scheduled_until integer,
  due integer,
  problem text
);
CREATE INDEX deployment_schedule_deployment ON deployment_schedule (deployment_id, created DESC);
CREATE INDEX deployment_schedule_due ON deployment_schedule (due, id) WHERE due IS NOT NULL;
CREATE UNIQUE INDEX deployment_schedule_slug ON deployment_schedule (deployment_id, slug) WHERE slug IS NOT NULL;

CREATE TABLE deployment_version (
  id text PRIMARY KEY,
  created integer NOT NULL,
  deployment_id text NOT NULL REFERENCES deployment ON DELETE CASCADE,
  version text,
  version_info text,
  definition text NOT NULL,
  created_by text
);
CREATE INDEX deployment_version_deployment ON deployment_version (deployment_id, created DESC);

CREATE TABLE event (
  id text PRIMARY KEY,
  occurred integer NOT NULL,
  received integer NOT NULL,
  event text NOT NULL,
  resource_id text NOT NULL,
  resource text NOT NULL,
  related text NOT NULL,
  payload text NOT NULL,
  follows text
);
CREATE TRIGGER event_added AFTER INSERT ON event BEGIN INSERT INTO event_count (hour, event, count) VALUES (NEW.occurred - (NEW.occurred % 3600000000 + 3600000000) % 3600000000, NEW.event, 1) ON CONFLICT (hour, event) DO UPDATE SET count = count + 1; END;
CREATE TRIGGER event_removed AFTER DELETE ON event BEGIN UPDATE event_count SET count = count - 1 WHERE hour = OLD.occurred - (OLD.occurred % 3600000000 + 3600000000) % 3600000000 AND event = OLD.event; DELETE FROM event_count WHERE hour = OLD.occurred - (OLD.occurred % 3600000000 + 3600000000) % 3600000000 AND event = OLD.event AND count = 0; END;
CREATE INDEX event_name_occurred ON event (event, occurred);
CREATE INDEX event_occurred ON event (occurred, id);

CREATE TABLE event_count (
  hour integer NOT NULL,
  event text NOT NULL,
  count integer NOT NULL,
  PRIMARY KEY (hour, event)
);

CREATE TABLE event_count_change (
  seq integer PRIMARY KEY AUTOINCREMENT NOT NULL,
  hour integer NOT NULL,
  event text NOT NULL,
  count integer NOT NULL
);

CREATE TABLE event_resource (
  resource_id text NOT NULL,
  occurred integer NOT NULL,
  event_id text NOT NULL,
  PRIMARY KEY (resource_id, occurred, event_id)
);

CREATE TABLE event_webhook (
  id text PRIMARY KEY,
  created integer NOT NULL,
  updated integer NOT NULL,
  name text NOT NULL UNIQUE,
  description text NOT NULL,
  enabled integer NOT NULL,
  address_digest text NOT NULL UNIQUE,
  former_digest text UNIQUE,
  former_until integer,
  template text,
  signature text,
  secret text,
  former_secret text
);

CREATE TABLE failed_delivery (
  id text PRIMARY KEY,
  consumer text NOT NULL,
  seq integer NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  ref text NOT NULL,
  attempts integer NOT NULL,
  reason text NOT NULL,
  first_failed integer NOT NULL,
  last_failed integer NOT NULL,
  due integer,
  as_of integer,
  UNIQUE (consumer, seq)
);
CREATE INDEX failed_delivery_due ON failed_delivery (consumer, due) WHERE due IS NOT NULL;

CREATE TABLE flow (
  id text PRIMARY KEY,
  created integer NOT NULL,
  updated integer NOT NULL,
  name text NOT NULL UNIQUE,
  tags text NOT NULL,
  labels text NOT NULL
);

CREATE TABLE flow_run (
  id text PRIMARY KEY,
  created integer NOT NULL,
  updated integer NOT NULL,
  name text NOT NULL,
  state_id text,
  state_type text,
  state_name text,
  state_timestamp integer,
  run_count integer NOT NULL DEFAULT 0,
  expected_start_time integer,
  next_scheduled_start_time integer,
  start_time integer,
  end_time integer,
  total_run_time integer NOT NULL DEFAULT 0,
  empirical_policy text NOT NULL,
  tags text NOT NULL,
  labels text NOT NULL,
  flow_id text NOT NULL REFERENCES flow ON DELETE CASCADE,
  flow_version text,
  parameters text NOT NULL,
  idempotency_key text,
  context text NOT NULL,
  auto_scheduled integer NOT NULL DEFAULT 0,
  deployment_id text,
  deployment_version text,
  parent_task_run_id text,
  infrastructure_document_id text,
  infrastructure_pid text,
  work_queue_id text,
  work_queue_name text,
  created_by text,
  job_variables text,
  priority integer NOT NULL DEFAULT 0,
  worker_id text,
  worker_name text,
  UNIQUE (flow_id, idempotency_key)
);
CREATE INDEX flow_run_before_late ON flow_run (next_scheduled_start_time, id) WHERE state_name = 'Scheduled';
CREATE INDEX flow_run_begin ON flow_run (coalesce(start_time, expected_start_time) DESC, id DESC, name);
CREATE INDEX flow_run_deployment ON flow_run (deployment_id, expected_start_time DESC, id DESC, state_type, total_run_time) WHERE deployment_id IS NOT NULL;
CREATE INDEX flow_run_deployment_due ON flow_run (deployment_id, next_scheduled_start_time, id) WHERE next_scheduled_start_time IS NOT NULL;
CREATE INDEX flow_run_due_of_queue ON flow_run (work_queue_id, priority, next_scheduled_start_time, id) WHERE work_queue_id IS NOT NULL AND state_type = 'SCHEDULED';
CREATE INDEX flow_run_end ON flow_run (coalesce(end_time, 0) DESC, id DESC);
CREATE INDEX flow_run_expected ON flow_run (expected_start_time DESC, id DESC);
CREATE INDEX flow_run_flow_begin ON flow_run (flow_id, coalesce(start_time, expected_start_time) DESC, id DESC);
CREATE INDEX flow_run_flow_state ON flow_run (flow_id, state_type, expected_start_time, parent_task_run_id, total_run_time);
CREATE INDEX flow_run_in_line ON flow_run (deployment_id, expected_start_time, id) WHERE state_name = 'AwaitingConcurrencySlot';
CREATE INDEX flow_run_name ON flow_run (name, id);
CREATE INDEX flow_run_of_queue ON flow_run (work_queue_id, expected_start_time DESC, id DESC) WHERE work_queue_id IS NOT NULL;
CREATE INDEX flow_run_of_worker ON flow_run (worker_id, expected_start_time DESC, id DESC) WHERE worker_id IS NOT NULL;
CREATE INDEX flow_run_open_of_queue ON flow_run (work_queue_id, id) WHERE work_queue_id IS NOT NULL AND state_type IN ('PENDING', 'RUNNING', 'CANCELLING');
CREATE INDEX flow_run_open_subflow ON flow_run (state_type, parent_task_run_id) WHERE parent_task_run_id IS NOT NULL AND state_type IN ('SCHEDULED', 'PENDING', 'RUNNING', 'PAUSED', 'CANCELLING');
CREATE INDEX flow_run_parent ON flow_run (parent_task_run_id) WHERE parent_task_run_id IS NOT NULL;
CREATE INDEX flow_run_scheduled ON flow_run (next_scheduled_start_time) WHERE next_scheduled_start_time IS NOT NULL;
CREATE INDEX flow_run_state_begin ON flow_run (state_type, coalesce(start_time, expected_start_time) DESC, id DESC);
CREATE INDEX flow_run_state_expected ON flow_run (state_type, state_name, expected_start_time, parent_task_run_id, start_time, total_run_time);

CREATE TABLE flow_run_cancellation (
  flow_run_id text PRIMARY KEY REFERENCES flow_run ON DELETE CASCADE,
  user_agent text NOT NULL
);

CREATE TABLE flow_run_heartbeat (
  flow_run_id text PRIMARY KEY REFERENCES flow_run ON DELETE CASCADE,
  occurred integer NOT NULL,
  interval_seconds integer NOT NULL,
  beat_count integer NOT NULL DEFAULT 1,
  interval_declared integer NOT NULL DEFAULT 0,
  received integer NOT NULL DEFAULT 0,
  process text
);

CREATE TABLE flow_run_input (
  id text PRIMARY KEY,
  created integer NOT NULL,
  updated integer NOT NULL,
  flow_run_id text NOT NULL REFERENCES flow_run ON DELETE CASCADE,
  key text NOT NULL,
  value text NOT NULL,
  sender text,
  UNIQUE (flow_run_id, key)
);
CREATE INDEX flow_run_input_order ON flow_run_input (flow_run_id, created, id);

CREATE TABLE flow_run_state (
  id text PRIMARY KEY,
  created integer NOT NULL,
  type text NOT NULL,
  name text NOT NULL,
  timestamp integer NOT NULL,
  message text,
  state_details text NOT NULL,
  data text,
  flow_run_id text NOT NULL REFERENCES flow_run ON DELETE CASCADE,
  UNIQUE (flow_run_id, timestamp)
);
CREATE INDEX flow_run_state_kind ON flow_run_state (type, name, timestamp);

CREATE TABLE kept_parameters (
  flow_run_id text PRIMARY KEY REFERENCES flow_run ON DELETE CASCADE,
  format text NOT NULL,
  data text,
  checked integer NOT NULL,
  reason text
);

CREATE TABLE lease_clock (
  id integer PRIMARY KEY,
  elapsed integer NOT NULL
);

CREATE TABLE log (
  id text PRIMARY KEY,
  created integer NOT NULL,
  name text NOT NULL,
  level integer NOT NULL,
  message text NOT NULL,
  timestamp integer NOT NULL,
  flow_run_id text,
  task_run_id text
);
CREATE INDEX log_error ON log (flow_run_id, timestamp, id) WHERE level >= 40;
CREATE INDEX log_flow_run ON log (flow_run_id, timestamp, id, level);
CREATE INDEX log_task_run ON log (task_run_id, timestamp, id) WHERE task_run_id IS NOT NULL;

CREATE TABLE loop_lease (
  name text PRIMARY KEY,
  holder text NOT NULL,
  beat integer NOT NULL
);

CREATE TABLE migration (
  name text PRIMARY KEY,
  applied integer NOT NULL,
  breaking integer NOT NULL DEFAULT 1
);

CREATE TABLE outbox (
  seq integer PRIMARY KEY AUTOINCREMENT NOT NULL,
  xid integer NOT NULL DEFAULT 0,
  kind text NOT NULL,
  name text NOT NULL,
  ref text NOT NULL,
  appended integer NOT NULL,
  as_of integer
);
CREATE INDEX outbox_order ON outbox (xid, seq);

CREATE TABLE parameter_schema (
  id text PRIMARY KEY,
  created integer NOT NULL,
  updated integer NOT NULL,
  flow_id text NOT NULL REFERENCES flow ON DELETE CASCADE,
  version text,
  schema text NOT NULL
);
CREATE INDEX parameter_schema_flow ON parameter_schema (flow_id, updated DESC);

CREATE TABLE result (
  id text PRIMARY KEY,
  created integer NOT NULL,
  flow_run_id text,
  task_run_id text,
  task_key text,
  flow_run_attempt integer NOT NULL DEFAULT 0,
  format text NOT NULL,
  data text,
  location text,
  preview text NOT NULL,
  reason text,
  identity text,
  cache_key text,
  expires integer
);
CREATE INDEX result_cache_key ON result (cache_key, created DESC) WHERE cache_key IS NOT NULL;
CREATE INDEX result_flow_run ON result (flow_run_id, id);
CREATE INDEX result_kept ON result (created, id) WHERE format <> 'none';
CREATE INDEX result_location ON result (location) WHERE location IS NOT NULL;
CREATE INDEX result_task_run ON result (task_run_id) WHERE task_run_id IS NOT NULL;

CREATE TABLE saved_search (
  id text PRIMARY KEY,
  created integer NOT NULL,
  updated integer NOT NULL,
  name text NOT NULL UNIQUE,
  filters text NOT NULL
);

CREATE TABLE task_delivery (
  task_run_id text PRIMARY KEY REFERENCES task_run ON DELETE CASCADE,
  task_key text NOT NULL,
  priority integer NOT NULL,
  queued integer NOT NULL,
  waits_until integer,
  parameters_id text,
  deliveries integer NOT NULL,
  worker_id text,
  acknowledged_at integer,
  is_told_unserved integer
);
CREATE INDEX task_delivery_held ON task_delivery (worker_id) WHERE worker_id IS NOT NULL;
CREATE INDEX task_delivery_later ON task_delivery (task_key, waits_until) WHERE waits_until IS NOT NULL;
CREATE INDEX task_delivery_waiting ON task_delivery (task_key, priority, queued, task_run_id) WHERE worker_id IS NULL AND waits_until IS NULL;

CREATE TABLE task_run (
  id text PRIMARY KEY,
  created integer NOT NULL,
  updated integer NOT NULL,
  name text NOT NULL,
  state_id text,
  state_type text,
  state_name text,
  state_timestamp integer,
  run_count integer NOT NULL DEFAULT 0,
  expected_start_time integer,
  next_scheduled_start_time integer,
  start_time integer,
  end_time integer,
  total_run_time integer NOT NULL DEFAULT 0,
  empirical_policy text NOT NULL,
  tags text NOT NULL,
  labels text NOT NULL,
  flow_run_id text REFERENCES flow_run ON DELETE CASCADE,
  task_key text NOT NULL,
  dynamic_key text NOT NULL,
  cache_key text,
  cache_expiration integer,
  task_version text,
  task_inputs text NOT NULL,
  flow_run_run_count integer NOT NULL DEFAULT 0,
  last_word integer,
  deferred integer,
  task_worker text,
  UNIQUE (flow_run_id, task_key, dynamic_key)
);
CREATE INDEX task_run_deferred ON task_run (expected_start_time DESC, id DESC) WHERE deferred = 1;
CREATE INDEX task_run_deferred_end ON task_run (end_time, task_key, state_type) WHERE deferred = 1;
CREATE INDEX task_run_end ON task_run (coalesce(end_time, 0) DESC, id DESC);
CREATE INDEX task_run_expected ON task_run (expected_start_time DESC, id DESC);
CREATE INDEX task_run_flow_run_expected ON task_run (flow_run_id, expected_start_time, id);
CREATE INDEX task_run_flow_run_state ON task_run (flow_run_id, state_type);
CREATE INDEX task_run_free_end ON task_run (coalesce(end_time, 0), id) WHERE flow_run_id IS NULL;
CREATE INDEX task_run_name ON task_run (name, id);
CREATE INDEX task_run_state_expected ON task_run (state_type, state_name, expected_start_time, start_time, total_run_time);

CREATE TABLE task_run_state (
  id text PRIMARY KEY,
  created integer NOT NULL,
  type text NOT NULL,
  name text NOT NULL,
  timestamp integer NOT NULL,
  message text,
  state_details text NOT NULL,
  data text,
  task_run_id text NOT NULL REFERENCES task_run ON DELETE CASCADE
);
CREATE INDEX task_run_state_kind ON task_run_state (type, name, timestamp);
CREATE INDEX task_run_state_run ON task_run_state (task_run_id, timestamp);

CREATE TABLE task_run_state_cache (
  id text PRIMARY KEY,
  created integer NOT NULL,
  cache_key text NOT NULL,
  cache_expiration integer,
  task_run_state_id text NOT NULL
);
CREATE INDEX task_run_state_cache_expiration ON task_run_state_cache (cache_expiration) WHERE cache_expiration IS NOT NULL;
CREATE INDEX task_run_state_cache_key ON task_run_state_cache (cache_key, created DESC);
CREATE INDEX task_run_state_cache_state ON task_run_state_cache (task_run_state_id);

CREATE TABLE task_run_value (
  task_run_id text PRIMARY KEY REFERENCES task_run ON DELETE CASCADE,
  inputs text,
  inputs_at integer,
  result_id text,
  result_at integer
);

CREATE TABLE task_worker (
  id text PRIMARY KEY,
  created integer NOT NULL,
  updated integer NOT NULL,
  identifier text NOT NULL,
  task_keys text NOT NULL,
  takes_many integer NOT NULL,
  is_connected integer NOT NULL,
  ends_at integer NOT NULL,
  slots integer
);
CREATE INDEX task_worker_end ON task_worker (ends_at);
CREATE INDEX task_worker_identifier ON task_worker (identifier);

CREATE TABLE variable (
  id text PRIMARY KEY,
  created integer NOT NULL,
  updated integer NOT NULL,
  name text NOT NULL UNIQUE,
  value text NOT NULL,
  tags text NOT NULL
);
CREATE INDEX variable_created ON variable (created, id);
CREATE INDEX variable_updated ON variable (updated, id);

CREATE TABLE work_pool (
  id text PRIMARY KEY,
  created integer NOT NULL,
  updated integer NOT NULL,
  name text NOT NULL UNIQUE,
  type text NOT NULL,
  description text,
  base_job_template text NOT NULL DEFAULT '{}',
  is_paused integer NOT NULL DEFAULT 0,
  concurrency_limit integer,
  default_queue_id text,
  status text NOT NULL DEFAULT 'NOT_READY',
  last_transitioned_status_at integer,
  last_status_event_id text,
  storage_configuration text NOT NULL DEFAULT '{}'
);

CREATE TABLE work_queue (
  id text PRIMARY KEY,
  created integer NOT NULL,
  updated integer NOT NULL,
  name text NOT NULL,
  work_pool_id text NOT NULL REFERENCES work_pool ON DELETE CASCADE,
  description text NOT NULL DEFAULT '',
  filter text,
  is_paused integer NOT NULL DEFAULT 0,
  concurrency_limit integer,
  last_polled integer,
  priority integer NOT NULL DEFAULT 1,
  status text NOT NULL DEFAULT 'NOT_READY',
  UNIQUE (work_pool_id, name)
);
CREATE INDEX work_queue_polled ON work_queue (last_polled) WHERE status = 'READY';
CREATE INDEX work_queue_priority ON work_queue (work_pool_id, priority);

CREATE TABLE worker (
  id text PRIMARY KEY,
  created integer NOT NULL,
  updated integer NOT NULL,
  name text NOT NULL,
  work_pool_id text NOT NULL REFERENCES work_pool ON DELETE CASCADE,
  last_heartbeat_time integer NOT NULL,
  heartbeat_interval_seconds integer,
  status text NOT NULL,
  metadata text,
  UNIQUE (work_pool_id, name)
);
CREATE INDEX worker_heartbeat ON worker (work_pool_id, last_heartbeat_time);
CREATE INDEX worker_online ON worker (last_heartbeat_time) WHERE status = 'ONLINE';
