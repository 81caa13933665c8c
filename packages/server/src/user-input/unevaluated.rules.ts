import { Errors } from "typebox/schema";
import { broken, type SchemaError } from "./schema-place.rules.ts";

/**
 * The violation of a keyword that `schemaErrors` skips, because it looks at what other keywords have seen. Those are rarely written by hand,
 * and no library that Prefect's programs use writes them, so the sentence is not Python's.
 */
export function unevaluatedError(value: unknown, schema: unknown): SchemaError | undefined {
  const text = JSON.stringify(schema);
  if (!/"(?:unevaluated|\$dynamicRef)/.test(text)) return undefined;
  const plainSchema: object | boolean = JSON.parse(text, withoutFormats);
  const [, [problem]] = Errors(plainSchema, JSON.parse(JSON.stringify(value)));
  if (problem === undefined) return undefined;
  const [error] = broken({ keyword: problem.keyword, value, schema }, () => problem.message);
  return error === undefined ? undefined : { ...error, path: problem.instancePath.split("/").slice(1) };
}

/** Formats and patterns have been looked at before, or are notes for forms. */
function withoutFormats(key: string, value: unknown): unknown {
  return (key === "format" || key === "pattern") && typeof value === "string" ? undefined : value;
}
