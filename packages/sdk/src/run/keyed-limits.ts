import { type Duration, durationSeconds } from "@ostinato/core";
import { UsageError } from "../errors.ts";
import { aFunction, aWholeNumber, checkOptions, isDuration, type Rule } from "./option-checks.ts";

/** At most `limit` runs at once that have the same key, whichever process they are in. */
export interface KeyedConcurrency<A> {
  /** The key of a run: a string, a number, or a value of which equal ones are the same key. One for all runs by default. */
  readonly key?: (args: A) => unknown;
  readonly limit: number;
}

/** `"10/min"`: so many in a `s`, `min`, `h` or `d`; or `{ limit: 10, per: "90s" }`. */
export type Rate = `${number}/${"s" | "min" | "h" | "d"}` | { readonly limit: number; readonly per: Duration };

const perSecond: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600, d: 86_400 };
export const rateWanted = 'a rate as "10/min" (s, min, h or d), or as { limit: 10, per: "90s" }';
export const aKeyedConcurrency: Rule = (value) =>
  typeof value === "object" && value !== null && Number.isInteger((value as { limit?: unknown }).limit)
    ? undefined
    : "a limit by key: { key: ({ customer }) => customer, limit: 2 }";

export const aRate: Rule = (value) => (readRate(value) === undefined ? rateWanted : undefined);

export function checkKeyed(what: string, value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  checkOptions(`${what}: concurrency`, value, { key: aFunction, limit: aWholeNumber });
  const { limit } = value as { readonly limit: number };
  if (limit < 1) throw new UsageError(`${what}: concurrency.limit is ${limit}. Give 1 or more.`);
}

/** Undefined for what is not a rate. */
export function readRate(value: unknown): { readonly limit: number; readonly seconds: number } | undefined {
  if (typeof value === "string") {
    const [, limit, unit = ""] = /^(\d+(?:\.\d+)?)\/(s|min|h|d)$/.exec(value) ?? [];
    const seconds = perSecond[unit];
    return seconds !== undefined && Number(limit) > 0 ? { limit: Number(limit), seconds } : undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { limit, per } = value as { readonly limit?: unknown; readonly per?: unknown };
  if (typeof limit !== "number" || !(limit > 0) || !isDuration(per)) return undefined;
  const seconds = durationSeconds(per as Duration);
  return seconds > 0 ? { limit, seconds } : undefined;
}
