import { microsPerSecond, type Timestamp } from "@ostinato/core";

const hourMicros = 3600 * microsPerSecond;

/** When the hour begins in which the moment is. */
export function hourOf(moment: Timestamp): Timestamp {
  const past = moment % hourMicros;
  return (moment - (past < 0 ? past + hourMicros : past)) as Timestamp;
}

/**
 * Whether bars are an hour long or longer, on average. To count shorter ones by hours would read more of the hours in which they begin and end
 * than the bars hold.
 */
export function isOfHours(edges: readonly Timestamp[]): boolean {
  return (edges.at(-1) ?? 0) - (edges[0] ?? 0) >= (edges.length - 1) * hourMicros;
}

/** What is counted to make bars of it. */
export interface CountedHours {
  /** The number of events in each hour that has some, from the hour of the first edge to before that of the last one. */
  readonly hours: ReadonlyMap<number, number>;
  /** The number of events before an edge in the edge's own hour, for edges that are not the beginning of one. */
  readonly parts: ReadonlyMap<number, number>;
}

/** The number of events in each bar: of the hours from its first one to the one in which it ends, less those before it, and more those of the last hour. */
export function inBars({ hours, parts }: CountedHours, edges: readonly Timestamp[]): readonly number[] {
  const sorted = [...hours].toSorted(([one], [other]) => one - other);
  let next = 0;
  return edges.slice(0, -1).map((since, index) => {
    const until = edges[index + 1] ?? since;
    let count = (parts.get(until) ?? 0) - (parts.get(since) ?? 0);
    for (; (sorted[next]?.[0] ?? Number.POSITIVE_INFINITY) < hourOf(until); next += 1) count += sorted[next]?.[1] ?? 0;
    return count;
  });
}
