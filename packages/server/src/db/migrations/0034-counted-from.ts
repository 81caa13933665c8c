import type { ColumnTypes } from "../columns.ts";

/**
 * Which automations there were when a change was written down, and from which of these numbers on an automation counts. Without a number, as
 * servers of the version before write rows, an event is counted by whatever there is.
 */
export function up({ moment }: ColumnTypes): readonly string[] {
  return [
    `ALTER TABLE outbox ADD COLUMN as_of ${moment}`,
    `ALTER TABLE failed_delivery ADD COLUMN as_of ${moment}`,
    `ALTER TABLE automation ADD COLUMN counts_from ${moment}`,
  ];
}
