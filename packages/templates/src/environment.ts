import type { Budget } from "./budget.ts";
import type { Arguments, Value } from "./values.ts";

/** Where the objects of the context are shown. Each answers undefined for an object that has no page. */
export interface Links {
  readonly page: (object: object) => string | undefined;
  readonly events: (object: object) => string | undefined;
}

/** What filters, tests and methods work with. */
export interface Environment {
  readonly budget: Budget;
  /** Microseconds since the epoch, for what is said relative to now; undefined where nobody knows. */
  readonly now: number | undefined;
  /** From 0 to below 1. */
  readonly chance: () => number;
  readonly links: Links | undefined;
  /** By their names, as `map("upper")` and `select("odd")` call them. */
  readonly filter: (name: string, value: Value, given: Arguments) => Value;
  readonly test: (name: string, value: Value, given: Arguments) => boolean;
}
