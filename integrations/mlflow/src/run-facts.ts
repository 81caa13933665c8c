import type { Rest } from "./rest.ts";

export type RunStatus = "RUNNING" | "SCHEDULED" | "FINISHED" | "FAILED" | "KILLED";

/** What MLflow keeps of a run. */
export interface RunFacts {
  readonly id: string;
  readonly name: string;
  readonly experimentId: string;
  readonly status: RunStatus;
  readonly startedAt: Date;
  readonly endedAt: Date | undefined;
  readonly params: Readonly<Record<string, string>>;
  /** The last value of each. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly artifactUri: string;
  /** Its page in MLflow. */
  readonly url: string;
}

/** A value of a metric. */
export interface MetricPoint {
  readonly name: string;
  readonly value: number;
  /** 0 unless given. */
  readonly step?: number;
  /** Now unless given. */
  readonly at?: Date;
}

export interface WireEntry {
  readonly key: string;
  readonly value: string;
}

/** Numbers that JSON lacks come as text, and whole numbers may. */
export interface WireMetric {
  readonly key: string;
  readonly value: number | string;
  readonly timestamp: number | string;
  readonly step?: number | string;
}

export interface WireRun {
  readonly info: {
    readonly run_id: string;
    readonly run_name?: string;
    readonly experiment_id: string;
    readonly status: RunStatus;
    readonly start_time: number | string;
    readonly end_time?: number | string;
    readonly artifact_uri: string;
  };
  readonly data?: {
    readonly params?: readonly WireEntry[];
    readonly metrics?: readonly WireMetric[];
    readonly tags?: readonly WireEntry[];
  };
}

export function factsOf({ pagesUrl }: Rest, { info, data = {} }: WireRun): RunFacts {
  const { run_id: id, experiment_id: experimentId, end_time } = info;
  return {
    id,
    name: info.run_name ?? "",
    experimentId,
    status: info.status,
    startedAt: new Date(Number(info.start_time)),
    endedAt: end_time === undefined || Number(end_time) === 0 ? undefined : new Date(Number(end_time)),
    params: byKey(data.params),
    metrics: Object.fromEntries((data.metrics ?? []).map(({ key, value }) => [key, Number(value)])),
    tags: byKey(data.tags),
    artifactUri: info.artifact_uri,
    url: `${pagesUrl}/#/experiments/${experimentId}/runs/${id}`,
  };
}

export function byKey(entries: readonly WireEntry[] = []): Readonly<Record<string, string>> {
  return Object.fromEntries(entries.map(({ key, value }) => [key, value]));
}

/** Objects and lists are written as JSON. */
export function entriesOf(values: Readonly<Record<string, unknown>>): readonly WireEntry[] {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ({ key, value: textOf(value) }));
}

function textOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

export function wireMetric({ name, value, step = 0, at = new Date() }: MetricPoint): WireMetric {
  return { key: name, value: Number.isFinite(value) ? value : String(value), timestamp: at.getTime(), step };
}
