import { type RawBuilder, type Selectable, sql } from "kysely";
import type { Tables } from "../db/tables.ts";

/** An approximate bound on the characters of all messages in one answer. */
export const charactersOfLogs = 16 * 1024 * 1024;

/**
 * The columns of a log for a list of so many lines. A message beyond its share of the answer is cut in the database, with a note
 * of how much: a page of a thousand lines of a megabyte each must not fill the memory.
 */
export function listedLog(lines: number): RawBuilder<Selectable<Tables["log"]>> {
  const max = sql.lit(Math.floor(charactersOfLogs / Math.max(1, lines)));
  return sql`log.id, log.created, log.name, log.level, log.timestamp, log.flow_run_id, log.task_run_id,
    CASE WHEN octet_length(log.message) > ${max} AND length(log.message) > ${max}
      THEN substr(log.message, 1, ${max}) || '… (' || (length(log.message) - ${max})
        || ' more characters, which the download of the run''s log has)'
      ELSE log.message END AS message`;
}
