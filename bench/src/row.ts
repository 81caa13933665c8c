import type { DatabaseName } from "./target.ts";

/** How a number is to be read: more is better for rates, less for times, sizes and counts. */
export type Unit = "/s" | "frames/s" | "ms" | "s" | "MB" | "KiB" | "requests" | "×";

export function isRate(unit: Unit): boolean {
  return unit.endsWith("/s");
}

/** What one row of the table says. */
export interface Measurement {
  readonly row: string;
  /** Where it was measured: `sqlite`, `postgresql`, or the name of a peer, such as `prefect sqlite`. */
  readonly where: string;
  /** What was under it there. */
  readonly database: DatabaseName;
  /** Whether it was measured on something of somebody else. */
  readonly peer: boolean;
  readonly unit: Unit;
  /** One number of each run, or of each call where single calls are timed. */
  readonly samples: readonly number[];
  /** What was done, in a sentence that lets somebody else do it again. */
  readonly how: string;
}

/** A row that could not be measured. */
export interface Failure {
  readonly row: string;
  readonly where: string;
  readonly failure: string;
}

export type Outcome = Measurement | Failure;

export interface Effort {
  /** Runs of each row. */
  readonly runs: number;
  /** A share of the full amount of work, 0 to 1. */
  readonly scale: number;
  /** Whether a row was asked for; what was not need not be measured. */
  readonly wants: (row: string) => boolean;
}

/** So much of the full amount of work as is to be done. */
export function amount({ scale }: Effort, full: number, least = 1): number {
  return Math.max(least, Math.ceil(full * scale));
}

/** Runs the work several times, one after the other. */
export async function repeat<T>(runs: number, once: (run: number) => Promise<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for (let run = 0; run < runs; run += 1) all.push(await once(run));
  return all;
}

export interface Summary {
  readonly best: number;
  readonly median: number;
  readonly worst: number;
  /** Only where there are enough samples for it to mean something. */
  readonly p99?: number;
}

const enoughForP99 = 50;

export function summarize({ unit, samples }: Pick<Measurement, "unit" | "samples">): Summary {
  const ascending = samples.toSorted((one, other) => one - other);
  const first = ascending[0] ?? Number.NaN;
  const last = ascending.at(-1) ?? Number.NaN;
  const median = percentile(ascending, 0.5);
  if (isRate(unit)) return { best: last, median, worst: first };
  const extremes = { best: first, median, worst: last };
  return samples.length < enoughForP99 ? extremes : { ...extremes, p99: percentile(ascending, 0.99) };
}

/** Of numbers in ascending order. */
function percentile(ascending: readonly number[], share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? Number.NaN;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
