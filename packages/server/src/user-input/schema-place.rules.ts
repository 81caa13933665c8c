import type { JsonObject } from "./json-types.rules.ts";

/** A violation of one keyword of a schema. */
export interface SchemaError {
  /** Null where the schema is `false`. */
  readonly keyword: string | null;
  /** The path from the validated value; within `context`, from the value of the enclosing error. */
  readonly path: readonly (string | number)[];
  readonly value: unknown;
  readonly schema: unknown;
  /** The sentence of Python's `jsonschema`. It is made when it is read, because it may repeat a large value. */
  readonly say: () => string;
  /** The violations of each alternative of `anyOf` and `oneOf`. */
  readonly context: readonly SchemaError[];
}

/** A keyword of a schema at a value. */
export interface Place {
  readonly keyword: string;
  readonly wanted: unknown;
  readonly value: unknown;
  readonly schema: JsonObject;
  readonly checking: Checking;
}

/** One validation, with what it may still spend. */
export interface Checking {
  /** The whole schema, in which references are looked up. */
  readonly root: unknown;
  /** Whether `format` is a condition and not only a note. */
  readonly formats: boolean;
  readonly errorsOf: (schema: unknown, value: unknown) => readonly SchemaError[];
  readonly matches: (pattern: string, text: string) => boolean;
}

export type Keyword = (place: Place) => readonly SchemaError[];

/** A `$ref` that leads nowhere. The message is that of Python's `referencing`. */
export class UnresolvableReference extends Error {}

export function broken(
  { keyword, value, schema }: Pick<SchemaError, "keyword" | "value" | "schema">,
  say: () => string,
  context: readonly SchemaError[] = [],
): readonly SchemaError[] {
  return [{ path: [], keyword, value, schema, say, context }];
}

/**
 * The errors of a part of the value under its schema. What `false` says of a part is said of the whole, as Python's `jsonschema` does.
 */
export function errorsWithin(
  { errorsOf }: Checking,
  { part, schema, value }: { readonly part: string | number; readonly schema: unknown; readonly value: unknown },
): readonly SchemaError[] {
  const errors = errorsOf(schema, value);
  return schema === false ? errors : errors.map((error) => ({ ...error, path: [part, ...error.path] }));
}
