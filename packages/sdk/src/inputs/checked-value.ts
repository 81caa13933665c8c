import { isSecret, jsonText, secretMask } from "@ostinato/core";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { TSchema } from "typebox";
import type { ParameterProblem } from "../errors.ts";

/** A value that has passed a schema, with its defaults and coercions, or every problem with it. */
export type Checked =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problems: readonly ParameterProblem[] };

/** Checks and coerces a value that the program has made itself. */
export async function checkValue(schema: StandardSchemaV1 | TSchema, given: unknown): Promise<Checked> {
  if (!isStandard(schema)) return await checkTypeBox(schema, given);
  const result = await schema["~standard"].validate(given);
  if (result.issues === undefined) return { ok: true, value: result.value };
  return { ok: false, problems: result.issues.map((issue) => describeIssue(issue, given)) };
}

/**
 * Checks and coerces a value that was read from JSON. JSON has one kind of number and no moments, so a whole number that the schema
 * refuses is tried as a bigint, and a moment written as text as a Date.
 */
export async function checkJsonValue(schema: StandardSchemaV1 | TSchema, given: unknown): Promise<Checked> {
  const checked = await checkValue(schema, given);
  if (checked.ok) return checked;
  const places = checked.problems
    .map(({ path }) => path)
    .filter((path) => otherReading(valueAt(given, path)) !== undefined);
  if (places.length === 0) return checked;
  const again = await checkValue(schema, places.reduce(withOtherReading, given));
  // The problems are those of the given value, not of the other attempt.
  return again.ok ? again : checked;
}

export function isStandard(schema: StandardSchemaV1 | TSchema): schema is StandardSchemaV1 {
  return "~standard" in schema;
}

/** The value that JSON can't write, and that a program writes as this one. */
function otherReading(value: unknown): unknown {
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  if (typeof value !== "string" || !isMoment.test(value)) return undefined;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

const isMoment = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/i;

function withOtherReading(value: unknown, [key, ...inner]: Path): unknown {
  if (key === undefined) return otherReading(value) ?? value;
  const part = valueAt(value, [key]);
  if (Array.isArray(value)) return value.with(Number(key), withOtherReading(part, inner));
  return { ...(value as object), [key]: withOtherReading(part, inner) };
}

async function checkTypeBox(schema: TSchema, given: unknown): Promise<Checked> {
  const { Value } = await import("typebox/value");
  // Apply defaults first, because conversion and check may look at them.
  const value: unknown = Value.Convert(schema, Value.Default(schema, Value.Clone(given)));
  if (Value.Check(schema, value)) return { ok: true, value };
  const problems = Value.Errors(schema, value).map((error) =>
    problem(error.instancePath.split("/").slice(1), error.message, given),
  );
  return { ok: false, problems };
}

function describeIssue(issue: StandardSchemaV1.Issue, given: unknown): ParameterProblem {
  const path = (issue.path ?? []).map((segment) => (typeof segment === "object" ? segment.key : segment));
  return problem(path.map(toKey), issue.message, given);
}

type Path = ParameterProblem["path"];

/** The validator's message, with the value where the message does not contain it. */
function problem(path: Path, message: string, given: unknown): ParameterProblem {
  const field = path.join(".");
  const value = path.length === 0 ? undefined : valueAt(given, path);
  const shown = isSecret(value) ? secretMask : jsonText(value);
  if (value === undefined || shown === undefined || shown.length > 60 || message.includes(shown))
    return { field, path, message };
  return { field, path, message: `${message}. It was given ${shown}` };
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (part, key) => (typeof part === "object" && part !== null ? (part as Record<string, unknown>)[key] : undefined),
    value,
  );
}

function toKey(key: PropertyKey): string | number {
  return typeof key === "number" ? key : String(key);
}
