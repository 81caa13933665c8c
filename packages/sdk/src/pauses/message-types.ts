import { UsageError } from "../errors.ts";
import { shown } from "../run/option-checks.ts";

/** The names that Python has for values of JSON. A message of such a type is sent as the field `value` of an object, as by Prefect's client. */
const plainTypes: readonly string[] = ["str", "int", "float", "bool", "list", "dict", "nonetype"];

export function isPlainType(type: string): boolean {
  return plainTypes.includes(type.toLowerCase());
}

/** What the keys of messages of the type begin with, as those of Prefect's client do. */
export function keyPrefix(type: string): string {
  const name = type.toLowerCase();
  return isPlainType(name) ? `${name}automaticruninput-auto-` : `${name}-auto-`;
}

export function typeOfMessage(message: unknown): string {
  if (message === null) return "nonetype";
  if (Array.isArray(message)) return "list";
  switch (typeof message) {
    case "string":
      return "str";
    case "boolean":
      return "bool";
    case "bigint":
      return "int";
    case "number":
      return Number.isInteger(message) ? "int" : "float";
    case "object":
      return "dict";
    default:
      throw new UsageError(`send() takes a message of JSON, and was given ${shown(message)}`);
  }
}

const typesOfJson: Readonly<Record<string, readonly string[]>> = {
  string: ["str"],
  integer: ["int"],
  number: ["int", "float"],
  boolean: ["bool"],
  array: ["list"],
  object: ["dict"],
  null: ["nonetype"],
};

/** The types of the values that a JSON Schema takes, as far as it says so: all of them where it does not. */
export function typesOfSchema(schema: object | undefined): readonly string[] {
  const { type, anyOf, oneOf, enum: values, const: constant } = (schema ?? {}) as Readonly<Record<string, unknown>>;
  const choices = anyOf ?? oneOf;
  if (Array.isArray(choices)) return [...new Set(choices.flatMap(typesOfSchema))];
  if (Array.isArray(values)) return [...new Set(values.flatMap((value) => typesOfValue(value)))];
  if (constant !== undefined) return typesOfValue(constant);
  return (typeof type === "string" ? typesOfJson[type] : undefined) ?? plainTypes;
}

/** Python may send a whole number as one of either kind. */
function typesOfValue(value: unknown): readonly string[] {
  return typeof value === "number" ? ["int", "float"] : [typeOfMessage(value)];
}
