import { createHash } from "node:crypto";
import { checkParameters } from "./dialect.ts";
import { storable } from "./json-text.ts";

/** A statement under the name by which each connection keeps it prepared. */
export interface NamedStatement {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

export function namedStatement(text: string, parameters: readonly unknown[]): NamedStatement {
  checkParameters(parameters.length);
  return { name: statementName(text), text, values: parameters.map(sendable) };
}

/** PostgreSQL refuses NUL: search values are changed as kept values are. */
function sendable(value: unknown): unknown {
  if (typeof value === "string") return value.includes("\0") ? storable(value) : value;
  return Array.isArray(value) ? value.map(sendable) : value;
}

const names = new Map<string, string>();

/** The name under which a connection keeps a prepared statement, made of its text. */
function statementName(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = createHash("sha1").update(text).digest("base64url");
    if (names.size > 5000) names.clear();
    names.set(text, name);
  }
  return name;
}
