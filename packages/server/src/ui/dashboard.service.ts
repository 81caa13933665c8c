import { formatTimestamp, microsPerSecond, type StateType, type Timestamp, toTimestamp } from "@ostinato/core";
import type { BodyOf, Dashboard, FlowRunRow, HistoryInterval, readDashboard, StateCounts } from "@ostinato/protocol";
import type { Context } from "../context.ts";
import { refused } from "../errors.ts";
import * as queries from "./dashboard.queries.ts";
import { flowsWithRecentRuns, lastFailures } from "./flow-pages.service.ts";
import { readRows } from "./run-rows.service.ts";

const mostFlows = 50;

/** Everything on the dashboard, by questions that run side by side and each stay on an index. */
export async function dashboard(context: Context, body: BodyOf<typeof readDashboard>): Promise<Dashboard> {
  const { db } = context;
  const range = rangeOf(body);
  const buckets = body.buckets ?? 60;
  const width = Math.ceil((range.until - range.since) / buckets);
  const [history, byFlow, previous, tasks, rows] = await Promise.all([
    queries.history(db, range, width),
    queries.countsByFlow(db, range),
    queries.countsByType(db, spanBefore(range)),
    queries.taskCountsByType(db, range),
    runsOf(context, range),
  ]);
  return {
    history: intervals(history, { range, width, buckets }),
    counts: countsOf(byFlow),
    previous_counts: countsOf(previous),
    task_counts: countsOf(tasks),
    ...rows,
    flows: await flowsOf(context, byFlow, range),
  };
}

function rangeOf(body: BodyOf<typeof readDashboard>): queries.DashboardRange {
  const { tags, flow_ids, subflows } = body;
  const [since, until] = [toTimestamp(body.since), toTimestamp(body.until)];
  if (until <= since) throw refused(422, "The range is empty: `until` must come after `since`.");
  return { since, until, tags: tags ?? [], flowIds: flow_ids ?? [], subflows: subflows ?? true };
}

function spanBefore(range: queries.DashboardRange): queries.DashboardRange {
  return { ...range, since: (range.since - (range.until - range.since)) as Timestamp, until: range.since };
}

async function runsOf(
  context: Context,
  range: queries.DashboardRange,
): Promise<Pick<Dashboard, "failed" | "running" | "waiting">> {
  const find = async (wanted: queries.RunsInState) =>
    (await queries.runsInState(context.db, range, wanted)).map(({ id }) => id);
  const [failed, running, scheduled, paused] = await Promise.all([
    find({ types: ["FAILED", "CRASHED"], order: "DESC", limit: 10, inRange: true }),
    find({ types: ["RUNNING", "PENDING", "CANCELLING"], order: "DESC", limit: 20 }),
    find({ types: ["SCHEDULED"], order: "ASC", limit: 20 }),
    find({ types: ["PAUSED"], order: "DESC", limit: 20 }),
  ]);
  const rows = await readRows(context, [...failed, ...running, ...scheduled, ...paused]);
  const among = (ids: readonly string[]) => rows.filter(({ id }) => ids.includes(id));
  return {
    failed: among(failed),
    running: among(running),
    waiting: [...among(scheduled), ...among(paused)].sort(byUrgency).slice(0, 20),
  };
}

/** Late runs first, then the paused ones, then the scheduled ones; each as they came from the database. */
function byUrgency(one: FlowRunRow, other: FlowRunRow): number {
  return urgency(one) - urgency(other);
}

function urgency({ state_name, state_type }: FlowRunRow): number {
  if (state_name === "Late") return 0;
  return state_type === "PAUSED" ? 1 : 2;
}

function countsOf(rows: readonly { readonly state_type: StateType | null; readonly runs: number }[]): StateCounts {
  const counts: StateCounts = {};
  for (const { state_type, runs } of rows) {
    if (state_type !== null) counts[state_type] = (counts[state_type] ?? 0) + Number(runs);
  }
  return counts;
}

interface Buckets {
  readonly range: queries.DashboardRange;
  readonly width: number;
  readonly buckets: number;
}

function intervals(rows: readonly queries.HistoryRow[], { range, width, buckets }: Buckets): HistoryInterval[] {
  const bars = Array.from({ length: buckets }, (_, index) => ({
    interval_start: formatTimestamp((range.since + index * width) as Timestamp),
    interval_end: formatTimestamp(Math.min(range.since + (index + 1) * width, range.until) as Timestamp),
    states: [] as HistoryInterval["states"],
  }));
  for (const row of rows) {
    bars[Number(row.bucket)]?.states.push({
      state_type: row.state_type,
      state_name: row.state_name,
      count_runs: Number(row.runs),
      sum_estimated_run_time: Number(row.run_time) / microsPerSecond,
      sum_estimated_lateness: Number(row.lateness) / microsPerSecond,
    });
  }
  return bars;
}

/** The flows that ran, those with failures first. */
async function flowsOf(
  context: Context,
  rows: readonly queries.FlowCountRow[],
  range: queries.DashboardRange,
): Promise<Dashboard["flows"]> {
  const byFlow = Map.groupBy(rows, ({ flow_id }) => flow_id);
  const counted = [...byFlow]
    .map(([id, of]) => ({ id, counts: countsOf(of) }))
    .sort(byFailures)
    .slice(0, mostFlows);
  const ids = counted.map(({ id }) => id);
  const [flows, failures] = await Promise.all([
    flowsWithRecentRuns(context, ids, 20),
    lastFailures(
      context,
      counted.filter(({ counts }) => failuresIn(counts) > 0).map(({ id }) => id),
      range.since,
    ),
  ]);
  return counted.flatMap(({ id, counts }) => {
    const found = flows.get(id);
    return found === undefined ? [] : [{ ...found, counts, last_failure: failures.get(id) ?? null }];
  });
}

interface Counted {
  readonly counts: StateCounts;
}

function byFailures(one: Counted, other: Counted): number {
  return failuresIn(other.counts) - failuresIn(one.counts) || sumOf(other.counts) - sumOf(one.counts);
}

function failuresIn({ FAILED = 0, CRASHED = 0 }: StateCounts): number {
  return FAILED + CRASHED;
}

function sumOf(counts: StateCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
