CREATE TABLE artifact (
  id uuid NOT NULL,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  key text,
  type text,
  description text,
  data text,
  metadata text,
  flow_run_id uuid,
  task_run_id uuid,
  PRIMARY KEY (id)
);
CREATE INDEX artifact_created ON artifact USING btree (created);
CREATE INDEX artifact_flow_run ON artifact USING btree (flow_run_id) WHERE (flow_run_id IS NOT NULL);
CREATE INDEX artifact_key ON artifact USING btree (key, created DESC) WHERE (key IS NOT NULL);
CREATE INDEX artifact_task_run ON artifact USING btree (task_run_id) WHERE (task_run_id IS NOT NULL);
CREATE INDEX artifact_unnamed ON artifact USING btree (created) WHERE ((key IS NULL) AND (COALESCE(type, ''::text) <> 'result'::text));

CREATE TABLE artifact_collection (
  id uuid NOT NULL,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  key text NOT NULL,
  latest_id uuid NOT NULL,
  UNIQUE (key),
  PRIMARY KEY (id)
);

CREATE TABLE asset (
  id uuid NOT NULL,
  key text NOT NULL,
  name text,
  description text,
  url text,
  owners text NOT NULL,
  described bigint NOT NULL,
  first_seen bigint NOT NULL,
  last_seen bigint NOT NULL,
  UNIQUE (key),
  PRIMARY KEY (id)
);
CREATE INDEX asset_last_seen ON asset USING btree (last_seen DESC, id DESC);

CREATE TABLE asset_dependency (
  downstream_id uuid NOT NULL,
  upstream_id uuid NOT NULL,
  last_seen bigint NOT NULL,
  PRIMARY KEY (downstream_id, upstream_id),
  FOREIGN KEY (downstream_id) REFERENCES asset(id) ON DELETE CASCADE,
  FOREIGN KEY (upstream_id) REFERENCES asset(id) ON DELETE CASCADE
);
CREATE INDEX asset_dependency_upstream ON asset_dependency USING btree (upstream_id);

CREATE TABLE asset_materialization (
  event_id uuid NOT NULL,
  asset_id uuid NOT NULL,
  occurred bigint NOT NULL,
  succeeded smallint NOT NULL,
  flow_run_id uuid,
  flow_run_name text,
  task_run_id uuid,
  task_run_name text,
  flow_id uuid,
  flow_name text,
  made_by text,
  metadata text NOT NULL,
  PRIMARY KEY (event_id),
  FOREIGN KEY (asset_id) REFERENCES asset(id) ON DELETE CASCADE,
  FOREIGN KEY (event_id) REFERENCES event(id) ON DELETE CASCADE
);
CREATE INDEX asset_materialization_asset ON asset_materialization USING btree (asset_id, occurred DESC, event_id DESC);
CREATE INDEX asset_materialization_flow_run ON asset_materialization USING btree (flow_run_id) WHERE (flow_run_id IS NOT NULL);
CREATE INDEX asset_materialization_task_run ON asset_materialization USING btree (task_run_id) WHERE (task_run_id IS NOT NULL);

CREATE TABLE automation (
  id uuid NOT NULL,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  name text NOT NULL,
  description text NOT NULL,
  enabled smallint NOT NULL,
  trigger text NOT NULL,
  actions text NOT NULL,
  actions_on_trigger text NOT NULL,
  actions_on_resolve text NOT NULL,
  tags jsonb NOT NULL,
  counts_from bigint,
  PRIMARY KEY (id)
);
CREATE INDEX automation_enabled ON automation USING btree (enabled, id, updated);

CREATE TABLE automation_action (
  id uuid NOT NULL,
  automation_id uuid NOT NULL,
  automation text NOT NULL,
  firing text NOT NULL,
  action text NOT NULL,
  action_index integer NOT NULL,
  chain integer NOT NULL,
  triggered bigint NOT NULL,
  triggered_event_id uuid,
  event_id uuid,
  attempts integer NOT NULL,
  due bigint NOT NULL,
  delivered text,
  PRIMARY KEY (id)
);
CREATE INDEX automation_action_due ON automation_action USING btree (due);
CREATE INDEX automation_action_firing ON automation_action USING btree (triggered_event_id);

CREATE TABLE automation_bucket (
  trigger_id uuid NOT NULL,
  key text NOT NULL,
  automation_id uuid NOT NULL,
  labels text NOT NULL,
  starts bigint NOT NULL,
  ends bigint NOT NULL,
  count integer NOT NULL,
  last_event_id uuid,
  due bigint NOT NULL,
  PRIMARY KEY (trigger_id, key),
  FOREIGN KEY (automation_id) REFERENCES automation(id) ON DELETE CASCADE
);
CREATE INDEX automation_bucket_automation ON automation_bucket USING btree (automation_id);
CREATE INDEX automation_bucket_due ON automation_bucket USING btree (due);

CREATE TABLE automation_child_firing (
  parent_trigger_id uuid NOT NULL,
  child_trigger_id uuid NOT NULL,
  automation_id uuid NOT NULL,
  firing_id uuid NOT NULL,
  fired_at bigint NOT NULL,
  firing text NOT NULL,
  PRIMARY KEY (parent_trigger_id, child_trigger_id),
  FOREIGN KEY (automation_id) REFERENCES automation(id) ON DELETE CASCADE
);
CREATE INDEX automation_child_firing_automation ON automation_child_firing USING btree (automation_id);

CREATE TABLE automation_deploy (
  automation_id uuid NOT NULL,
  project text,
  written text NOT NULL,
  PRIMARY KEY (automation_id),
  FOREIGN KEY (automation_id) REFERENCES automation(id) ON DELETE CASCADE
);
CREATE INDEX automation_deploy_project ON automation_deploy USING btree (project);

CREATE TABLE automation_metric (
  trigger_id uuid NOT NULL,
  automation_id uuid NOT NULL,
  is_triggered smallint NOT NULL,
  crossed bigint,
  due bigint,
  PRIMARY KEY (trigger_id),
  FOREIGN KEY (automation_id) REFERENCES automation(id) ON DELETE CASCADE
);
CREATE INDEX automation_metric_automation ON automation_metric USING btree (automation_id);
CREATE INDEX automation_metric_due ON automation_metric USING btree (due) WHERE (due IS NOT NULL);

CREATE TABLE automation_metric_slice (
  trigger_id uuid NOT NULL,
  starts bigint NOT NULL,
  automation_id uuid NOT NULL,
  runs integer NOT NULL,
  total bigint NOT NULL,
  PRIMARY KEY (trigger_id, starts),
  FOREIGN KEY (automation_id) REFERENCES automation(id) ON DELETE CASCADE
);
CREATE INDEX automation_metric_slice_automation ON automation_metric_slice USING btree (automation_id);

CREATE TABLE automation_resource (
  automation_id uuid NOT NULL,
  resource_id text NOT NULL,
  is_owner smallint NOT NULL,
  PRIMARY KEY (automation_id, resource_id),
  FOREIGN KEY (automation_id) REFERENCES automation(id) ON DELETE CASCADE
);
CREATE INDEX automation_resource_resource ON automation_resource USING btree (resource_id);

CREATE TABLE automation_version (
  id integer NOT NULL,
  version bigint NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE block_document (
  id uuid NOT NULL,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  name text NOT NULL,
  data text NOT NULL,
  secrets text,
  block_schema_id uuid NOT NULL,
  block_type_id uuid NOT NULL,
  is_anonymous smallint NOT NULL,
  UNIQUE (block_type_id, name),
  PRIMARY KEY (id),
  FOREIGN KEY (block_schema_id) REFERENCES block_schema(id) ON DELETE CASCADE,
  FOREIGN KEY (block_type_id) REFERENCES block_type(id) ON DELETE CASCADE
);
CREATE INDEX block_document_name ON block_document USING btree (name, id);
CREATE INDEX block_document_schema ON block_document USING btree (block_schema_id);

CREATE TABLE block_document_reference (
  parent_id uuid NOT NULL,
  name text NOT NULL,
  block_document_id uuid NOT NULL,
  PRIMARY KEY (parent_id, name),
  FOREIGN KEY (block_document_id) REFERENCES block_document(id) ON DELETE CASCADE,
  FOREIGN KEY (parent_id) REFERENCES block_document(id) ON DELETE CASCADE
);
CREATE INDEX block_document_reference_to ON block_document_reference USING btree (block_document_id);

CREATE TABLE block_schema (
  id uuid NOT NULL,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  checksum text NOT NULL,
  fields text NOT NULL,
  capabilities jsonb NOT NULL,
  version text NOT NULL,
  block_type_id uuid NOT NULL,
  UNIQUE (checksum, version),
  PRIMARY KEY (id),
  FOREIGN KEY (block_type_id) REFERENCES block_type(id) ON DELETE CASCADE
);
CREATE INDEX block_schema_created ON block_schema USING btree (created, id);
CREATE INDEX block_schema_type ON block_schema USING btree (block_type_id);

CREATE TABLE block_type (
  id uuid NOT NULL,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  name text NOT NULL,
  slug text NOT NULL,
  logo_url text,
  documentation_url text,
  description text,
  code_example text,
  is_protected smallint NOT NULL,
  UNIQUE (slug),
  PRIMARY KEY (id)
);
CREATE INDEX block_type_name ON block_type USING btree (name);

CREATE TABLE clean_up (
  id uuid NOT NULL,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  work_pool_id uuid NOT NULL,
  work_queue_id uuid,
  kind text NOT NULL,
  target text NOT NULL,
  delivery_count integer NOT NULL DEFAULT 0,
  reservation_token text,
  lease_ends_at bigint,
  PRIMARY KEY (id),
  FOREIGN KEY (work_pool_id) REFERENCES work_pool(id) ON DELETE CASCADE
);
CREATE INDEX clean_up_lease ON clean_up USING btree (lease_ends_at) WHERE (reservation_token IS NOT NULL);
CREATE INDEX clean_up_waiting ON clean_up USING btree (work_pool_id, id) WHERE (reservation_token IS NULL);

CREATE TABLE concurrency_lease (
  id uuid NOT NULL,
  created bigint NOT NULL,
  holder_type text,
  holder_id uuid,
  ends_at bigint,
  PRIMARY KEY (id)
);
CREATE INDEX concurrency_lease_end ON concurrency_lease USING btree (ends_at, id) WHERE (ends_at IS NOT NULL);
CREATE INDEX concurrency_lease_holder ON concurrency_lease USING btree (holder_id) WHERE (holder_id IS NOT NULL);

CREATE TABLE concurrency_limit (
  id uuid NOT NULL,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  name text NOT NULL,
  active smallint NOT NULL,
  max_slots integer NOT NULL,
  slot_decay_per_second double precision NOT NULL DEFAULT 0,
  denied_slots double precision NOT NULL DEFAULT 0,
  avg_slot_occupancy_seconds double precision NOT NULL DEFAULT 2,
  filled double precision NOT NULL DEFAULT 0,
  filled_at bigint,
  keyed smallint NOT NULL DEFAULT 0,
  UNIQUE (name),
  PRIMARY KEY (id)
);
CREATE INDEX concurrency_limit_keyed ON concurrency_limit USING btree (updated, id) WHERE (keyed = 1);

CREATE TABLE concurrency_slot (
  limit_id uuid NOT NULL,
  lease_id uuid NOT NULL,
  slots integer NOT NULL,
  PRIMARY KEY (limit_id, lease_id),
  FOREIGN KEY (lease_id) REFERENCES concurrency_lease(id) ON DELETE CASCADE,
  FOREIGN KEY (limit_id) REFERENCES concurrency_limit(id) ON DELETE CASCADE
);
CREATE INDEX concurrency_slot_lease ON concurrency_slot USING btree (lease_id);

CREATE TABLE concurrency_waiter (
  limit_id uuid NOT NULL,
  waiter_id uuid NOT NULL,
  created bigint NOT NULL,
  holder_type text,
  holder_id uuid,
  slots integer NOT NULL,
  ends_at bigint NOT NULL,
  PRIMARY KEY (limit_id, waiter_id),
  FOREIGN KEY (limit_id) REFERENCES concurrency_limit(id) ON DELETE CASCADE
);
CREATE INDEX concurrency_waiter_end ON concurrency_waiter USING btree (ends_at);
CREATE INDEX concurrency_waiter_holder ON concurrency_waiter USING btree (holder_id) WHERE (holder_id IS NOT NULL);

CREATE TABLE configuration (
  id uuid NOT NULL,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  key text NOT NULL,
  value text NOT NULL,
  UNIQUE (key),
  PRIMARY KEY (id)
);

CREATE TABLE consumer (
  name text NOT NULL,
  xid xid8 NOT NULL,
  seq bigint NOT NULL,
  updated bigint NOT NULL,
  PRIMARY KEY (name)
);

CREATE TABLE deployment (
  id uuid NOT NULL,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  name text NOT NULL,
  flow_id uuid NOT NULL,
  tags jsonb NOT NULL,
  paused smallint NOT NULL DEFAULT 0,
  work_queue_id uuid,
  work_queue_name text,
  concurrency_limit integer,
  description text,
  version text,
  version_id uuid,
  parameters text NOT NULL DEFAULT '{}'::text,
  parameter_openapi_schema text,
  enforce_parameter_schema smallint NOT NULL DEFAULT 1,
  labels text NOT NULL DEFAULT '{}'::text,
  pull_steps text,
  path text,
  entrypoint text,
  storage_document_id uuid,
  infrastructure_document_id uuid,
  job_variables text NOT NULL DEFAULT '{}'::text,
  concurrency_options text,
  run_policy text NOT NULL DEFAULT '{}'::text,
  created_by text,
  updated_by text,
  status text NOT NULL DEFAULT 'NOT_READY'::text,
  last_polled bigint,
  concurrency_limit_id uuid,
  UNIQUE (flow_id, name),
  PRIMARY KEY (id),
  FOREIGN KEY (concurrency_limit_id) REFERENCES concurrency_limit(id) ON DELETE SET NULL,
  FOREIGN KEY (flow_id) REFERENCES flow(id) ON DELETE CASCADE,
  FOREIGN KEY (work_queue_id) REFERENCES work_queue(id) ON DELETE SET NULL
);
CREATE INDEX deployment_created ON deployment USING btree (created DESC, id DESC);
CREATE INDEX deployment_limit ON deployment USING btree (concurrency_limit_id) WHERE (concurrency_limit_id IS NOT NULL);
CREATE INDEX deployment_name ON deployment USING btree (name, id);
CREATE INDEX deployment_polled ON deployment USING btree (last_polled) WHERE (status = 'READY'::text);
CREATE INDEX deployment_queue ON deployment USING btree (work_queue_id) WHERE (work_queue_id IS NOT NULL);
CREATE INDEX deployment_run_policy ON deployment USING btree (id) WHERE (run_policy <> '{}'::text);
CREATE INDEX deployment_updated ON deployment USING btree (updated DESC, id DESC);

CREATE TABLE deployment_schedule (
  id uuid NOT NULL,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  deployment_id uuid NOT NULL,
  schedule text NOT NULL,
  active smallint NOT NULL,
  max_scheduled_runs integer,
  parameters text NOT NULL,
  slug text,
  scheduled_until bigint,
  due bigint,
  problem text,
  PRIMARY KEY (id),
  FOREIGN KEY (deployment_id) REFERENCES deployment(id) ON DELETE CASCADE
);
CREATE INDEX deployment_schedule_deployment ON deployment_schedule USING btree (deployment_id, created DESC);
CREATE INDEX deployment_schedule_due ON deployment_schedule USING btree (due, id) WHERE (due IS NOT NULL);
CREATE UNIQUE INDEX deployment_schedule_slug ON deployment_schedule USING btree (deployment_id, slug) WHERE (slug IS NOT NULL);

CREATE TABLE deployment_version (
  id uuid NOT NULL,
  created bigint NOT NULL,
  deployment_id uuid NOT NULL,
  version text,
  version_info text,
  definition text NOT NULL,
  created_by text,
  PRIMARY KEY (id),
  FOREIGN KEY (deployment_id) REFERENCES deployment(id) ON DELETE CASCADE
);
CREATE INDEX deployment_version_deployment ON deployment_version USING btree (deployment_id, created DESC);

CREATE TABLE event (
  id uuid NOT NULL,
  occurred bigint NOT NULL,
  received bigint NOT NULL,
  event text NOT NULL,
  resource_id text NOT NULL,
  resource text NOT NULL,
  related text NOT NULL,
  payload text NOT NULL,
  follows uuid,
  PRIMARY KEY (id)
);
CREATE INDEX event_name_occurred ON event USING btree (event, occurred);
CREATE INDEX event_occurred ON event USING btree (occurred, id);
CREATE TRIGGER event_added AFTER INSERT ON event REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_events();
CREATE TRIGGER event_removed AFTER DELETE ON event REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_events();

CREATE TABLE event_count (
  hour bigint NOT NULL,
  event text NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (hour, event)
);

CREATE TABLE event_count_change (
  seq bigint NOT NULL,
  hour bigint NOT NULL,
  event text NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (seq)
);

CREATE TABLE event_resource (
  resource_id text NOT NULL,
  occurred bigint NOT NULL,
  event_id uuid NOT NULL,
  PRIMARY KEY (resource_id, occurred, event_id)
);

CREATE TABLE event_webhook (
  id uuid NOT NULL,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  name text NOT NULL,
  description text NOT NULL,
  enabled smallint NOT NULL,
  address_digest text NOT NULL,
  former_digest text,
  former_until bigint,
  template text,
  signature text,
  secret text,
  former_secret text,
  UNIQUE (address_digest),
  UNIQUE (former_digest),
  UNIQUE (name),
  PRIMARY KEY (id)
);

CREATE TABLE failed_delivery (
  id uuid NOT NULL,
  consumer text NOT NULL,
  seq bigint NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  ref text NOT NULL,
  attempts integer NOT NULL,
  reason text NOT NULL,
  first_failed bigint NOT NULL,
  last_failed bigint NOT NULL,
  due bigint,
  as_of bigint,
  UNIQUE (consumer, seq),
  PRIMARY KEY (id)
);
CREATE INDEX failed_delivery_due ON failed_delivery USING btree (consumer, due) WHERE (due IS NOT NULL);

CREATE TABLE flow (
  id uuid NOT NULL,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  name text NOT NULL,
  tags jsonb NOT NULL,
  labels text NOT NULL,
  UNIQUE (name),
  PRIMARY KEY (id)
);

CREATE TABLE flow_run (
  id uuid NOT NULL,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  name text NOT NULL,
  state_id uuid,
  state_type text,
  state_name text,
  state_timestamp bigint,
  run_count integer NOT NULL DEFAULT 0,
  expected_start_time bigint,
  next_scheduled_start_time bigint,
  start_time bigint,
  end_time bigint,
  total_run_time bigint NOT NULL DEFAULT 0,
  empirical_policy text NOT NULL,
  tags jsonb NOT NULL,
  labels text NOT NULL,
  flow_id uuid NOT NULL,
  flow_version text,
  parameters text NOT NULL,
  idempotency_key text,
  context text NOT NULL,
  auto_scheduled smallint NOT NULL DEFAULT 0,
  deployment_id uuid,
  deployment_version text,
  parent_task_run_id uuid,
  infrastructure_document_id uuid,
  infrastructure_pid text,
  work_queue_id uuid,
  work_queue_name text,
  created_by text,
  job_variables text,
  priority integer NOT NULL DEFAULT 0,
  worker_id uuid,
  worker_name text,
  UNIQUE (flow_id, idempotency_key),
  PRIMARY KEY (id),
  FOREIGN KEY (flow_id) REFERENCES flow(id) ON DELETE CASCADE
);
CREATE INDEX flow_run_before_late ON flow_run USING btree (next_scheduled_start_time, id) WHERE (state_name = 'Scheduled'::text);
CREATE INDEX flow_run_begin ON flow_run USING btree (COALESCE(start_time, expected_start_time) DESC, id DESC, name);
CREATE INDEX flow_run_deployment ON flow_run USING btree (deployment_id, expected_start_time DESC, id DESC, state_type, total_run_time) WHERE (deployment_id IS NOT NULL);
CREATE INDEX flow_run_deployment_due ON flow_run USING btree (deployment_id, next_scheduled_start_time, id) WHERE (next_scheduled_start_time IS NOT NULL);
CREATE INDEX flow_run_due_of_queue ON flow_run USING btree (work_queue_id, priority, next_scheduled_start_time, id) WHERE ((work_queue_id IS NOT NULL) AND (state_type = 'SCHEDULED'::text));
CREATE INDEX flow_run_end ON flow_run USING btree (COALESCE(end_time, (0)::bigint) DESC, id DESC);
CREATE INDEX flow_run_expected ON flow_run USING btree (expected_start_time DESC, id DESC);
CREATE INDEX flow_run_flow_begin ON flow_run USING btree (flow_id, COALESCE(start_time, expected_start_time) DESC, id DESC);
CREATE INDEX flow_run_flow_state ON flow_run USING btree (flow_id, state_type, expected_start_time, parent_task_run_id, total_run_time);
CREATE INDEX flow_run_in_line ON flow_run USING btree (deployment_id, expected_start_time, id) WHERE (state_name = 'AwaitingConcurrencySlot'::text);
CREATE INDEX flow_run_name ON flow_run USING btree (name, id);
CREATE INDEX flow_run_of_queue ON flow_run USING btree (work_queue_id, expected_start_time DESC, id DESC) WHERE (work_queue_id IS NOT NULL);
CREATE INDEX flow_run_of_worker ON flow_run USING btree (worker_id, expected_start_time DESC, id DESC) WHERE (worker_id IS NOT NULL);
CREATE INDEX flow_run_open_of_queue ON flow_run USING btree (work_queue_id, id) WHERE ((work_queue_id IS NOT NULL) AND (state_type = ANY (ARRAY['PENDING'::text, 'RUNNING'::text, 'CANCELLING'::text])));
CREATE INDEX flow_run_open_subflow ON flow_run USING btree (state_type, parent_task_run_id) WHERE ((parent_task_run_id IS NOT NULL) AND (state_type = ANY (ARRAY['SCHEDULED'::text, 'PENDING'::text, 'RUNNING'::text, 'PAUSED'::text, 'CANCELLING'::text])));
CREATE INDEX flow_run_parent ON flow_run USING btree (parent_task_run_id) WHERE (parent_task_run_id IS NOT NULL);
CREATE INDEX flow_run_scheduled ON flow_run USING btree (next_scheduled_start_time) WHERE (next_scheduled_start_time IS NOT NULL);
CREATE INDEX flow_run_state_begin ON flow_run USING btree (state_type, COALESCE(start_time, expected_start_time) DESC, id DESC);
CREATE INDEX flow_run_state_expected ON flow_run USING btree (state_type, state_name, expected_start_time, parent_task_run_id, start_time, total_run_time);

CREATE TABLE flow_run_cancellation (
  flow_run_id uuid NOT NULL,
  user_agent text NOT NULL,
  PRIMARY KEY (flow_run_id),
  FOREIGN KEY (flow_run_id) REFERENCES flow_run(id) ON DELETE CASCADE
);

CREATE TABLE flow_run_heartbeat (
  flow_run_id uuid NOT NULL,
  occurred bigint NOT NULL,
  interval_seconds bigint NOT NULL,
  beat_count integer NOT NULL DEFAULT 1,
  interval_declared smallint NOT NULL DEFAULT 0,
  received bigint NOT NULL DEFAULT 0,
  process text,
  PRIMARY KEY (flow_run_id),
  FOREIGN KEY (flow_run_id) REFERENCES flow_run(id) ON DELETE CASCADE
);

CREATE TABLE flow_run_input (
  id uuid NOT NULL,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  flow_run_id uuid NOT NULL,
  key text NOT NULL,
  value text NOT NULL,
  sender text,
  UNIQUE (flow_run_id, key),
  PRIMARY KEY (id),
  FOREIGN KEY (flow_run_id) REFERENCES flow_run(id) ON DELETE CASCADE
);
CREATE INDEX flow_run_input_order ON flow_run_input USING btree (flow_run_id, created, id);

CREATE TABLE flow_run_state (
  id uuid NOT NULL,
  created bigint NOT NULL,
  type text NOT NULL,
  name text NOT NULL,
  timestamp bigint NOT NULL,
  message text,
  state_details text NOT NULL,
  data text,
  flow_run_id uuid NOT NULL,
  UNIQUE (flow_run_id, "timestamp"),
  PRIMARY KEY (id),
  FOREIGN KEY (flow_run_id) REFERENCES flow_run(id) ON DELETE CASCADE
);
CREATE INDEX flow_run_state_kind ON flow_run_state USING btree (type, name, "timestamp");

CREATE TABLE kept_parameters (
  flow_run_id uuid NOT NULL,
  format text NOT NULL,
  data text,
  checked smallint NOT NULL,
  reason text,
  PRIMARY KEY (flow_run_id),
  FOREIGN KEY (flow_run_id) REFERENCES flow_run(id) ON DELETE CASCADE
);

CREATE TABLE lease_clock (
  id integer NOT NULL,
  elapsed bigint NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE log (
  id uuid NOT NULL,
  created bigint NOT NULL,
  name text NOT NULL,
  level integer NOT NULL,
  message text NOT NULL,
  timestamp bigint NOT NULL,
  flow_run_id uuid,
  task_run_id uuid,
  PRIMARY KEY (id)
);
CREATE INDEX log_error ON log USING btree (flow_run_id, "timestamp", id) WHERE (level >= 40);
CREATE INDEX log_flow_run ON log USING btree (flow_run_id, "timestamp", id, level);
CREATE INDEX log_task_run ON log USING btree (task_run_id, "timestamp", id) WHERE (task_run_id IS NOT NULL);

CREATE TABLE loop_lease (
  name text NOT NULL,
  holder uuid NOT NULL,
  beat bigint NOT NULL,
  PRIMARY KEY (name)
);

CREATE TABLE migration (
  name text NOT NULL,
  applied bigint NOT NULL,
  breaking smallint NOT NULL DEFAULT 1,
  PRIMARY KEY (name)
);

CREATE TABLE outbox (
  seq bigint NOT NULL,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  kind text NOT NULL,
  name text NOT NULL,
  ref text NOT NULL,
  appended bigint NOT NULL,
  as_of bigint,
  PRIMARY KEY (seq)
);
CREATE INDEX outbox_order ON outbox USING btree (xid, seq);

CREATE TABLE parameter_schema (
  id uuid NOT NULL,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  flow_id uuid NOT NULL,
  version text,
  schema text NOT NULL,
  PRIMARY KEY (id),
  FOREIGN KEY (flow_id) REFERENCES flow(id) ON DELETE CASCADE
);
CREATE INDEX parameter_schema_flow ON parameter_schema USING btree (flow_id, updated DESC);

CREATE TABLE result (
  id uuid NOT NULL,
  created bigint NOT NULL,
  flow_run_id uuid,
  task_run_id uuid,
  task_key text,
  flow_run_attempt integer NOT NULL DEFAULT 0,
  format text NOT NULL,
  data text,
  location text,
  preview text NOT NULL,
  reason text,
  identity text,
  cache_key text,
  expires bigint,
  PRIMARY KEY (id)
);
CREATE INDEX result_cache_key ON result USING btree (cache_key, created DESC) WHERE (cache_key IS NOT NULL);
CREATE INDEX result_flow_run ON result USING btree (flow_run_id, id);
CREATE INDEX result_kept ON result USING btree (created, id) WHERE (format <> 'none'::text);
CREATE INDEX result_location ON result USING btree (location) WHERE (location IS NOT NULL);
CREATE INDEX result_task_run ON result USING btree (task_run_id) WHERE (task_run_id IS NOT NULL);

CREATE TABLE saved_search (
  id uuid NOT NULL,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  name text NOT NULL,
  filters text NOT NULL,
  UNIQUE (name),
  PRIMARY KEY (id)
);

CREATE TABLE task_delivery (
  task_run_id uuid NOT NULL,
  task_key text NOT NULL,
  priority integer NOT NULL,
  queued bigint NOT NULL,
  waits_until bigint,
  parameters_id uuid,
  deliveries integer NOT NULL,
  worker_id uuid,
  acknowledged_at bigint,
  is_told_unserved smallint,
  PRIMARY KEY (task_run_id),
  FOREIGN KEY (task_run_id) REFERENCES task_run(id) ON DELETE CASCADE
);
CREATE INDEX task_delivery_held ON task_delivery USING btree (worker_id) WHERE (worker_id IS NOT NULL);
CREATE INDEX task_delivery_later ON task_delivery USING btree (task_key, waits_until) WHERE (waits_until IS NOT NULL);
CREATE INDEX task_delivery_waiting ON task_delivery USING btree (task_key, priority, queued, task_run_id) WHERE ((worker_id IS NULL) AND (waits_until IS NULL));

CREATE TABLE task_run (
  id uuid NOT NULL,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  name text NOT NULL,
  state_id uuid,
  state_type text,
  state_name text,
  state_timestamp bigint,
  run_count integer NOT NULL DEFAULT 0,
  expected_start_time bigint,
  next_scheduled_start_time bigint,
  start_time bigint,
  end_time bigint,
  total_run_time bigint NOT NULL DEFAULT 0,
  empirical_policy text NOT NULL,
  tags jsonb NOT NULL,
  labels text NOT NULL,
  flow_run_id uuid,
  task_key text NOT NULL,
  dynamic_key text NOT NULL,
  cache_key text,
  cache_expiration bigint,
  task_version text,
  task_inputs text NOT NULL,
  flow_run_run_count integer NOT NULL DEFAULT 0,
  last_word bigint,
  deferred smallint,
  task_worker text,
  UNIQUE (flow_run_id, task_key, dynamic_key),
  PRIMARY KEY (id),
  FOREIGN KEY (flow_run_id) REFERENCES flow_run(id) ON DELETE CASCADE
);
CREATE INDEX task_run_deferred ON task_run USING btree (expected_start_time DESC, id DESC) WHERE (deferred = 1);
CREATE INDEX task_run_deferred_end ON task_run USING btree (end_time, task_key, state_type) WHERE (deferred = 1);
CREATE INDEX task_run_end ON task_run USING btree (COALESCE(end_time, (0)::bigint) DESC, id DESC);
CREATE INDEX task_run_expected ON task_run USING btree (expected_start_time DESC, id DESC);
CREATE INDEX task_run_flow_run_expected ON task_run USING btree (flow_run_id, expected_start_time, id);
CREATE INDEX task_run_flow_run_state ON task_run USING btree (flow_run_id, state_type);
CREATE INDEX task_run_free_end ON task_run USING btree (COALESCE(end_time, (0)::bigint), id) WHERE (flow_run_id IS NULL);
CREATE INDEX task_run_name ON task_run USING btree (name, id);
CREATE INDEX task_run_state_expected ON task_run USING btree (state_type, state_name, expected_start_time, start_time, total_run_time);

CREATE TABLE task_run_state (
  id uuid NOT NULL,
  created bigint NOT NULL,
  type text NOT NULL,
  name text NOT NULL,
  timestamp bigint NOT NULL,
  message text,
  state_details text NOT NULL,
  data text,
  task_run_id uuid NOT NULL,
  PRIMARY KEY (id),
  FOREIGN KEY (task_run_id) REFERENCES task_run(id) ON DELETE CASCADE
);
CREATE INDEX task_run_state_kind ON task_run_state USING btree (type, name, "timestamp");
CREATE INDEX task_run_state_run ON task_run_state USING btree (task_run_id, "timestamp");

CREATE TABLE task_run_state_cache (
  id uuid NOT NULL,
  created bigint NOT NULL,
  cache_key text NOT NULL,
  cache_expiration bigint,
  task_run_state_id uuid NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX task_run_state_cache_expiration ON task_run_state_cache USING btree (cache_expiration) WHERE (cache_expiration IS NOT NULL);
CREATE INDEX task_run_state_cache_key ON task_run_state_cache USING btree (cache_key, created DESC);
CREATE INDEX task_run_state_cache_state ON task_run_state_cache USING btree (task_run_state_id);

CREATE TABLE task_run_value (
  task_run_id uuid NOT NULL,
  inputs text,
  inputs_at bigint,
  result_id uuid,
  result_at bigint,
  PRIMARY KEY (task_run_id),
  FOREIGN KEY (task_run_id) REFERENCES task_run(id) ON DELETE CASCADE
);

CREATE TABLE task_worker (
  id uuid NOT NULL,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  identifier text NOT NULL,
  task_keys text NOT NULL,
  takes_many smallint NOT NULL,
  is_connected smallint NOT NULL,
  ends_at bigint NOT NULL,
  slots integer,
  PRIMARY KEY (id)
);
CREATE INDEX task_worker_end ON task_worker USING btree (ends_at);
CREATE INDEX task_worker_identifier ON task_worker USING btree (identifier);

CREATE TABLE variable (
  id uuid NOT NULL,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  name text NOT NULL,
  value text NOT NULL,
  tags jsonb NOT NULL,
  UNIQUE (name),
  PRIMARY KEY (id)
);
CREATE INDEX variable_created ON variable USING btree (created, id);
CREATE INDEX variable_updated ON variable USING btree (updated, id);

CREATE TABLE work_pool (
  id uuid NOT NULL,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  name text NOT NULL,
  type text NOT NULL,
  description text,
  base_job_template text NOT NULL DEFAULT '{}'::text,
  is_paused smallint NOT NULL DEFAULT 0,
  concurrency_limit integer,
  default_queue_id uuid,
  status text NOT NULL DEFAULT 'NOT_READY'::text,
  last_transitioned_status_at bigint,
  last_status_event_id uuid,
  storage_configuration text NOT NULL DEFAULT '{}'::text,
  UNIQUE (name),
  PRIMARY KEY (id)
);

CREATE TABLE work_queue (
  id uuid NOT NULL,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  name text NOT NULL,
  work_pool_id uuid NOT NULL,
  description text NOT NULL DEFAULT ''::text,
  filter text,
  is_paused smallint NOT NULL DEFAULT 0,
  concurrency_limit integer,
  last_polled bigint,
  priority integer NOT NULL DEFAULT 1,
  status text NOT NULL DEFAULT 'NOT_READY'::text,
  UNIQUE (work_pool_id, name),
  PRIMARY KEY (id),
  FOREIGN KEY (work_pool_id) REFERENCES work_pool(id) ON DELETE CASCADE
);
CREATE INDEX work_queue_polled ON work_queue USING btree (last_polled) WHERE (status = 'READY'::text);
CREATE INDEX work_queue_priority ON work_queue USING btree (work_pool_id, priority);

CREATE TABLE worker (
  id uuid NOT NULL,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  name text NOT NULL,
  work_pool_id uuid NOT NULL,
  last_heartbeat_time bigint NOT NULL,
  heartbeat_interval_seconds integer,
  status text NOT NULL,
  metadata text,
  UNIQUE (work_pool_id, name),
  PRIMARY KEY (id),
  FOREIGN KEY (work_pool_id) REFERENCES work_pool(id) ON DELETE CASCADE
);
CREATE INDEX worker_heartbeat ON worker USING btree (work_pool_id, last_heartbeat_time);
CREATE INDEX worker_online ON worker USING btree (last_heartbeat_time) WHERE (status = 'ONLINE'::text);

CREATE OR REPLACE FUNCTION count_events() RETURNS trigger LANGUAGE plpgsql AS $function$ BEGIN INSERT INTO event_count_change (hour, event, count) SELECT occurred - (occurred % 3600000000 + 3600000000) % 3600000000, event, CASE TG_OP WHEN 'DELETE' THEN -count(*) ELSE count(*) END FROM changed GROUP BY 1, 2; RETURN NULL; END $function$;
