import { type DrawnSchema, drawnSchema } from "../forms/drawn-schema.ts";
import { filledValues, schemaForValues } from "../forms/filled-values.ts";
import { type FormValue, isObject } from "../forms/form-data.ts";
import { writtenIn } from "../forms/written-data.ts";

/** What the form for an answer draws, and the values that it begins with. */
export interface AnswerBase {
  /** Undefined where the schema lists no fields: the answer is written as JSON. */
  readonly drawn: DrawnSchema | undefined;
  readonly begin: FormValue;
}

/**
 * The form begins with the defaults of the schema, in which a program writes its initial values. A yes or no that the program leaves open
 * stays open, so that nobody answers it unawares.
 */
export function answerBase(schema: unknown): AnswerBase {
  const plain = drawnSchema(schema);
  const filled = Object.entries(filledValues(plain, {})).filter(([name]) => !isOpenYesOrNo(plain, name));
  const values = Object.fromEntries(filled);
  if (plain === undefined) return { drawn: plain, begin: values };
  const drawn = schemaForValues(plain, { values, defaults: values });
  const begin = writtenIn(values, drawn);
  return { drawn, begin: isObject(begin) ? begin : {} };
}

function isOpenYesOrNo(schema: DrawnSchema | undefined, name: string): boolean {
  const property = isObject(schema?.properties) ? schema.properties[name] : undefined;
  return isObject(property) && property.type === "boolean" && property.default === undefined;
}

/** Whether there is something to fill in. */
export function hasFields(schema: unknown): boolean {
  if (!isObject(schema)) return false;
  return !isObject(schema.properties) || Object.keys(schema.properties).length > 0;
}
