import { createHash } from "node:crypto";
import { isNumber } from "./exact-json.ts";
import { isPlainObject } from "./preview.ts";
import { pythonText } from "./python-text.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/** A nested block as `block_schema_references` names it. */
export interface BlockSchemaReference {
  readonly block_type_slug: string;
  readonly block_schema_checksum: string;
}

/**
 * The checksum by which Prefect's clients and servers know a block schema: of the fields without their secret fields and without
 * the definitions of nested blocks, written as Python's `json.dumps(…, sort_keys=True)` writes them.
 */
export function blockSchemaChecksum(fields: JsonObject): string {
  const bare = withoutSecretFields(fields) as JsonObject;
  return `sha256:${createHash("sha256")
    .update(pythonJson([[withOwnDefinitions(bare)], {}]))
    .digest("hex")}`;
}

/** Without definitions where none remain; an empty object of definitions stays, as in Prefect. */
function withOwnDefinitions(fields: JsonObject): JsonObject {
  const { definitions, ...others } = fields;
  if (!isPlainObject(definitions) || Object.keys(definitions).length === 0) return fields;
  const own = ownDefinitions(fields, definitions);
  return Object.keys(own).length === 0 ? others : { ...others, definitions: own };
}

/** The definitions that a part of a schema refers to, also by each other, and that are not blocks. */
export function ownDefinitions(part: unknown, definitions: JsonObject): JsonObject {
  const found: Record<string, unknown> = {};
  const look = (at: unknown) => {
    for (const reference of referencesIn(at)) {
      const name = reference.replace(definitionsPrefix, "");
      const definition = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
      if (!isPlainObject(definition) || isBlock(definition) || Object.hasOwn(found, name)) continue;
      if (Object.keys(definition).length === 0) continue;
      found[name] = definition;
      look(definition);
    }
  };
  look(part);
  return found;
}

/** The names of the definitions that are blocks with this slug, among those that the part of a schema refers to. */
export function blockDefinitions(part: unknown, definitions: JsonObject): readonly JsonObject[] {
  return referencesIn(part).flatMap((reference) => {
    const name = reference.replace(definitionsPrefix, "");
    const definition = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
    return isPlainObject(definition) && isBlock(definition) ? [definition] : [];
  });
}

const definitionsPrefix = "#/definitions/";

function isBlock({ block_type_slug: slug }: JsonObject): boolean {
  return slug !== undefined && slug !== null;
}

function referencesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isPlainObject(value)) return [];
  const own = typeof value.$ref === "string" && value.$ref !== "" ? [value.$ref] : [];
  return [...own, ...Object.values(value).flatMap(referencesIn)];
}

/** Lists stay as they are, as in Prefect. */
function withoutSecretFields(value: unknown): unknown {
  if (!isPlainObject(value)) return value;
  const entries = Object.entries(value).filter(([name]) => name !== "secret_fields");
  return Object.fromEntries(entries.map(([name, part]) => [name, withoutSecretFields(part)]));
}

/** A value of JSON as Python's `json.dumps(value, sort_keys=True)` writes it: in ASCII, with keys in the order of their characters. */
export function pythonJson(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "boolean") return String(value);
  if (typeof value === "string") return asciiString(value);
  if (typeof value === "bigint" || isNumber(value)) return numberText(pythonText(value));
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  const entries = Object.entries(value as JsonObject).toSorted(([a], [b]) => byCodePoints(a, b));
  return `{${entries.map(([name, part]) => `${asciiString(name)}: ${pythonJson(part)}`).join(", ")}}`;
}

const infinities: Readonly<Record<string, string>> = { inf: "Infinity", "-inf": "-Infinity" };

function numberText(text: string): string {
  return infinities[text] ?? text;
}

function asciiString(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\uffff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

function byCodePoints(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  for (const [index, character] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (character !== other) return (character.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0);
  }
  return left.length - right.length;
}
