import { addSeconds, formatTimestamp, microsPerSecond, type Timestamp } from "@ostinato/core";
import type {
  BodyOf,
  Dashboard,
  Flow,
  FlowPage,
  FlowRow,
  listFlows,
  ReplyOf,
  RunBar,
  RunCriteria,
  StateCounts,
} from "@ostinato/protocol";
import { present as presentFlow } from "../../flows/flows.service.ts";
import type { Context } from "../../kernel/context.ts";
import { notFound } from "../../kernel/errors.ts";
import * as parameterSchemas from "../../parameter-schemas/parameter-schemas.service.ts";
import { failureGroups } from "../failures/failure-groups.service.ts";
import { presentCause } from "../runs/cause.presenter.ts";
import { causesOf } from "../runs/cause.service.ts";
import { recentBars } from "../runs/run-bars.service.ts";
import * as queries from "./flow-pages.queries.ts";
import { durationBuckets, rankOf, shares } from "./flow-pages.rules.ts";

const daySeconds = 86_400;

/** Flows with their last runs as bars, oldest first: those of a time where one is given. */
export async function flowsWithRecentRuns(
  context: Context,
  ids: readonly string[],
  limit: number,
  within?: queries.Span,
): Promise<ReadonlyMap<string, { readonly flow: Flow; readonly recent: RunBar[] }>> {
  const [flows, bars] = await Promise.all([
    queries.flowsByIds(context.db, ids),
    recentBars(context, { of: "flow", ids, limit, within }),
  ]);
  return new Map(flows.map((row) => [row.id, { flow: presentFlow(row), recent: bars.get(row.id) ?? [] }]));
}

type LastFailure = NonNullable<Dashboard["flows"][number]["last_failure"]>;

/** The newest failure of each flow in a time, with its cause. */
export async function lastFailures(
  { db }: Context,
  flowIds: readonly string[],
  span: queries.Span,
): Promise<ReadonlyMap<string, LastFailure>> {
  const rows = await queries.lastFailures(db, flowIds, span);
  const causes = await causesOf(
    db,
    rows.map(({ id }) => id),
  );
  return new Map(
    rows.map(({ flow_id, id, name, at }) => {
      const message = presentCause(causes.get(id))?.message ?? null;
      return [flow_id, { flow_run_id: id, name, message, at: formatTimestamp(at) }];
    }),
  );
}

export async function list(context: Context, body: BodyOf<typeof listFlows>): Promise<ReplyOf<typeof listFlows>> {
  const { db, clock } = context;
  const { name, tags, sort, limit, offset } = body;
  const query: queries.FlowListQuery = {
    name: name === null || name === "" ? undefined : name,
    tags: tags ?? [],
    sort: sort ?? "LAST_RUN_DESC",
    limit: limit ?? 50,
    offset: offset ?? 0,
    now: clock.now(),
  };
  const [rows, count] = await Promise.all([queries.flowsInList(db, query), queries.countFlows(db, query)]);
  const ids = rows.map(({ id }) => id);
  const since = addSeconds(query.now, -30 * daySeconds);
  const [found, counts] = await Promise.all([flowsWithRecentRuns(context, ids, 20), countsSince(context, ids, since)]);
  const durations = await durationsOf(context, counts, since);
  const results = rows.flatMap(({ id, last_run }): FlowRow[] => {
    const flow = found.get(id);
    if (flow === undefined) return [];
    const { median, p95 } = durations.get(id) ?? unknownDurations;
    return [
      {
        ...flow,
        counts: counts.get(id) ?? {},
        median,
        p95,
        last_run: last_run === null ? null : formatTimestamp(last_run),
      },
    ];
  });
  return { results, count };
}

async function countsSince(
  { db }: Context,
  ids: readonly string[],
  since: Timestamp,
): Promise<ReadonlyMap<string, StateCounts>> {
  const counts = new Map<string, StateCounts>();
  for (const { flow_id, state_type, runs } of await queries.stateCounts(db, ids, since)) {
    counts.set(flow_id, { ...counts.get(flow_id), [state_type]: Number(runs) });
  }
  return counts;
}

/** A bound on the runs of a flow of which medians are taken, the newest. */
const maxDurations = 10_000;
const maxFailures = 8;

interface Durations {
  /** Seconds; null where no run completed. */
  readonly median: number | null;
  readonly p95: number | null;
}

const unknownDurations: Durations = { median: null, p95: null };

/** Median and 95th percentile of the completed runs of flows, of which these have been counted. */
async function durationsOf(
  { db }: Context,
  counts: ReadonlyMap<string, StateCounts>,
  since: Timestamp,
): Promise<ReadonlyMap<string, Durations>> {
  const flows = [...counts].flatMap(([id, { COMPLETED = 0 }]) => {
    const runs = Math.min(COMPLETED, maxDurations);
    return runs === 0 ? [] : [{ id, runs, median: rankOf(shares.median, runs), p95: rankOf(shares.p95, runs) }];
  });
  const wanted = flows.map(({ id, runs, median, p95 }) => ({ id, runs, ranks: [median, p95] }));
  const rows = await queries.rankedDurations(db, { since, flows: wanted });
  const found = new Map(rows.map((row) => [`${row.flow_id} ${row.rank}`, row.total_run_time / microsPerSecond]));
  const at = (id: string, rank: number) => found.get(`${id} ${rank}`) ?? null;
  return new Map(flows.map(({ id, median, p95 }) => [id, { median: at(id, median), p95: at(id, p95) }]));
}

export async function page(context: Context, flowId: string, days: number): Promise<FlowPage> {
  const { db, clock } = context;
  const until = clock.now();
  const since = addSeconds(until, -days * daySeconds);
  const found = (await flowsWithRecentRuns(context, [flowId], 50)).get(flowId);
  if (found === undefined) throw notFound("Flow", flowId);
  const [byFlow, durations, schema, failures] = await Promise.all([
    countsSince(context, [flowId], since),
    queries.durations(db, { flowId, since, limit: maxDurations }),
    parameterSchemas.newest(context, flowId),
    failureGroups(context, failuresSince(flowId, since), maxFailures),
  ]);
  const counts = byFlow.get(flowId) ?? {};
  const { median, p95 } = (await durationsOf(context, byFlow, since)).get(flowId) ?? unknownDurations;
  return {
    ...found,
    counts,
    median,
    p95,
    failures,
    success_rate: successRate(counts),
    durations: durationBuckets(durations, { since, until, buckets: bucketsFor(days) }),
    parameter_schema: schema ?? null,
  };
}

function failuresSince(flowId: string, since: Timestamp): RunCriteria {
  return {
    flows: { id: { any_: [flowId] } },
    flow_runs: { expected_start_time: { after_: formatTimestamp(since) } },
  };
}

/** By the hour for a day or two, then by the day or less often: never more than 60. */
function bucketsFor(days: number): number {
  return days <= 2 ? days * 24 : Math.min(days, 60);
}

function successRate({ COMPLETED = 0, FAILED = 0, CRASHED = 0 }: StateCounts): number | null {
  const finished = COMPLETED + FAILED + CRASHED;
  return finished === 0 ? null : COMPLETED / finished;
}
