import type { BodyOf, SchemaValuesValidation, validateValues } from "@ostinato/protocol";
import { refused } from "../../kernel/errors.ts";
import { validation } from "../../user-input/validation.rules.ts";

/** Compares values with a schema for a form. Throws 422 for a schema that can't be used. */
export function validate({ schema, values }: BodyOf<typeof validateValues>): SchemaValuesValidation {
  const result = validation(schema, values);
  if ("problem" in result) throw refused("INVALID_SCHEMA", result.problem);
  return result;
}
