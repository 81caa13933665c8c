import { type ErrorSchema, ErrorSchemaBuilder, type ValidatorType } from "@rjsf/utils";
import { type FormProblem, isValid } from "./form-problems.ts";

/** Used by the form to find the matching one of several schemas. Problems come from outside. */
export const formValidator: ValidatorType = {
  isValid: (schema, data) => isValid(schema, data),
  validateFormData: () => ({ errors: [], errorSchema: {} }),
  rawValidation: () => ({ errors: [] }),
};

/** The problems, each at its field. */
export function errorsAt(problems: readonly FormProblem[]): ErrorSchema {
  const builder = new ErrorSchemaBuilder();
  for (const { path, message } of problems) builder.addErrors(message, [...path]);
  return builder.ErrorSchema;
}
