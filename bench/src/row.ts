import type { Target } from "./target.ts";

/** How a number is to be read: more is better for rates, less for times and sizes. */
export type Unit = "/s" | "ms" | "s" | "MB";

/** What one row of the table says. */
export interface Measurement {
  readonly row: string;
  /** Where it was measured: `sqlite`, `postgresql`, or the name of a peer. */
  readonly where: string;
  readonly unit: Unit;
  /** One number of each run. */
  readonly samples: readonly number[];
  /** What was done, in a sentence that lets somebody else do it again. */
  readonly how: string;
}

export interface Effort {
  /** Runs of each row. */
  readonly runs: number;
  /** A share of the full amount of work, 0 to 1. */
  readonly scale: number;
}

/** A group of rows that share what they set up. */
export interface Group {
  readonly name: string;
  /** Of the table, so that `--only` finds the group. */
  readonly rows: readonly string[];
  readonly measure: (target: Target, effort: Effort) => AsyncIterable<Measurement>;
}

/** Runs the work several times, one number each. */
export async function repeat(runs: number, once: (run: number) => Promise<number>): Promise<readonly number[]> {
  const samples: number[] = [];
  for (let run = 0; run < runs; run += 1) samples.push(await once(run));
  return samples;
}

export interface Summary {
  readonly best: number;
  readonly median: number;
  readonly worst: number;
}

export function summarize({ unit, samples }: Measurement): Summary {
  const ascending = [...samples].sort((one, other) => one - other);
  const first = ascending[0] ?? Number.NaN;
  const last = ascending.at(-1) ?? Number.NaN;
  const median = percentile(ascending, 0.5);
  return unit === "/s" ? { best: last, median, worst: first } : { best: first, median, worst: last };
}

/** Of numbers in ascending order. */
export function percentile(ascending: readonly number[], share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? Number.NaN;
}
