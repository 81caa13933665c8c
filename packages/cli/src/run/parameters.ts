import { readFileSync } from "node:fs";
import { didYouMean, parseJson, withBigInts } from "@ostinato/core";
import { sentenceOf, usageError } from "../errors.ts";

export type Parameters = Readonly<Record<string, unknown>>;

export interface GivenParameters {
  /** `name=value`, one per `-p`. */
  readonly param?: readonly string[];
  /** A JSON object, or `@file` with one. */
  readonly params?: string;
}

/** The JSON Schema of a flow's parameters, if known. */
export type ParameterSchema = object | undefined;

/** Combines the parameters of the command line: single ones override those of the object. */
export function readParameters({ param = [], params }: GivenParameters, schema: ParameterSchema): Parameters {
  const single = param.map((text) => readOne(text, schema));
  return { ...(params === undefined ? {} : readObject(params)), ...Object.fromEntries(single) };
}

/** Throws where a name is unknown or a required one is missing. The flow itself checks the values. */
export function checkNames(
  given: Parameters,
  { flowName, schema }: { flowName: string; schema: ParameterSchema },
): void {
  const properties = propertiesOf(schema);
  if (properties === undefined) return;
  const names = Object.keys(properties);
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined && !takesOthers(schema)) {
    const has = names.length === 0 ? "It takes none." : `It takes: ${signature(schema)}.`;
    throw usageError(
      `Flow ${flowName} takes no parameter ${JSON.stringify(unknown)}.${didYouMean(unknown, names)} ${has}`,
    );
  }
  const missing = requiredOf(schema).filter((name) => given[name] === undefined);
  if (missing.length > 0) {
    const what = missing.length === 1 ? `the parameter ${missing[0]}` : `the parameters ${missing.join(", ")}`;
    throw usageError(`Flow ${flowName} needs ${what}. It takes: ${signature(schema)}. Give it with -p ${missing[0]}=…`);
  }
}

/** `train: string, depth?: integer` */
export function signature(schema: ParameterSchema): string {
  const required = requiredOf(schema);
  return Object.entries(propertiesOf(schema) ?? {})
    .map(([name, property]) => `${name}${required.includes(name) ? "" : "?"}: ${typeText(property)}`)
    .join(", ");
}

function readOne(text: string, schema: ParameterSchema): readonly [name: string, value: unknown] {
  const equals = text.indexOf("=");
  if (equals < 1) throw usageError(`${JSON.stringify(text)} is not a parameter. Write it as name=value.`);
  const name = text.slice(0, equals).trim();
  return [name, readValue(text.slice(equals + 1), propertiesOf(schema)?.[name])];
}

/** Parses JSON, but keeps `2024` a string for a parameter that can only be a string. */
export function readValue(text: string, property: unknown): unknown {
  const value = readJson(text);
  if (value === undefined) return text;
  return takesOnlyText(property) && typeof value !== "string" && value !== null ? text : value;
}

function readJson(text: string): unknown {
  try {
    return withBigInts(parseJson(text));
  } catch {
    return undefined;
  }
}

function readObject(text: string): Parameters {
  const source = text.startsWith("@") ? readParameterFile(text.slice(1)) : text;
  const where = text.startsWith("@") ? text.slice(1) : "-P";
  let value: unknown;
  try {
    value = withBigInts(parseJson(source));
  } catch (error) {
    throw usageError(
      `${where} is not valid JSON: ${sentenceOf(error)}. It is an object of parameters: -P '{"depth": 8}'`,
    );
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw usageError(`${where} is not a JSON object of parameters. Write it like this: -P '{"depth": 8}'`);
}

function readParameterFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw usageError(`The parameters can't be read: ${sentenceOf(error)}`);
  }
}

interface JsonSchema {
  readonly $ref?: unknown;
  readonly type?: unknown;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly unknown[];
  readonly oneOf?: readonly unknown[];
  readonly items?: unknown;
}

export function propertiesOf(schema: ParameterSchema): JsonSchema["properties"] {
  return (schema as JsonSchema | undefined)?.properties;
}

export function requiredOf(schema: ParameterSchema): readonly string[] {
  const { required = [], properties = {} } = (schema ?? {}) as JsonSchema;
  // Some libraries list a parameter with a default as required.
  return required.filter((name) => !("default" in Object(properties[name])));
}

function takesOthers(schema: ParameterSchema): boolean {
  const { additionalProperties } = (schema ?? {}) as JsonSchema;
  return additionalProperties !== undefined && additionalProperties !== false;
}

function takesOnlyText(property: unknown): boolean {
  const { type, enum: values, const: constant, anyOf, oneOf } = Object(property) as JsonSchema;
  const choices = anyOf ?? oneOf;
  if (choices !== undefined) return choices.every((choice) => takesOnlyText(choice) || Object(choice).type === "null");
  if (values !== undefined) return values.every((value) => typeof value === "string" || value === null);
  if (constant !== undefined) return typeof constant === "string";
  return type === "string" || (Array.isArray(type) && type.every((one) => one === "string" || one === "null"));
}

export function typeText(property: unknown): string {
  const { $ref, type, enum: values, const: constant, anyOf, oneOf, items } = Object(property) as JsonSchema;
  const choices = anyOf ?? oneOf;
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(" | ");
  if (constant !== undefined) return JSON.stringify(constant);
  if (choices !== undefined) return choices.map(typeText).join(" | ");
  if (typeof $ref === "string") return $ref.split("/").at(-1) ?? "any";
  if (type === "array") return `${items === undefined ? "any" : typeText(items)}[]`;
  if (Array.isArray(type)) return type.join(" | ");
  return typeof type === "string" ? type : "any";
}
