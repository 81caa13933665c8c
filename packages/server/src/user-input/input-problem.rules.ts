import { parseJson } from "@ostinato/core";
import { bestError } from "./best-error.rules.ts";
import { completeSchema } from "./complete-schema.rules.ts";
import { isJsonObject } from "./json-types.rules.ts";
import { pythonText } from "./python-text.rules.ts";
import { schemaErrors, TooMuchToCheck } from "./schema-errors.rules.ts";
import { UnresolvableReference } from "./schema-place.rules.ts";
import { unevaluatedError } from "./unevaluated.rules.ts";

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
  try {
    if (isJsonObject(schema)) completeSchema(schema);
    return reasonOf(input, schema);
  } catch (error) {
    if (error instanceof UnresolvableReference) return `Reason: Validation failed. Failure reason: ${error.message}`;
    return problemOfChecking(error);
  }
}

/** What a thrown error says of a schema with which nothing can be compared. */
export function problemOfChecking(error: unknown): string {
  if (error instanceof TooMuchToCheck) return error.message;
  if (error instanceof RangeError) return "Invalid schema: Unable to validate schema with circular references.";
  // A pattern that is not a regular expression.
  return `Invalid schema: ${error instanceof Error ? error.message : String(error)}`;
}

function reasonOf(input: unknown, schema: unknown): string | undefined {
  const error = bestError(schemaErrors(schema, input)) ?? unevaluatedError(input, schema);
  if (error === undefined) return undefined;
  const field = fieldName(error.path);
  const place = field === "$" ? "Validation failed." : `Validation failed for field ${pythonText(field)}.`;
  return `Reason: ${place} Failure reason: ${error.say()}`;
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
