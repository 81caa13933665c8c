import { parseJson, pythonText } from "@ostinato/core";
import { bestError } from "./best-error.rules.ts";
import { completeSchema, type Nullable } from "./complete-schema.rules.ts";
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

export interface InputChecking {
  /** Nothing is missing. By default what the schema requires has to be there. */
  readonly ignoreRequired?: boolean;
  /** Whether a value is held to `format`, which is a note for forms by default. */
  readonly formats?: boolean;
  /** By default fields without a default. "as written" takes the schema as it is. */
  readonly nullable?: Nullable | "as written";
}

/** Holds the input against the schema; undefined if it fits. Changes the schema, but where it is taken "as written". */
export function inputProblem(
  input: unknown,
  schema: JsonObject | boolean,
  { ignoreRequired = false, formats = false, nullable = "without default" }: InputChecking = {},
): InputProblem | undefined {
  try {
    if (isJsonObject(schema) && nullable !== "as written") completeSchema(schema, nullable);
    const sentence = violationOf(input, ignoreRequired ? withoutRequired(schema) : schema, formats);
    return sentence === undefined ? undefined : { of: "input", sentence };
  } catch (error) {
    if (error instanceof UnresolvableReference) {
      return { of: "input", sentence: `Validation failed. Failure reason: ${error.message}` };
    }
    return { of: "schema", sentence: problemOfChecking(error) };
  }
}

/** Of several schemas in a list, what each requires tells which one is meant: it stays, as in Prefect. */
function withoutRequired(schema: unknown): unknown {
  if (!isJsonObject(schema)) return schema;
  // A field may be called "required": then what stands there is its schema.
  const isSchema = (part: unknown) => isJsonObject(part) || typeof part === "boolean";
  const entries = Object.entries(schema).filter(([key, part]) => key !== "required" || isSchema(part));
  return Object.fromEntries(entries.map(([key, part]) => [key, withoutRequired(part)]));
}

/** What a thrown error says of a schema with which nothing can be compared. */
export function problemOfChecking(error: unknown): string {
  if (error instanceof TooMuchToCheck) return error.message;
  if (error instanceof RangeError) return "Invalid schema: Unable to validate schema with circular references.";
  // A pattern that is not a regular expression.
  return `Invalid schema: ${error instanceof Error ? error.message : String(error)}`;
}

function violationOf(input: unknown, schema: unknown, formats: boolean): string | undefined {
  const error = bestError(schemaErrors(schema, input, { formats })) ?? unevaluatedError(input, schema);
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
