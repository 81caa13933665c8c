import type { MonthSummary } from "./flights.ts";

/** The use of each month. The first one has no earlier history for features: it serves as history only. */
export interface Periods {
  readonly all: readonly string[];
  readonly training: readonly string[];
  /** Later than all training months. */
  readonly validation: readonly string[];
}

export function splitPeriods(months: readonly MonthSummary[], validationMonths: number): Periods {
  const all = months.map(({ month }) => month);
  const needed = validationMonths + 2;
  if (all.length < needed) {
    throw new Error(
      `${validationMonths} months of validation need ${needed} months of flights: one of history, one of training or more. ` +
        `There are ${all.length}: ${all.join(", ")}.`,
    );
  }
  return { all, training: all.slice(1, -validationMonths), validation: all.slice(-validationMonths) };
}
