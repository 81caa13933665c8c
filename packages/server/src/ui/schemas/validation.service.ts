import type { BodyOf, SchemaValuesValidation, validateValues } from "@ostinato/protocol";
import type { Context } from "../../kernel/context.ts";
import { refused } from "../../kernel/errors.ts";
import { validation } from "../../user-input/validation.rules.ts";
import { withVariables } from "../../variables/variables.service.ts";

/** Compares values with a schema for a form. Throws 422 for a schema that can't be used. */
export async function validate(
  { db }: Context,
  { schema, values }: BodyOf<typeof validateValues>,
): Promise<SchemaValuesValidation> {
  const result = await withVariables(db.read, (read) => validation(schema, values, read));
  if ("problem" in result) throw refused("INVALID_SCHEMA", result.problem);
  return result;
}
