import { isSecret, jsonText, secretMask } from "@ostinato/core";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Static, TSchema } from "typebox";
import { ParameterError, type ParameterProblem } from "../errors.ts";

/** The type of `parameters`: a schema of any library that supports Standard Schema, or a TypeBox type. */
export type ParameterSchema = StandardSchemaV1 | TSchema;

/** A caller's parameters, before defaults and coercion. */
export type ParametersIn<S extends ParameterSchema> = S extends StandardSchemaV1
  ? StandardSchemaV1.InferInput<S>
  : S extends TSchema
    ? Static<S>
    : never;

/** The parameters that the flow's function receives. */
export type ParametersOut<S extends ParameterSchema> = S extends StandardSchemaV1
  ? StandardSchemaV1.InferOutput<S>
  : S extends TSchema
    ? Static<S>
    : never;

/** Checks and coerces the parameters of a flow. Throws a ParameterError that names every invalid field. */
export async function checkParameters(
  flowName: string,
  schema: ParameterSchema | undefined,
  given: unknown,
): Promise<unknown> {
  if (schema === undefined) return given;
  if (isStandard(schema)) {
    const result = await schema["~standard"].validate(given ?? {});
    if (result.issues === undefined) return result.value;
    throw new ParameterError(
      flowName,
      result.issues.map((issue) => describeIssue(issue, given)),
    );
  }
  return await checkTypeBox(flowName, schema, given ?? {});
}

/**
 * Checks and coerces parameters that were read from JSON. JSON has one kind of number and no moments, so a whole number that the schema
 * refuses is tried as a bigint, and a moment written as text as a Date.
 */
export async function checkJsonParameters(
  flowName: string,
  schema: ParameterSchema | undefined,
  given: unknown,
): Promise<unknown> {
  try {
    return await checkParameters(flowName, schema, given);
  } catch (error) {
    const refused = error instanceof ParameterError ? error.problems.map(({ path }) => path) : [];
    const places = refused.filter((path) => otherReading(valueAt(given, path)) !== undefined);
    if (places.length === 0) throw error;
    const readAnew = places.reduce(withOtherReading, given);
    return await checkParameters(flowName, schema, readAnew).catch(() => {
      // Report the problems of the given parameters, not of the other attempt.
      throw error;
    });
  }
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

export function isStandard(schema: ParameterSchema): schema is StandardSchemaV1 {
  return "~standard" in schema;
}

async function checkTypeBox(flowName: string, schema: TSchema, given: unknown): Promise<unknown> {
  const { Value } = await import("typebox/value");
  // Apply defaults first, because conversion and check may look at them.
  const value: unknown = Value.Convert(schema, Value.Default(schema, Value.Clone(given)));
  if (Value.Check(schema, value)) return value;
  const problems = Value.Errors(schema, value).map((error) => {
    return problem(error.instancePath.split("/").slice(1), error.message, given);
  });
  throw new ParameterError(flowName, problems);
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
