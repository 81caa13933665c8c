import { stateNames } from "@ostinato/core";
import { sql } from "kysely";
import type { Reader } from "../db/dialect.ts";
import { isNamed } from "../db/state-sql.ts";

/** The late runs that wait in the queue. */
export async function countLate(reader: Reader, queueId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM flow_run
    WHERE work_queue_id = ${queueId} AND state_type = 'SCHEDULED' AND ${isNamed("state_name", stateNames.late)}`.execute(
    reader,
  );
  return Number(rows[0]?.count ?? 0);
}
