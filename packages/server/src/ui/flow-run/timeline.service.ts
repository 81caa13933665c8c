import type { Timeline } from "@ostinato/protocol";
import type { Context } from "../../kernel/context.ts";
import { notFound } from "../../kernel/errors.ts";
import * as queries from "./timeline.queries.ts";
import { type TimelineTask, timeline } from "./timeline.rules.ts";

const maxRows = 20_000;
const maxSegments = 50_000;

export async function readTimeline({ db }: Context, flowRunId: string): Promise<Timeline> {
  const begin = await queries.beginOf(db, flowRunId);
  if (begin === undefined) throw notFound("Flow run", flowRunId);
  const tasks = await queries.timelineRows(db, flowRunId, maxRows);
  const winding = tasks.filter(wasHeldUp).map(({ id }) => id);
  const segments = await queries.segmentRows(db, winding, maxSegments);
  const total = tasks.length < maxRows ? tasks.length : await queries.taskRunCount(db, flowRunId);
  return timeline({ begin, tasks, segments, total });
}

/** Whether the run paused, waited or retried, so that its states say more than its times. */
function wasHeldUp({ run_count, state_type }: TimelineTask): boolean {
  return run_count > 1 || state_type === "SCHEDULED" || state_type === "PAUSED";
}
