import type { Timeline } from "../../api/types.ts";
import { isBad, isFinal } from "../../states.ts";
import { absolute } from "./spells.ts";
import { straightScale, type TimeScale } from "./time-scale.ts";
import type { TimelineRow } from "./timeline-model.ts";

/** When the members of a line began and ended, each list sorted, in milliseconds since 1970. */
interface Moments {
  readonly starts: Float64Array;
  /** Of those that have ended. */
  readonly ends: Float64Array;
  readonly failures: Float64Array;
}

/** A run that took no time that could be measured was there for a microsecond. */
const leastMs = 0.001;

/**
 * How many members ran at once in each slice of a span, at most, and whether one failed in it. A run that begins as another one ends is not
 * at once with it, though both are in the same slice.
 */
export function density(
  row: Pick<TimelineRow, "source" | "members">,
  options: {
    readonly span: { readonly from: number; readonly to: number };
    readonly slices: number;
    readonly now: number;
    /** The axis of whose places the span is cut out. */
    readonly scale?: TimeScale;
  },
): { readonly running: Float64Array; readonly failed: Uint8Array } {
  const { span, slices, now, scale = straightScale } = options;
  const { starts, ends, failures } = momentsOf(row);
  const running = new Float64Array(slices);
  const width = (span.to - span.from) / slices;
  // Those that have not ended are running until now.
  const open = starts.length - ends.length;
  let [begun, ended] = [0, 0];
  for (let slice = 0; slice < slices; slice += 1) {
    const from = scale.time(span.from + slice * width);
    const until = scale.time(span.from + (slice + 1) * width);
    while (begun < starts.length && at(starts, begun) <= from) begun += 1;
    while (ended < ends.length && at(ends, ended) <= from) ended += 1;
    let most = begun - ended - (from < now ? 0 : open);
    while (begun < starts.length && at(starts, begun) < until) {
      while (ended < ends.length && at(ends, ended) <= at(starts, begun)) ended += 1;
      begun += 1;
      most = Math.max(most, begun - ended);
    }
    running[slice] = most;
  }
  const failed = new Uint8Array(slices);
  for (const moment of failures) {
    const slice = Math.floor((scale.place(moment) - span.from) / width);
    if (slice >= 0 && slice < slices) failed[slice] = 1;
  }
  return { running, failed };
}

function at(moments: Float64Array, index: number): number {
  return moments[index] ?? 0;
}

const known = new WeakMap<readonly number[], { readonly source: Timeline; readonly moments: Moments }>();

function momentsOf({ source, members }: Pick<TimelineRow, "source" | "members">): Moments {
  const found = known.get(members);
  if (found?.source === source) return found.moments;
  const origin = Date.parse(source.origin);
  const [starts, ends, failures]: number[][] = [[], [], []];
  for (const member of members) {
    const start = absolute(source.start[member], origin);
    if (start === null) continue;
    starts?.push(start);
    const type = source.state_type[member];
    const end = absolute(source.end[member], origin) ?? (isFinal(type) ? start : null);
    if (end === null) continue;
    ends?.push(Math.max(end, start + leastMs));
    if (isBad(type)) failures?.push(end);
  }
  const sorted = (moments: readonly number[] | undefined) => Float64Array.from(moments ?? []).sort();
  const moments = { starts: sorted(starts), ends: sorted(ends), failures: sorted(failures) };
  known.set(members, { source, moments });
  return moments;
}
