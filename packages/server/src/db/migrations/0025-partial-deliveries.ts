import type { ColumnTypes } from "../columns.ts";

/** Keeps which recipients have a message of an automation, for attempts after one that failed in part. */
export function up({ json }: ColumnTypes): readonly string[] {
  return [`ALTER TABLE automation_action ADD COLUMN delivered ${json}`];
}
