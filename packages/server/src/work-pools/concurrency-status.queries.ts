import type { StateType, Timestamp } from "@ostinato/core";
import { sql } from "kysely";
import type { Reader } from "../db/dialect.ts";
import { holdsSlot } from "../db/state-sql.ts";

/** A run that holds a slot of its queue. */
export interface HolderRow {
  readonly id: string;
  readonly name: string;
  readonly state_type: StateType | null;
  readonly state_name: string | null;
  readonly start_time: Timestamp | null;
  readonly state_timestamp: Timestamp | null;
}

/** The runs that hold slots of the queue, the oldest first. */
export function holdersIn(
  reader: Reader,
  queueId: string,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<readonly HolderRow[]> {
  return reader
    .selectFrom("flow_run")
    .select(["id", "name", "state_type", "state_name", "start_time", "state_timestamp"])
    .where("work_queue_id", "=", queueId)
    .where(holdsSlot("flow_run"))
    .orderBy("id")
    .limit(limit)
    .offset(offset)
    .execute();
}

export async function countHolders(reader: Reader, queueId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM flow_run
    WHERE work_queue_id = ${queueId} AND ${holdsSlot("flow_run")}`.execute(reader);
  return Number(rows[0]?.count ?? 0);
}
