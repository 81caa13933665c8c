import type { RunComparison } from "../api/types.ts";

type Parameters = Readonly<Record<string, unknown>>;

export interface ComparedParameter {
  readonly name: string;
  /** Undefined where the run was not given it. */
  readonly a: unknown;
  readonly b: unknown;
  readonly differs: boolean;
}

/** All parameters of two runs, those that differ first. */
export function comparedParameters(a: Parameters, b: Parameters): readonly ComparedParameter[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  const all = names.map((name) => ({
    name,
    a: a[name],
    b: b[name],
    differs: JSON.stringify(a[name]) !== JSON.stringify(b[name]),
  }));
  return [...all.filter(({ differs }) => differs), ...all.filter(({ differs }) => !differs)];
}

export interface Difference {
  /** Of `b` against `a`. */
  readonly seconds: number;
  /** How many times as long; undefined where `a` took no time. */
  readonly ratio: number | undefined;
}

export function differenceOf(a: number | null | undefined, b: number | null | undefined): Difference | undefined {
  if (a === null || a === undefined || b === null || b === undefined) return undefined;
  return { seconds: b - a, ratio: a > 0 ? b / a : undefined };
}

/** The largest difference of all tasks, against which the others are drawn. */
export function maxDifference(tasks: RunComparison["tasks"]): number {
  return Math.max(0, ...tasks.map(({ a, b }) => Math.abs(differenceOf(a?.took, b?.took)?.seconds ?? 0)));
}
