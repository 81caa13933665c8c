import { pythonText } from "@ostinato/core";
import { isJsonObject } from "./json-types.rules.ts";
import { patternMatcher } from "./pattern-matcher.ts";
import { Placeholder } from "./placeholder.rules.ts";
import { keywords } from "./schema-keywords.rules.ts";
import { broken, type Checking, type SchemaError } from "./schema-place.rules.ts";

interface Options {
  /** Whether a value is held to `format`, which is a note for forms otherwise. */
  readonly formats?: boolean;
}

/** A schema and a value that take more to compare than a server should give: alternatives in alternatives, or a slow pattern. */
export class TooMuchToCheck extends Error {
  override readonly message = "Unable to validate: comparing the values with the schema takes too long.";
}

/** Far above what the largest parameters and schemas need, and below a second. */
const maxSteps = 1_000_000;

/**
 * The violations of a schema (JSON Schema, draft 2020-12), in the order and in the words of Python's `jsonschema`. Skips
 * `$dynamicRef`, `unevaluatedItems` and `unevaluatedProperties`: validity is decided elsewhere. Throws an UnresolvableReference, a
 * TooMuchToCheck, and a RangeError for a schema that refers to itself without an end.
 */
export function schemaErrors(
  schema: unknown,
  value: unknown,
  { formats = false }: Options = {},
): readonly SchemaError[] {
  let steps = 0;
  const checking: Checking = {
    root: schema,
    formats,
    matches: patternMatcher(() => new TooMuchToCheck()),
    errorsOf(part, given) {
      steps += 1;
      if (steps > maxSteps) throw new TooMuchToCheck();
      return errorsAt(part, given, checking);
    },
  };
  return checking.errorsOf(schema, value);
}

function errorsAt(schema: unknown, value: unknown, checking: Checking): readonly SchemaError[] {
  if (schema === false) {
    return broken({ keyword: null, value, schema }, () => `False schema does not allow ${pythonText(value)}`);
  }
  if (!isJsonObject(schema)) return [];
  const errors = Object.entries(schema).flatMap(
    ([keyword, wanted]) => keywords.get(keyword)?.({ keyword, wanted, value, schema, checking }) ?? [],
  );
  if (!(value instanceof Placeholder)) return errors;
  const { problem } = value;
  return problem === undefined
    ? errors
    : [...errors, ...broken({ keyword: Placeholder.keyword, value, schema }, () => problem)];
}
