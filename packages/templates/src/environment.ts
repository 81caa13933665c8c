import type { Budget } from "./budget.ts";
import type { Arguments, Value } from "./values.ts";

/** What filters, tests and methods work with. */
export interface Environment {
  readonly budget: Budget;
  /** Microseconds since the epoch, for what is said relative to now; undefined where nobody knows. */
  readonly now: number | undefined;
  /** From 0 to below 1. */
  readonly chance: () => number;
  /** By their names, as `map("upper")` and `select("odd")` call them. */
  readonly filter: (name: string, value: Value, given: Arguments) => Value;
  readonly test: (name: string, value: Value, given: Arguments) => boolean;
}
