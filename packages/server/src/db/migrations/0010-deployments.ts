import type { ColumnTypes } from "../columns.ts";

/**
 * What a deployment runs, when, and each version of it. `due` is when a schedule needs a look, null for one that makes no runs:
 * so the scheduler finds by one index what it has to do. `scheduled_until` is the last date that has its run, `problem` why runs are
 * not made or will fail.
 */
export function up({ uuid, moment, integer, flag, json }: ColumnTypes): readonly string[] {
  const columns = [
    "description text",
    "version text",
    `version_id ${uuid}`,
    `parameters ${json} NOT NULL DEFAULT '{}'`,
    `parameter_openapi_schema ${json}`,
    `enforce_parameter_schema ${flag} NOT NULL DEFAULT 1`,
    `labels ${json} NOT NULL DEFAULT '{}'`,
    `pull_steps ${json}`,
    "path text",
    "entrypoint text",
    `storage_document_id ${uuid}`,
    `infrastructure_document_id ${uuid}`,
    `job_variables ${json} NOT NULL DEFAULT '{}'`,
    `concurrency_options ${json}`,
    `run_policy ${json} NOT NULL DEFAULT '{}'`,
    `created_by ${json}`,
    `updated_by ${json}`,
    "status text NOT NULL DEFAULT 'NOT_READY'",
    `last_polled ${moment}`,
  ];
  return [
    ...columns.map((column) => `ALTER TABLE deployment ADD COLUMN ${column}`),
    "CREATE INDEX deployment_name ON deployment (name, id)",
    "CREATE INDEX deployment_created ON deployment (created DESC, id DESC)",
    "CREATE INDEX deployment_updated ON deployment (updated DESC, id DESC)",
    "CREATE INDEX deployment_polled ON deployment (last_polled) WHERE status = 'READY'",
    `CREATE TABLE deployment_schedule (id ${uuid} PRIMARY KEY, created ${moment} NOT NULL, updated ${moment} NOT NULL,
      deployment_id ${uuid} NOT NULL REFERENCES deployment ON DELETE CASCADE, schedule ${json} NOT NULL,
      active ${flag} NOT NULL, max_scheduled_runs ${integer}, parameters ${json} NOT NULL, slug text,
      scheduled_until ${moment}, due ${moment}, problem text)`,
    "CREATE INDEX deployment_schedule_deployment ON deployment_schedule (deployment_id, created DESC)",
    "CREATE UNIQUE INDEX deployment_schedule_slug ON deployment_schedule (deployment_id, slug) WHERE slug IS NOT NULL",
    "CREATE INDEX deployment_schedule_due ON deployment_schedule (due, id) WHERE due IS NOT NULL",
    `CREATE TABLE deployment_version (id ${uuid} PRIMARY KEY, created ${moment} NOT NULL,
      deployment_id ${uuid} NOT NULL REFERENCES deployment ON DELETE CASCADE, version text, version_info ${json},
      definition ${json} NOT NULL, created_by ${json})`,
    "CREATE INDEX deployment_version_deployment ON deployment_version (deployment_id, created DESC)",
    "DROP INDEX flow_run_deployment",
    // With what pages add up of the runs of a deployment: their states and how long they took.
    `CREATE INDEX flow_run_deployment ON flow_run
      (deployment_id, expected_start_time DESC, id DESC, state_type, total_run_time) WHERE deployment_id IS NOT NULL`,
    `CREATE INDEX flow_run_deployment_due ON flow_run (deployment_id, next_scheduled_start_time, id)
      WHERE next_scheduled_start_time IS NOT NULL`,
  ];
}
