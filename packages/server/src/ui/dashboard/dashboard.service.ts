import {
  formatTimestamp,
  microsPerSecond,
  type StateType,
  stateNames,
  type Timestamp,
  toTimestamp,
} from "@ostinato/core";
import type { BodyOf, Dashboard, FlowRunRow, RunCriteria, readDashboard, StateCounts } from "@ostinato/protocol";
import { failingAutomations } from "../../automation-actions/failing-automations.service.ts";
import type { Database } from "../../db/dialect.ts";
import type { Context } from "../../kernel/context.ts";
import { refused } from "../../kernel/errors.ts";
import { failureGroups } from "../failures/failure-groups.service.ts";
import { flowsWithRecentRuns, lastFailures } from "../flows/flow-pages.service.ts";
import { openQuestions } from "../questions/questions.service.ts";
import { readRows } from "../runs/run-rows.service.ts";
import { poolsInTrouble } from "../work-pools/work-pool-list.service.ts";
import * as queries from "./dashboard.queries.ts";

const maxFlows = 50;
const maxPools = 5;
const maxAutomations = 5;
const maxFailures = 10;
const maxQuestions = 20;

/** Everything on the dashboard, by questions that run side by side. */
export async function dashboard(context: Context, body: BodyOf<typeof readDashboard>): Promise<Dashboard> {
  const range = rangeOf(body);
  const edges = edgesOf(body, range);
  const split = bucketsBetween(edges);
  const [counts, rows, questions, pools, failures, automations] = await Promise.all([
    countAll(context.db, range, split),
    runsOf(context, range),
    openQuestions(context, range, maxQuestions),
    poolsInTrouble(context, maxPools),
    failureGroups(context, criteriaOf(range), maxFailures),
    failingAutomations(context, { since: range.since, until: range.until, limit: maxAutomations }),
  ]);
  return {
    has_runs: counts.byFlow.length > 0 || (await queries.hasRuns(context.db)),
    history: intervals(counts.history, split, edges),
    counts: countsOf(counts.byFlow),
    previous_counts: countsOf(counts.previous),
    task_counts: countsOf(counts.tasks),
    failures,
    ...rows,
    questions,
    work_pools: pools,
    automations,
    flows: await flowsOf(context, counts.byFlow, range),
  };
}

/** The runs of the range, as lists ask for them. */
function criteriaOf({ since, until, tags, flowIds, subflows }: queries.DashboardRange): RunCriteria {
  return {
    ...(flowIds.length === 0 ? {} : { flows: { id: { any_: [...flowIds] } } }),
    flow_runs: {
      expected_start_time: { after_: formatTimestamp(since), before_: formatTimestamp(until) },
      ...(tags.length === 0 ? {} : { tags: { all_: [...tags] } }),
      ...(subflows ? {} : { parent_task_run_id: { is_null_: true } }),
    },
  };
}

interface AllCounts {
  readonly history: readonly queries.CountRow[];
  readonly byFlow: readonly queries.FlowCountRow[];
  readonly previous: readonly queries.TypeCountRow[];
  readonly tasks: readonly queries.TypeCountRow[];
}

async function countAll(db: Database, range: queries.DashboardRange, split: queries.Buckets): Promise<AllCounts> {
  const before = spanBefore(range);
  const whole = { first: before.since, buckets: 1, width: range.until - range.since };
  if (range.tags.length === 0 && range.flowIds.length === 0) {
    const [history, byFlow, previous, tasks] = await Promise.all([
      queries.history(db, range, split),
      queries.countsByFlow(db, range),
      queries.history(db, before, whole),
      queries.taskCountsByType(db, range),
    ]);
    return { history, byFlow, previous, tasks };
  }
  const [counts, previous] = await Promise.all([
    queries.narrowedCounts(db, range, split),
    queries.narrowedFlowCounts(db, before),
  ]);
  return { history: counts.flowRuns, byFlow: counts.flowRuns, previous, tasks: counts.taskRuns };
}

function rangeOf(body: BodyOf<typeof readDashboard>): queries.DashboardRange {
  const { tags, flow_ids, subflows } = body;
  const [since, until] = [toTimestamp(body.since), toTimestamp(body.until)];
  if (until <= since) throw refused("INVALID_RANGE", "The range is empty: `until` must come after `since`.");
  return { since, until, tags: tags ?? [], flowIds: flow_ids ?? [], subflows: subflows ?? true };
}

const maxBars = 200;
const maxBuckets = 2000;

/** The start of each bar, and the end of the last one. */
function edgesOf(body: BodyOf<typeof readDashboard>, range: queries.DashboardRange): readonly Timestamp[] {
  const { bars, buckets: wanted } = body;
  const { since, until } = range;
  if (body.edges !== null && body.edges !== undefined) return orderedEdges(body.edges.map(toTimestamp), range);
  if (bars === null || bars === undefined) {
    const count = wanted ?? 60;
    return equalBars(since, Math.ceil((until - since) / count), count);
  }
  const first = toTimestamp(bars.since);
  const width = Math.round(bars.seconds * microsPerSecond);
  const count = Math.ceil((until - first) / width);
  if (first > since)
    throw refused("INVALID_RANGE", "The first bar begins after `since`: let it begin there or before.");
  if (count > maxBars)
    throw refused("INVALID_RANGE", `These are ${count} bars, and the maximum is ${maxBars}: make them longer.`);
  return equalBars(first, width, count);
}

function equalBars(first: Timestamp, width: number, count: number): readonly Timestamp[] {
  return Array.from({ length: count + 1 }, (_, index) => (first + index * width) as Timestamp);
}

function orderedEdges(edges: readonly Timestamp[], { since }: queries.DashboardRange): readonly Timestamp[] {
  const unordered = edges.findIndex((edge, index) => index > 0 && edge <= (edges[index - 1] ?? edge));
  if (unordered >= 0) throw refused("INVALID_RANGE", `\`edges\` must ascend, and number ${unordered + 1} does not.`);
  if ((edges[0] ?? since) > since)
    throw refused("INVALID_RANGE", "The first of `edges` is after `since`: let it be there or before.");
  return edges;
}

/** Equal buckets for the database to count in, of which each bar holds a whole number. */
function bucketsBetween(edges: readonly Timestamp[]): queries.Buckets {
  const [first = 0 as Timestamp] = edges;
  const last = edges.at(-1) ?? first;
  const lengths = edges.slice(1).map((edge, index) => edge - (edges[index] ?? edge));
  const width = lengths.reduce(commonMeasure);
  const buckets = (last - first) / width;
  if (buckets > maxBuckets)
    throw refused(
      "INVALID_RANGE",
      `The lengths between \`edges\` have no common measure that fits at most ${maxBuckets} times.`,
    );
  return { first, width, buckets };
}

function commonMeasure(one: number, other: number): number {
  return other === 0 ? one : commonMeasure(other, one % other);
}

function spanBefore(range: queries.DashboardRange): queries.DashboardRange {
  return { ...range, since: (range.since - (range.until - range.since)) as Timestamp, until: range.since };
}

async function runsOf(
  context: Context,
  range: queries.DashboardRange,
): Promise<Pick<Dashboard, "running" | "waiting" | "upcoming">> {
  const now = context.clock.now();
  const find = async (wanted: queries.RunsInState) =>
    (await queries.runsInState(context.db, range, wanted)).map(({ id }) => id);
  const [running, due, next] = await Promise.all([
    find({ types: ["RUNNING", "PENDING", "CANCELLING"], order: "DESC", limit: 20 }),
    find({ types: ["SCHEDULED"], order: "ASC", limit: 20, until: now }),
    find({ types: ["SCHEDULED"], order: "ASC", limit: 10, after: now }),
  ]);
  const rows = await readRows(context, [...running, ...due, ...next]);
  const among = (ids: readonly string[]) => rows.filter(({ id }) => ids.includes(id));
  return {
    running: among(running),
    waiting: among(due).sort(byUrgency),
    upcoming: among(next),
  };
}

/** Late runs first; each as they came from the database. */
function byUrgency(one: FlowRunRow, other: FlowRunRow): number {
  return Number(isLate(other)) - Number(isLate(one));
}

function isLate({ state_name }: FlowRunRow): boolean {
  return state_name === stateNames.late;
}

function countsOf(rows: readonly { readonly state_type: StateType; readonly runs: number }[]): StateCounts {
  const counts: StateCounts = {};
  for (const { state_type, runs } of rows) counts[state_type] = (counts[state_type] ?? 0) + Number(runs);
  return counts;
}

type Interval = Dashboard["history"][number];

function intervals(
  rows: readonly queries.CountRow[],
  { first, width }: queries.Buckets,
  edges: readonly Timestamp[],
): Interval[] {
  const bars = edges.slice(1).map((edge, index) => ({
    interval_start: formatTimestamp(edges[index] ?? edge),
    interval_end: formatTimestamp(edge),
    states: new Map<string, Interval["states"][number]>(),
  }));
  for (const { bucket, state_type, state_name, runs } of rows) {
    const begin = first + Number(bucket) * width;
    const states = bars[edges.findLastIndex((edge) => edge <= begin)]?.states;
    const key = `${state_type} ${state_name}`;
    states?.set(key, { state_type, state_name, count_runs: (states.get(key)?.count_runs ?? 0) + Number(runs) });
  }
  return bars.map(({ states, ...bar }) => ({ ...bar, states: [...states.values()] }));
}

/** The flows that ran, those with failures first. */
async function flowsOf(
  context: Context,
  rows: readonly queries.FlowCountRow[],
  range: queries.DashboardRange,
): Promise<Dashboard["flows"]> {
  const byFlow = Map.groupBy(rows, ({ flow_id }) => flow_id);
  const counted = [...byFlow]
    .map(([id, rows]) => ({ id, counts: countsOf(rows) }))
    .sort(byFailures)
    .slice(0, maxFlows);
  const ids = counted.map(({ id }) => id);
  const [flows, failures] = await Promise.all([
    flowsWithRecentRuns(context, ids, 20, range),
    lastFailures(
      context,
      counted.filter(({ counts }) => failuresIn(counts) > 0).map(({ id }) => id),
      range,
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
