import type { BlockDocument } from "../api/types.ts";
import { type DrawnSchema, drawnSchema } from "../forms/drawn-schema.ts";
import { type FormValue, isObject } from "../forms/form-data.ts";

/** The form of a block's values, where a nested block may be chosen or filled in. Undefined where the schema lists no fields. */
export function drawnBlock(fields: FormValue): DrawnSchema | undefined {
  return drawnSchema(withSecretFields(fields), { fillsInBlocks: true });
}

/** The schema with what `secret_fields` names as secrets: programs may mark a field there alone. */
function withSecretFields(fields: FormValue): FormValue {
  const { properties } = fields;
  if (!isObject(properties)) return fields;
  const secrets = secretNames(fields);
  const marked = Object.entries(properties).map(([name, property]) => [
    name,
    secrets.has(name) && isObject(property) ? { ...property, format: "password", writeOnly: true } : property,
  ]);
  return { ...fields, properties: Object.fromEntries(marked) };
}

/** The fields whose whole value is a secret. */
export function secretNames({ secret_fields: paths }: FormValue): ReadonlySet<unknown> {
  return new Set(Array.isArray(paths) ? paths : []);
}

/** The values of a block as a form takes them: nested blocks by reference, and asterisks for its secrets. */
export function valuesOf({ data, block_document_references: references }: BlockDocument): FormValue {
  const nested = Object.entries(references).map(([field, { block_document }]) => [
    field,
    { $ref: { block_document_id: block_document.id } },
  ]);
  return { ...data, ...Object.fromEntries(nested) };
}

/** A field of a block as its page shows it. */
export interface ShownField {
  readonly name: string;
  readonly title: string;
  readonly description: string | undefined;
  readonly value: unknown;
}

/** The fields in the order of the schema, then those that it does not know. */
export function shownFields({ data, block_schema }: BlockDocument): readonly ShownField[] {
  const properties = isObject(block_schema?.fields.properties) ? block_schema.fields.properties : {};
  const described = Object.entries(properties).flatMap(([name, property]) =>
    isObject(property) ? [{ name, property, at: Number(property.position ?? 0) }] : [],
  );
  const known = described
    .toSorted((a, b) => a.at - b.at)
    .map(({ name, property }) => ({
      name,
      title: typeof property.title === "string" ? property.title : name,
      description: typeof property.description === "string" ? property.description : undefined,
      value: data[name],
    }));
  const others = Object.entries(data).filter(([name]) => !Object.hasOwn(properties, name));
  return [...known, ...others.map(([name, value]) => ({ name, title: name, description: undefined, value }))];
}
