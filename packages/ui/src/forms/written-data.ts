import { isObject } from "./form-data.ts";

/** The value without optional objects in which nothing is filled in. */
export function writtenIn(value: unknown, schema: unknown): unknown {
  if (!isObject(value) || !isObject(schema) || !isObject(schema.properties)) return value;
  const { properties } = schema;
  const required = Array.isArray(schema.required) ? schema.required : [];
  const entries = Object.entries(value).map(([name, part]) => [name, writtenIn(part, properties[name])] as const);
  return Object.fromEntries(
    entries.filter(([name, part]) => required.includes(name) || !isEmpty(part, properties[name])),
  );
}

/** A constant alone does not count as filled in. */
function isEmpty(value: unknown, schema: unknown): boolean {
  if (!isObject(value) || !isObject(schema)) return false;
  const names = Object.keys(value).filter((name) => value[name] !== undefined);
  const groups = Array.isArray(schema.anyOf) ? schema.anyOf.filter(isObject) : [schema];
  return groups.some(({ properties }) => isObject(properties) && names.every((name) => isConstant(properties[name])));
}

function isConstant(schema: unknown): boolean {
  return isObject(schema) && schema.const !== undefined;
}

/** Adds a constant to filled-in values at its place, and nowhere else. */
export function withConstant(
  data: unknown,
  { path, value }: { readonly path: readonly (string | number)[]; readonly value: unknown },
): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return data;
  if (Array.isArray(data)) {
    return data.map((part, index) => (index === first ? withConstant(part, { path: rest, value }) : part));
  }
  if (!isObject(data)) return data;
  const part = data[first];
  if (rest.length > 0)
    return part === undefined ? data : { ...data, [first]: withConstant(part, { path: rest, value }) };
  const isWritten = Object.values(data).some((other) => other !== undefined);
  return isWritten && part === undefined ? { ...data, [first]: value } : data;
}
