import type { MetricTriggerInput } from "@ostinato/protocol";
import { noScope, type RunsForm, relatedOf, scopeIn, type TriggerInput } from "./trigger-form.ts";

type Metric = MetricTriggerInput["metric"];

export const metricNames = ["successes", "duration", "lateness"] as const satisfies readonly Metric["name"][];
export const metricOperators = ["<", "<=", ">", ">="] as const satisfies readonly Metric["operator"][];

/** A trigger by a figure of runs as the fields of a sentence. Times are in seconds. */
export interface MetricForm extends RunsForm {
  readonly name: Metric["name"];
  readonly operator: Metric["operator"];
  /** In seconds; for successes from 0 to 1, or in percent above 1. */
  readonly threshold: number;
  readonly range: number;
  readonly firingFor: number;
}

/** What the server takes where a trigger does not say it. */
const usualSeconds = 300;

export const firstMetric: MetricForm = {
  name: "duration",
  operator: ">",
  threshold: 3600,
  scope: noScope,
  range: 86_400,
  firingFor: usualSeconds,
};

/** The trigger that says what the fields say. */
export function metricTriggerOf(form: MetricForm): MetricTriggerInput {
  const { name, operator, threshold, range, firingFor } = form;
  return {
    type: "metric",
    posture: "Metric",
    match: { "prefect.resource.id": "prefect.flow-run.*" },
    match_related: relatedOf(form),
    metric: { name, operator, threshold, range, firing_for: firingFor },
  };
}

const shownFields = new Set(["type", "id", "posture", "match", "match_related", "metric"]);
const shownMetricFields = new Set(["name", "operator", "threshold", "range", "firing_for"]);

/** The fields that say what the trigger says; undefined where they cannot say all of it. */
export function metricFormOf(trigger: TriggerInput): MetricForm | undefined {
  if (trigger.type !== "metric") return undefined;
  const { match = {}, match_related, metric } = trigger;
  const { name, operator, threshold, range = usualSeconds, firing_for: firingFor = usualSeconds } = metric;
  const scope = scopeIn(match_related);
  const isOfRuns = Object.entries(match).every(
    ([label, id]) => label === "prefect.resource.id" && [id].flat().join() === "prefect.flow-run.*",
  );
  const isWhole =
    Object.keys(trigger).every((field) => shownFields.has(field)) &&
    Object.keys(metric).every((field) => shownMetricFields.has(field));
  if (!isOfRuns || !isWhole) return undefined;
  if (typeof range !== "number" || typeof firingFor !== "number") return undefined;
  const runs: RunsForm = scope === undefined ? { scope: noScope, related: match_related } : { scope };
  return { name, operator, threshold, ...runs, range, firingFor };
}
