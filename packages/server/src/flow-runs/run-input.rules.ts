import { withNearestNumbers } from "@ostinato/core";
import { Errors } from "typebox/schema";

/**
 * What is wrong with the input for a paused run, in one sentence; undefined when nothing is. The schema is the JSON text
 * that the run kept when it paused.
 */
export function problemWithInput(input: unknown, schemaText: string): string | undefined {
  let schema: object | boolean;
  try {
    schema = JSON.parse(schemaText, withoutFormats);
  } catch {
    return "Run input schema is not valid JSON.";
  }
  try {
    const [, problems] = Errors(schema, withNearestNumbers(input));
    const [problem] = problems.filter(({ keyword }) => keyword !== "boolean");
    if (problem === undefined) return undefined;
    const place = problem.instancePath === "" ? "the input" : problem.instancePath.slice(1).replaceAll("/", ".");
    return `Reason: ${place} ${problem.message}`;
  } catch (error) {
    // A schema that refers to itself without end, or holds a pattern that is no regular expression.
    return `Invalid schema: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Formats are notes for forms: the field does not hold a value to them, and its dates have no zone at times. */
function withoutFormats(key: string, value: unknown): unknown {
  return key === "format" && typeof value === "string" ? undefined : value;
}
