import { isSecret, secretMask } from "@ostinato/core";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Static, TSchema } from "typebox";
import { ParameterError, type ParameterProblem } from "./errors.ts";

/** What `parameters` takes: a schema of any library that speaks Standard Schema, or a TypeBox type. */
export type ParameterSchema = StandardSchemaV1 | TSchema;

/** What a caller gives: before defaults and coercion. */
export type ParametersIn<S extends ParameterSchema> = S extends StandardSchemaV1
  ? StandardSchemaV1.InferInput<S>
  : S extends TSchema
    ? Static<S>
    : never;

/** What the flow's function gets. */
export type ParametersOut<S extends ParameterSchema> = S extends StandardSchemaV1
  ? StandardSchemaV1.InferOutput<S>
  : S extends TSchema
    ? Static<S>
    : never;

/** Checks and coerces the parameters of a flow. Throws a ParameterError that names every wrong field. */
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

export function isStandard(schema: ParameterSchema): schema is StandardSchemaV1 {
  return "~standard" in schema;
}

async function checkTypeBox(flowName: string, schema: TSchema, given: unknown): Promise<unknown> {
  const { Value } = await import("typebox/value");
  // Defaults first: they may be what conversion and the check then look at.
  const value: unknown = Value.Convert(schema, Value.Default(schema, Value.Clone(given)));
  if (Value.Check(schema, value)) return value;
  const problems = Value.Errors(schema, value).map((error) => {
    const field = error.instancePath.split("/").slice(1).join(".");
    return problem(field, `${error.message}`, given);
  });
  throw new ParameterError(flowName, problems);
}

function describeIssue(issue: StandardSchemaV1.Issue, given: unknown): ParameterProblem {
  const path = (issue.path ?? []).map((segment) => (typeof segment === "object" ? segment.key : segment));
  return problem(path.map(String).join("."), issue.message, given);
}

/** The validator's own sentence, with the value that it was said of, where the sentence does not show it. */
function problem(field: string, message: string, given: unknown): ParameterProblem {
  const value = valueAt(given, field);
  const shown = isSecret(value) ? secretMask : JSON.stringify(value);
  if (value === undefined || shown === undefined || shown.length > 60 || message.includes(shown))
    return { field, message };
  return { field, message: `${message}. It was given ${shown}` };
}

function valueAt(value: unknown, field: string): unknown {
  if (field === "") return undefined;
  return field
    .split(".")
    .reduce<unknown>(
      (part, key) => (typeof part === "object" && part !== null ? (part as Record<string, unknown>)[key] : undefined),
      value,
    );
}
