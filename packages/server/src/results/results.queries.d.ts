import type { Timestamp } from "@ostinato/core";
import { type Insertable } from "kysely";
import type { Reader, Sql } from "../db/dialects/dialect.ts";
import type { ResultTable } from "../db/tables.ts";
export type ResultWrite = Insertable<ResultTable>;
/** Adds the results that are not there yet. */
export declare function insertResults(reader: Reader, dialect: Sql, rows: readonly ResultWrite[]): Promise<void>;
export interface ValueWrite {
  readonly task_run_id: string;
  readonly inputs: string | null;
  readonly inputs_at: Timestamp | null;
  readonly result_id: string | null;
  readonly result_at: Timestamp | null;
}
/** Keeps what belongs to the latest state that brought it, in whatever order states come. One row for each task run. */
export declare function upsertValues(reader: Reader, dialect: Sql, rows: readonly ValueWrite[]): Promise<void>;
