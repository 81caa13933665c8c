import type { Rest } from "./rest.ts";
import { factsOf, type MetricPoint, type RunFacts, type WireMetric, type WireRun } from "./run-facts.ts";

export interface SearchOptions {
  /** In MLflow's words: `metrics.rmse < 8 and params.model = 'trees'`. */
  readonly filter?: string;
  /** In MLflow's words: `["metrics.rmse ASC"]`; the newest first unless given. */
  readonly orderBy?: readonly string[];
}

export interface BestRunOptions {
  /** Of the last value of each run. */
  readonly metric: string;
  /** `min` for an error, `max` for a score. */
  readonly by: "min" | "max";
  /** Which runs compete, in MLflow's words; those that are finished unless given. */
  readonly filter?: string;
}

const runsPerAnswer = 500;

export async function* searchRuns(
  rest: Rest,
  experimentId: string,
  { filter = "", orderBy = [] }: SearchOptions,
): AsyncGenerator<RunFacts> {
  let page_token: string | undefined;
  do {
    const body = {
      experiment_ids: [experimentId],
      filter,
      order_by: orderBy,
      max_results: runsPerAnswer,
      ...(page_token === undefined ? {} : { page_token }),
    };
    const { runs = [], next_page_token } = await rest.call<{
      readonly runs?: readonly WireRun[];
      readonly next_page_token?: string;
    }>({ method: "POST", path: "runs/search", body, isRepeatable: true });
    for (const run of runs) yield factsOf(rest, run);
    page_token = next_page_token;
  } while (page_token);
}

/**
 * The run with the smallest or largest value; among equals the newest. MLflow puts runs without the metric last, and those with NaN before
 * them; infinity is a number to it. Neither is a best run here.
 */
export async function bestRun(
  rest: Rest,
  experimentId: string,
  { metric, by, filter = "attributes.status = 'FINISHED'" }: BestRunOptions,
): Promise<RunFacts | undefined> {
  const orderBy = [`metrics.${quoted(metric)} ${by === "min" ? "ASC" : "DESC"}`, "attributes.start_time DESC"];
  for await (const run of searchRuns(rest, experimentId, { filter, orderBy })) {
    const value = run.metrics[metric];
    if (value === undefined || Number.isNaN(value)) return undefined;
    if (isMeasured(value)) return run;
  }
  return undefined;
}

/** MLflow keeps infinity as the largest number that a database holds. */
function isMeasured(value: number): boolean {
  return Number.isFinite(value) && Math.abs(value) < 1.797e308;
}

/** All values of a metric, in the order of their steps. */
export async function metricHistory(rest: Rest, runId: string, metric: string): Promise<readonly MetricPoint[]> {
  const points: MetricPoint[] = [];
  let page_token: string | undefined;
  do {
    const { metrics = [], next_page_token } = await rest.call<{
      readonly metrics?: readonly WireMetric[];
      readonly next_page_token?: string;
    }>({
      method: "GET",
      path: "metrics/get-history",
      query: {
        run_id: runId,
        metric_key: metric,
        max_results: "25000",
        ...(page_token === undefined ? {} : { page_token }),
      },
    });
    points.push(
      ...metrics.map(({ key, value, timestamp, step = 0 }) => ({
        name: key,
        value: Number(value),
        step: Number(step),
        at: new Date(Number(timestamp)),
      })),
    );
    page_token = next_page_token;
  } while (page_token);
  return points.toSorted((a, b) => (a.step ?? 0) - (b.step ?? 0));
}

function quoted(name: string): string {
  return name.includes("`") ? `"${name}"` : `\`${name}\``;
}
