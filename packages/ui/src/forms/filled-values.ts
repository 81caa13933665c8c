import { type DrawnSchema, isBlockChoice, isJson, isMask } from "./drawn-schema.ts";
import { type FormValue, fromFormData, isObject, toFormData } from "./form-data.ts";
import { isValid } from "./form-problems.ts";

/**
 * The values with which a form begins: the given ones, then the defaults of the schema; of what is needed without one, false for a yes or
 * no, and the only value that a constant takes. A default
 * that its own schema refuses is left out, so that an untouched form can be sent; so are asterisks in place of a secret.
 */
export function filledValues(schema: DrawnSchema | undefined, given: FormValue): FormValue {
  const known = withoutMasks(schema, given);
  const values = isObject(known) ? known : {};
  return schema === undefined ? values : filledObject(schema, values);
}

function filledObject(schema: DrawnSchema, values: FormValue): FormValue {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  const filled = Object.entries(properties).map(([name, property]) => [
    name,
    isObject(property)
      ? filledValue(property, { given: values[name], isRequired: required.includes(name) })
      : undefined,
  ]);
  const others = Object.entries(values).filter(([name]) => !Object.hasOwn(properties, name));
  return withoutUndefined(Object.fromEntries([...filled, ...others]));
}

function filledValue(
  schema: DrawnSchema,
  { given, isRequired }: { readonly given: unknown; readonly isRequired: boolean },
): unknown {
  if (given !== undefined) return given;
  const fallback = fromFormData(schema.default);
  if (fallback !== undefined && (isJson(schema) || isValid(schema, toFormData(fallback)))) return fallback;
  if (!isRequired) return undefined;
  if (schema.type === "boolean") return false;
  if (Array.isArray(schema.enum) && schema.enum.length === 1) return fromFormData(schema.enum[0]);
  return schema.type === "object" && !isBlockChoice(schema) ? filledObject(schema, {}) : undefined;
}

/** The value without what masks a secret. A list that holds a mask is left out as a whole: its entries are known by their places. */
export function withoutMasks(schema: unknown, value: unknown): unknown {
  const drawn = isObject(schema) ? schema : {};
  if (isMask(value, drawn.format === "password")) return undefined;
  if (Array.isArray(value)) {
    const entries = value.map((entry, at) =>
      withoutMasks(Array.isArray(drawn.items) ? drawn.items[at] : drawn.items, entry),
    );
    return entries.includes(undefined) ? undefined : entries;
  }
  if (!isObject(value)) return value;
  const properties = isObject(drawn.properties) ? drawn.properties : {};
  const entries = Object.entries(value).map(([name, part]) => [name, withoutMasks(properties[name], part)]);
  return withoutUndefined(Object.fromEntries(entries));
}

function withoutUndefined(values: FormValue): FormValue {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** The key of a recipe for a value, as Prefect's pages keep it: a template, a variable. */
const kindKey = "__prefect_kind";

/**
 * The schema for a form with these values: what a control can't show, such as a recipe or an object where the schema has one value, is
 * written as JSON. A field that is cleared takes its value of `defaults`.
 */
export function schemaForValues(
  schema: DrawnSchema,
  { values, defaults }: { readonly values: FormValue; readonly defaults: FormValue },
): DrawnSchema {
  if (!isObject(schema.properties)) return schema;
  const properties = Object.entries(schema.properties).map(([name, property]) => {
    if (!isObject(property)) return [name, property];
    const isDrawn = [values[name], defaults[name]].every((value) => value === undefined || isShown(property, value));
    return [name, isDrawn ? withDefault(property, defaults[name]) : writtenAsJson(property)];
  });
  return { ...schema, properties: Object.fromEntries(properties) };
}

function withDefault(property: DrawnSchema, value: unknown): DrawnSchema {
  const { default: _, ...rest } = property;
  return value === undefined ? rest : { ...rest, default: toFormData(value) };
}

function writtenAsJson({ title, description }: DrawnSchema): DrawnSchema {
  const about = Object.entries({ title, description }).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(about), "x-json": true };
}

function isShown(property: DrawnSchema, value: unknown): boolean {
  if (isJson(property)) return true;
  if (holdsRecipe(value)) return false;
  if (isBlockChoice(property)) return isObject(value) && isObject(value.$ref);
  const isContainer = Array.isArray(value) || isObject(value);
  if (property.type === "array") return Array.isArray(value) || value === null;
  if (property.type === "object") return isObject(value) || value === null;
  return !isContainer || Array.isArray(property.anyOf);
}

function holdsRecipe(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsRecipe);
  return isObject(value) && (Object.hasOwn(value, kindKey) || Object.values(value).some(holdsRecipe));
}
