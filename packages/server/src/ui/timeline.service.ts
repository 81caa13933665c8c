import type { Timeline } from "@ostinato/protocol";
import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import * as queries from "./timeline.queries.ts";
import { timeline } from "./timeline.rules.ts";

const mostRows = 20_000;
const mostSegments = 50_000;

export async function readTimeline({ db }: Context, flowRunId: string): Promise<Timeline> {
  const begin = await queries.beginOf(db, flowRunId);
  if (begin === undefined) throw notFound("Flow run", flowRunId);
  const [tasks, segments] = await Promise.all([
    queries.timelineRows(db, flowRunId, mostRows),
    queries.segmentRows(db, flowRunId, mostSegments),
  ]);
  const total = tasks.length < mostRows ? tasks.length : await queries.taskRunCount(db, flowRunId);
  return timeline({ begin, tasks, segments, total });
}
