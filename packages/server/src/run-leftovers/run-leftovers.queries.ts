import { sql } from "kysely";
import type { Writer } from "../db/dialect.ts";

export type RunNoun = "flow-run" | "task-run";

/** Rows that refer to a run without a foreign key. Artifacts that people made stay. */
const leftovers = {
  "flow-run": [
    { table: "log", column: "flow_run_id", condition: sql`1 = 1` },
    { table: "result", column: "flow_run_id", condition: sql`1 = 1` },
    { table: "artifact", column: "flow_run_id", condition: sql`type = 'result'` },
  ],
  "task-run": [
    { table: "log", column: "task_run_id", condition: sql`1 = 1` },
    { table: "result", column: "task_run_id", condition: sql`1 = 1` },
  ],
} as const;

const maxRows = 1000;

/** Deletes the next leftovers of a run, and returns whether there are more. */
export async function deleteSomeLeftovers(tx: Writer, noun: RunNoun, id: string): Promise<boolean> {
  for (const { table, column, condition } of leftovers[noun]) {
    const [rows, run] = [sql.table(table), sql.ref(column)];
    // In a fixed order, so that two servers that delete at once wait for each other instead of deadlocking.
    await sql`DELETE FROM ${rows} WHERE id IN (SELECT id FROM ${rows} WHERE ${run} = ${id} AND ${condition}
      ORDER BY id LIMIT ${maxRows})`.execute(tx);
    const { rows: left } = await sql`SELECT 1 FROM ${rows} WHERE ${run} = ${id} AND ${condition} LIMIT 1`.execute(tx);
    if (left.length > 0) return true;
  }
  return false;
}
