import type { DatabaseName } from "./target.ts";

/** The meaning of a number: more is better for rates, less for times, sizes and counts. */
export type Unit = "/s" | "frames/s" | "ms" | "s" | "MB" | "KiB" | "requests" | "×";

export function isRate(unit: Unit): boolean {
  return unit.endsWith("/s");
}

/** The result of one row. */
export interface Measurement {
  readonly row: string;
  /** The measured system: `sqlite`, `postgresql`, or the name of a peer, such as `prefect sqlite`. */
  readonly where: string;
  /** The database under it. */
  readonly database: DatabaseName;
  /** Whether it is another product. */
  readonly peer: boolean;
  readonly unit: Unit;
  /** One number per run, or per call where single calls are timed. */
  readonly samples: readonly number[];
  /** The method, in a sentence that allows repeating it. */
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
  /** Repetitions of each row. */
  readonly runs: number;
  /** The fraction of the full amount of work, 0 to 1. */
  readonly scale: number;
  /** Whether the user wants a row; others may be skipped. */
  readonly wants: (row: string) => boolean;
}

/** The scaled amount of work. */
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
  /** Present only with enough samples to be meaningful. */
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

/** Expects numbers in ascending order. */
function percentile(ascending: readonly number[], share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? Number.NaN;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
