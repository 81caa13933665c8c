import type { ColumnTypes } from "../columns.ts";

/** Exact parameters, for runs whose parameters JSON cannot express. Most runs have no row. */
export function up({ uuid, flag }: ColumnTypes): readonly string[] {
  return [
    `CREATE TABLE kept_parameters (flow_run_id ${uuid} PRIMARY KEY REFERENCES flow_run ON DELETE CASCADE,
      format text NOT NULL, data text, checked ${flag} NOT NULL, reason text)`,
  ];
}
