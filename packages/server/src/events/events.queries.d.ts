import { type Insertable } from "kysely";
import type { Reader, Sql } from "../db/dialects/dialect.ts";
import type { EventResourceTable, EventTable } from "../db/tables.ts";
/** Adds the events that are not there yet, and gives their ids. */
export declare function insertEvents(
  reader: Reader,
  dialect: Sql,
  rows: readonly Insertable<EventTable>[],
): Promise<ReadonlySet<string>>;
export declare function insertEventResources(
  reader: Reader,
  dialect: Sql,
  rows: readonly Insertable<EventResourceTable>[],
): Promise<void>;
