import { parseJson, pythonText } from "@ostinato/core";
import { bestError } from "./best-error.rules.ts";
import { completeSchema } from "./complete-schema.rules.ts";
import { isJsonObject, type JsonObject } from "./json-types.rules.ts";
import { schemaErrors, TooMuchToCheck } from "./schema-errors.rules.ts";
import { UnresolvableReference } from "./schema-place.rules.ts";
import { unevaluatedError } from "./unevaluated.rules.ts";

/** What is wrong with an input: itself, or the schema that it is held against. The sentence is Prefect's. */
export interface InputProblem {
  readonly of: "input" | "schema";
  readonly sentence: string;
}

/**
 * The problem of the input for a paused run, in Prefect's sentence; undefined if there is none. The schema is the JSON that the
 * run stored when it paused.
 */
export function problemWithInput(input: unknown, schemaText: string): string | undefined {
  let schema: unknown;
  try {
    schema = parseJson(schemaText);
  } catch {
    return "Run input schema is not valid JSON.";
  }
  if (!isJsonObject(schema) && typeof schema !== "boolean") return "Invalid schema: it is not an object.";
  const problem = inputProblem(input, schema);
  return problem?.of === "input" ? `Reason: ${problem.sentence}` : problem?.sentence;
}

/** Holds the input against the schema; undefined if it fits. Nothing is missing where `ignoreRequired`. Changes the schema. */
export function inputProblem(
  input: unknown,
  schema: JsonObject | boolean,
  { ignoreRequired = false }: { readonly ignoreRequired?: boolean } = {},
): InputProblem | undefined {
  try {
    if (isJsonObject(schema)) completeSchema(schema);
    const sentence = violationOf(input, ignoreRequired ? withoutRequired(schema) : schema);
    return sentence === undefined ? undefined : { of: "input", sentence };
  } catch (error) {
    if (error instanceof UnresolvableReference) {
      return { of: "input", sentence: `Validation failed. Failure reason: ${error.message}` };
    }
    return { of: "schema", sentence: problemOfChecking(error) };
  }
}

function withoutRequired(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutRequired);
  if (!isJsonObject(schema)) return schema;
  const entries = Object.entries(schema).filter(([key, part]) => key !== "required" || !Array.isArray(part));
  return Object.fromEntries(entries.map(([key, part]) => [key, withoutRequired(part)]));
}

/** What a thrown error says of a schema with which nothing can be compared. */
export function problemOfChecking(error: unknown): string {
  if (error instanceof TooMuchToCheck) return error.message;
  if (error instanceof RangeError) return "Invalid schema: Unable to validate schema with circular references.";
  // A pattern that is not a regular expression.
  return `Invalid schema: ${error instanceof Error ? error.message : String(error)}`;
}

function violationOf(input: unknown, schema: unknown): string | undefined {
  const error = bestError(schemaErrors(schema, input)) ?? unevaluatedError(input, schema);
  if (error === undefined) return undefined;
  const field = fieldName(error.path);
  const place = field === "$" ? "Validation failed." : `Validation failed for field ${pythonText(field)}.`;
  return `${place} Failure reason: ${error.say()}`;
}

/** The path as JSONPath, without its beginning where names follow. */
function fieldName(path: readonly (string | number)[]): string {
  return `$${path.map(stepText).join("")}`.replaceAll("$.", "");
}

function stepText(step: string | number): string {
  if (typeof step === "number") return `[${step}]`;
  if (/^[a-zA-Z][a-zA-Z0-9_]*$/.test(step)) return `.${step}`;
  return `['${step.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}']`;
}
