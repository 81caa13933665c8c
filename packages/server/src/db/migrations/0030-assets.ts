import type { ColumnTypes } from "../columns.ts";

/** Assets that events have told of, each time that one was made, and which is made of which. The history goes with its events. */
export function up({ uuid, moment, flag, json }: ColumnTypes): readonly string[] {
  return [
    `CREATE TABLE asset (id ${uuid} PRIMARY KEY, key text NOT NULL UNIQUE, name text, description text, url text,
      owners ${json} NOT NULL, described ${moment} NOT NULL, first_seen ${moment} NOT NULL, last_seen ${moment} NOT NULL)`,
    "CREATE INDEX asset_last_seen ON asset (last_seen DESC, id DESC)",
    `CREATE TABLE asset_materialization (event_id ${uuid} PRIMARY KEY REFERENCES event ON DELETE CASCADE,
      asset_id ${uuid} NOT NULL REFERENCES asset ON DELETE CASCADE, occurred ${moment} NOT NULL, succeeded ${flag} NOT NULL,
      flow_run_id ${uuid}, flow_run_name text, task_run_id ${uuid}, task_run_name text, flow_id ${uuid}, flow_name text,
      made_by text, metadata ${json} NOT NULL)`,
    "CREATE INDEX asset_materialization_asset ON asset_materialization (asset_id, occurred DESC, event_id DESC)",
    "CREATE INDEX asset_materialization_flow_run ON asset_materialization (flow_run_id) WHERE flow_run_id IS NOT NULL",
    "CREATE INDEX asset_materialization_task_run ON asset_materialization (task_run_id) WHERE task_run_id IS NOT NULL",
    `CREATE TABLE asset_dependency (downstream_id ${uuid} NOT NULL REFERENCES asset ON DELETE CASCADE,
      upstream_id ${uuid} NOT NULL REFERENCES asset ON DELETE CASCADE, last_seen ${moment} NOT NULL,
      PRIMARY KEY (downstream_id, upstream_id))`,
    "CREATE INDEX asset_dependency_upstream ON asset_dependency (upstream_id)",
  ];
}
