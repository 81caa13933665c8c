import { readFileSync } from "node:fs";
import { parseJson, withBigInts } from "@ostinato/core";
import { sentenceOf, usageError } from "../errors.ts";
import { type Parameters, propertiesOf, readValue, requiredOf } from "../run/parameters.ts";

/** A field of the answer that a paused run waits for. */
export interface AnswerField {
  readonly name: string;
  readonly property: unknown;
  readonly isRequired: boolean;
}

export function fieldsOf(schema: object | undefined): readonly AnswerField[] {
  const required = requiredOf(schema);
  return Object.entries(propertiesOf(schema) ?? {}).map(([name, property]) => ({
    name,
    property,
    isRequired: required.includes(name),
  }));
}

/** The answer of the command line, in which later values override earlier ones. Undefined where none is given. */
export function readInput(given: readonly string[], schema: object | undefined): Parameters | undefined {
  if (given.length === 0) return undefined;
  return Object.assign({}, ...given.map((text) => readOne(text, schema)));
}

function readOne(text: string, schema: object | undefined): Parameters {
  if (text.startsWith("@")) return readObject(readInputFile(text.slice(1)), text.slice(1));
  if (text.trimStart().startsWith("{")) return readObject(text, "--input");
  const equals = text.indexOf("=");
  if (equals < 1) {
    throw usageError(
      `--input ${JSON.stringify(text)} is not an answer. Write it as name=value, '{"name": …}' or @file.`,
    );
  }
  const name = text.slice(0, equals).trim();
  return { [name]: readValue(text.slice(equals + 1), propertiesOf(schema)?.[name]) };
}

function readInputFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw usageError(`The answer can't be read: ${sentenceOf(error)}`);
  }
}

function readObject(text: string, where: string): Parameters {
  let value: unknown;
  try {
    value = withBigInts(parseJson(text));
  } catch (error) {
    throw usageError(`${where} is not valid JSON: ${sentenceOf(error)}`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw usageError(`${where} is not a JSON object. Write it like this: --input '{"approved": true}'`);
}
