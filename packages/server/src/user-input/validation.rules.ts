import type { SchemaValueError, SchemaValuesValidation } from "@ostinato/protocol";
import { completeSchema } from "./complete-schema.rules.ts";
import { hydratedForCheck, type VariableReader } from "./hydration.rules.ts";
import { problemOfChecking } from "./input-problem.rules.ts";
import type { JsonObject } from "./json-types.rules.ts";
import { problemOfSchema } from "./meta-schema.rules.ts";
import { Placeholder } from "./placeholder.rules.ts";
import { schemaErrors } from "./schema-errors.rules.ts";
import { type SchemaError, UnresolvableReference } from "./schema-place.rules.ts";
import { templates } from "./templates.rules.ts";
import { unevaluatedError } from "./unevaluated.rules.ts";

/** The violations at their places in the value, or why the schema can't be used. */
export type Validation = SchemaValuesValidation | { readonly problem: string };

/** Compares values with a schema as a form does while somebody types: all violations, formats included. Changes the schema. */
export function validation(schema: JsonObject, values: JsonObject, readVariable: VariableReader): Validation {
  try {
    completeSchema(schema);
    const problem = problemOfSchema(schema);
    if (problem !== undefined) return { problem: `Invalid schema: ${problem}` };
    return { ...inPlaces(violations(schema, hydratedForCheck(values, templates, readVariable))) };
  } catch (error) {
    if (error instanceof UnresolvableReference)
      return { problem: `Invalid schema: Validation failed. Failure reason: ${error.message}` };
    return { problem: problemOfChecking(error) };
  }
}

function violations(schema: JsonObject, values: unknown): readonly SchemaError[] {
  const found = schemaErrors(schema, values, { formats: true });
  if (found.length > 0) return found;
  const other = unevaluatedError(values, schema);
  return other === undefined ? [] : [other];
}

function inPlaces(found: readonly SchemaError[]): SchemaValuesValidation {
  const errors: SchemaValueError[] = [];
  for (const error of withRecipesFirst(found)) {
    if (error.value instanceof Placeholder && error.value.problem === undefined) continue;
    put(errors, placeOf(error), error.say());
  }
  return { errors, valid: errors.length === 0 };
}

/** The errors by their places. A wrong recipe is the only thing that is wrong at its place. */
function withRecipesFirst(found: readonly SchemaError[]): readonly SchemaError[] {
  const groups = Map.groupBy(found, ({ path }) => path.join("->"));
  return [...groups.values()].flatMap((group) => {
    const wrongRecipes = group.filter(({ keyword }) => keyword === Placeholder.keyword);
    return wrongRecipes.length > 0 ? wrongRecipes : group;
  });
}

/** What is missing is wrong at the place where it should be. Prefect takes its name from the sentence, up to a space. */
function placeOf({ path, keyword, say }: SchemaError): SchemaError["path"] {
  if (keyword !== "required") return path;
  const [quoted = ""] = say().split(" ");
  return [...path, quoted.replace(/^'+|'+$/g, "")];
}

function put(errors: SchemaValueError[], [part, ...rest]: SchemaError["path"], message: string): void {
  if (part === undefined) {
    errors.push(message);
    return;
  }
  const known = rest.length === 0 ? undefined : errors.find((error) => isAt(error, part));
  const inner = typeof known === "object" ? known.errors : [];
  put(inner, rest, message);
  if (known !== undefined) return;
  errors.push(typeof part === "number" ? { index: part, errors: inner } : { property: part, errors: inner });
}

function isAt(error: SchemaValueError, part: string | number): boolean {
  if (typeof error === "string") return false;
  return "index" in error ? error.index === part : error.property === part;
}
