import { readFileSync } from "node:fs";
import { parseJson } from "@ostinato/core";
import { sentenceOf, usageError } from "./errors.ts";

/** Reads the value of an option: a JSON object, or `@file` with one. */
export function readJsonObject(option: string, text: string): Record<string, unknown> {
  const file = text.startsWith("@") ? text.slice(1) : undefined;
  const where = file === undefined ? option : `${option} ${text}`;
  const source = file === undefined ? text : readFile(where, file);
  let value: unknown;
  try {
    value = parseJson(source);
  } catch (error) {
    throw usageError(`${where} is not valid JSON: ${sentenceOf(error)}`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw usageError(`${where} is not a JSON object. Write it as {"…": …}, or name a file: @template.json`);
}

function readFile(where: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw usageError(`${where} can't be read: ${sentenceOf(error)}`);
  }
}
