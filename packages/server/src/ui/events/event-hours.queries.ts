import type { Timestamp } from "@ostinato/core";
import { type SqlBool, sql } from "kysely";
import { join } from "../../criteria/conditions.queries.ts";
import type { Reader } from "../../db/dialect.ts";
import { type CountedHours, hourOf } from "./event-hours.rules.ts";
import { type EventNames, ofNames } from "./event-list.queries.ts";

interface Row {
  readonly at: number;
  readonly count: number;
  readonly is_part: number;
}

/** How many events there are in each hour, and before each edge in its hour: by one statement, so that all is of one moment. */
export async function countedUpTo(
  reader: Reader,
  names: EventNames,
  edges: readonly Timestamp[],
): Promise<CountedHours> {
  const [first, last] = [edges[0], edges.at(-1)];
  if (first === undefined || last === undefined) return { hours: new Map(), parts: new Map() };
  // Of the changes there are few, whatever their hours: a loop moves them to the counts.
  const ofHours = ["event_count", "event_count_change"].map((table) => {
    const isIn = sql<SqlBool>`counted.hour >= ${hourOf(first)} AND counted.hour < ${hourOf(last)}`;
    return sql`SELECT counted.hour AS at, sum(counted.count) AS count, 0 AS is_part FROM ${sql.table(table)} AS counted
      WHERE ${join([isIn, ofNames(names, "counted.event")], "and_")} GROUP BY counted.hour`;
  });
  const ofParts = edges
    .filter((edge) => hourOf(edge) !== edge)
    .map((edge) => {
      const isIn = sql<SqlBool>`event.occurred >= ${hourOf(edge)} AND event.occurred < ${edge}`;
      return sql`SELECT ${sql.lit(edge)}, (SELECT count(*) FROM event WHERE ${join([isIn, ofNames(names)], "and_")}), 1`;
    });
  const { rows } = await sql<Row>`${sql.join([...ofHours, ...ofParts], sql` UNION ALL `)}`.execute(reader);
  const hours = new Map<number, number>();
  const parts = new Map<number, number>();
  for (const { at, count, is_part } of rows) {
    const sums = Number(is_part) === 1 ? parts : hours;
    sums.set(Number(at), (sums.get(Number(at)) ?? 0) + Number(count));
  }
  return { hours, parts };
}
