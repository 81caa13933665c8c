import { secretMask } from "@ostinato/core";
import { isJsonObject, type JsonObject } from "../user-input/json-types.rules.ts";

/**
 * The data with asterisks in place of its secrets, which the paths name: `password`, `inner.password`, and `headers.*` for all values
 * below `headers`. A path goes through lists: `users.password` is that of each user.
 */
export function masked(data: JsonObject, paths: readonly string[]): JsonObject {
  return paths.reduce((shown: JsonObject, path) => changedAt(shown, stepsOf(path), mask) as JsonObject, data);
}

/**
 * New data with the secrets that it does not say: where it has asterisks for a secret, it was read with them, and the secret stays what it
 * is.
 */
export function withKeptSecrets(given: JsonObject, current: JsonObject, paths: readonly string[]): JsonObject {
  return paths.reduce((kept: JsonObject, path) => changedAt(kept, stepsOf(path), keep, current) as JsonObject, given);
}

interface Steps {
  readonly names: readonly string[];
  /** Whether all values below the last name are secrets. */
  readonly isWide: boolean;
}

function stepsOf(path: string): Steps {
  const names = path.split(".");
  const wildcard = names.indexOf("*");
  return wildcard === -1 ? { names, isWide: false } : { names: names.slice(0, wildcard), isWide: true };
}

/** What takes the place of a secret, given what another object has there. */
type Change = (value: unknown, other: unknown) => unknown;

function mask(): unknown {
  return secretMask;
}

function keep(value: unknown, other: unknown): unknown {
  return value === secretMask && other !== undefined ? other : value;
}

function changedAt(value: unknown, { names, isWide }: Steps, change: Change, other?: unknown): unknown {
  if (Array.isArray(value) && names.length > 0) {
    return value.map((item, index) => changedAt(item, { names, isWide }, change, partOf(other, index)));
  }
  const [name, ...further] = names;
  if (name === undefined) return isWide ? changedBelow(value, change, other) : changed(value, change, other);
  if (!isJsonObject(value) || !Object.hasOwn(value, name)) return value;
  return { ...value, [name]: changedAt(value[name], { names: further, isWide }, change, partOf(other, name)) };
}

/** A secret that is not there stays so, as in Prefect. */
function changed(value: unknown, change: Change, other: unknown): unknown {
  return value === null ? value : change(value, other);
}

function changedBelow(value: unknown, change: Change, other: unknown): unknown {
  if (!isJsonObject(value) || Object.keys(value).length === 0) return change(value, other);
  const entries = Object.entries(value).map(
    ([name, part]) => [name, changedBelow(part, change, partOf(other, name))] as const,
  );
  return Object.fromEntries(entries);
}

function partOf(value: unknown, name: string | number): unknown {
  if (Array.isArray(value)) return typeof name === "number" ? value[name] : undefined;
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
