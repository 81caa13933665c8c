import type { ReplyOf, readTimeline as readTimelineRoute, Timeline } from "@ostinato/protocol";
import type { Context } from "../../kernel/context.ts";
import { notFound } from "../../kernel/errors.ts";
import { attemptStarts, causeOf } from "../runs/cause.service.ts";
import * as queries from "./timeline.queries.ts";
import { type TimelineTask, timeline } from "./timeline.rules.ts";

const maxRows = 20_000;
const maxSegments = 50_000;

/** The timeline of a flow run, with those of the subflows in which it failed: a page opens them at once. */
export async function readTimeline(context: Context, flowRunId: string): Promise<ReplyOf<typeof readTimelineRoute>> {
  const [own, cause] = await Promise.all([timelineOf(context, flowRunId), causeOf(context.db, flowRunId)]);
  const within = (cause?.path ?? []).slice(1).map((step) => step.flow_run_id);
  const timelines = await Promise.all(within.map((id) => timelineOf(context, id)));
  return { ...own, nested: timelines.map((nested, index) => ({ flow_run_id: within[index] ?? "", timeline: nested })) };
}

async function timelineOf({ db }: Context, flowRunId: string): Promise<Timeline> {
  const begin = await queries.beginOf(db, flowRunId);
  if (begin === undefined) throw notFound("Flow run", flowRunId);
  const tasks = await queries.timelineRows(db, flowRunId, maxRows);
  const [subflows, taskRuns] = halves(tasks.filter(wasHeldUp), ({ child_flow_run_id }) => child_flow_run_id !== null);
  const segments = [
    ...(await queries.segmentRows(
      db,
      "task",
      taskRuns.map(({ id }) => id),
      maxSegments,
    )),
    ...(await queries.segmentRows(
      db,
      "flow",
      subflows.flatMap(({ child_flow_run_id: id }) => id ?? []),
      maxSegments,
    )),
  ];
  const total = tasks.length < maxRows ? tasks.length : await queries.taskRunCount(db, flowRunId);
  const attempts = await attemptStarts(db, flowRunId);
  return timeline({ begin, attempts, tasks, segments, total });
}

/** The clocks of a state and of the run's times may differ by so many microseconds without a wait between them. */
const unnoticeable = 10_000;

/** Whether the run paused, waited or retried, so that its states say more than its times. */
function wasHeldUp({ run_count, state_type, start_time, end_time, total_run_time }: TimelineTask): boolean {
  if (run_count > 1 || state_type === "SCHEDULED" || state_type === "PAUSED") return true;
  return start_time !== null && end_time !== null && end_time - start_time - total_run_time > unnoticeable;
}

function halves<T>(all: readonly T[], isFirst: (one: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}
