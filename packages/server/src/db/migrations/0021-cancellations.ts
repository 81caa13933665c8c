import type { ColumnTypes } from "../columns.ts";

/** Who asked for the cancellation of a run, by the `User-Agent` of the request. */
export function up({ uuid }: ColumnTypes): readonly string[] {
  return [
    `CREATE TABLE flow_run_cancellation (flow_run_id ${uuid} PRIMARY KEY REFERENCES flow_run ON DELETE CASCADE,
      user_agent text NOT NULL)`,
  ];
}
