import { usageError } from "../errors.ts";

export type YamlRecord = Readonly<Record<string, unknown>>;

/** A mapping of the file. Throws a `CliError` for anything else. */
export function asRecord(what: string, value: unknown): YamlRecord {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as YamlRecord;
  throw usageError(`${what} is ${JSON.stringify(value)}; give a mapping.`);
}

/** `null` stands for not given. */
export function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}
