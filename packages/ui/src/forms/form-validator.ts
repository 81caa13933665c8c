import { type ErrorSchema, ErrorSchemaBuilder, type ValidatorType } from "@rjsf/utils";
import type { DrawnSchema } from "./drawn-schema.ts";
import { isValid, problemsIn } from "./form-problems.ts";

/** Used by the form to find the matching one of several schemas. Problems come from outside. */
export const formValidator: ValidatorType = {
  isValid: (schema, data) => isValid(schema, data),
  validateFormData: () => ({ errors: [], errorSchema: {} }),
  rawValidation: () => ({ errors: [] }),
};

/** The problems, each at its field. */
export function errorsAt(schema: DrawnSchema, data: unknown): ErrorSchema {
  const builder = new ErrorSchemaBuilder();
  for (const { path, message } of problemsIn(schema, data)) builder.addErrors(message, [...path]);
  return builder.ErrorSchema;
}
