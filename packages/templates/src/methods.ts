import type { Bound } from "./arguments.ts";
import type { Environment } from "./environment.ts";
import type { Value } from "./values.ts";

/** A method of Python that changes nothing. */
export interface Method {
  readonly parameters: readonly string[];
  readonly call: (value: Value, given: Bound, environment: Environment) => Value;
}

/** Methods of values of one type, by their names. */
export function methods<T extends Value>(
  table: Readonly<
    Record<string, readonly [parameters: string, call: (value: T, given: Bound, environment: Environment) => Value]>
  >,
): ReadonlyMap<string, Method> {
  return new Map(
    Object.entries(table).map(([name, [parameters, call]]) => {
      return [name, { parameters: parameters.split(" ").filter(Boolean), call: call as Method["call"] }];
    }),
  );
}
