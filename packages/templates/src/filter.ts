import { type Bound, bind } from "./arguments.ts";
import type { Environment } from "./environment.ts";
import type { Arguments, Value } from "./values.ts";

export type Filter = (value: Value, given: Arguments, environment: Environment) => Value;

type Apply = (value: Value, given: Bound, environment: Environment) => Value;

/** Filters with named parameters, by their own names. */
export function filters(
  table: Readonly<Record<string, readonly [parameters: string, apply: Apply]>>,
): Readonly<Record<string, Filter>> {
  const entries = Object.entries(table).map(([name, [parameters, apply]]) => {
    const names = parameters.split(" ").filter(Boolean);
    const filter: Filter = (value, given, environment) => apply(value, bind(name, names, given), environment);
    return [name, filter] as const;
  });
  return Object.fromEntries(entries);
}
