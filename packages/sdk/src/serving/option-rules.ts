import type { Rule } from "../run/option-checks.ts";

export const aMoment: Rule = (value) =>
  Number.isNaN(new Date(value as string).valueOf()) ? 'a moment with its offset: "2026-01-01T06:00:00Z"' : undefined;

export const aPriority: Rule = (value) =>
  typeof value === "number" && Number.isInteger(value) && Math.abs(value) <= 1000
    ? undefined
    : "a whole number from -1000 to 1000, of which the smaller goes first";
export const anAbortSignal: Rule = (value) => (value instanceof AbortSignal ? undefined : "an AbortSignal");
