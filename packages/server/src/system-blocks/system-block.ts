import { blockSchemaChecksum } from "@ostinato/core/block-schema";
import type { BlockTypeCreate } from "@ostinato/protocol";
import { productVersion } from "../kernel/versions.ts";
import type { JsonObject } from "../user-input/json-types.rules.ts";

/** A block type that comes with the server. Names, types and defaults of its fields are Prefect's, so that its clients read the documents. */
export interface SystemBlock {
  readonly type: BlockTypeCreate;
  readonly isProtected: boolean;
  readonly schema: {
    readonly checksum: string;
    readonly fields: JsonObject;
    readonly capabilities: readonly string[];
    readonly version: string;
  };
}

export interface BlockField {
  /** The JSON Schema of the value. */
  readonly schema: JsonObject;
  readonly about: string;
  readonly title?: string;
  /** Without one the field is required. */
  readonly fallback?: unknown;
  /** What is secret: the value, or all values below it. */
  readonly secret?: "value" | "below";
}

interface Described {
  readonly slug: string;
  readonly name: string;
  readonly about: string;
  readonly fields: Readonly<Record<string, BlockField>>;
  readonly capabilities?: readonly string[];
  readonly isProtected?: boolean;
  readonly definitions?: JsonObject;
  /** A line of Python that makes one. */
  readonly example: { readonly module: string; readonly call: string };
}

export function systemBlock(described: Described): SystemBlock {
  const { slug, name, about, fields, capabilities = [], isProtected = false, definitions, example } = described;
  const entries = Object.entries(fields);
  const required = entries.filter(([, field]) => !("fallback" in field)).map(([field]) => field);
  const schemaFields = {
    block_type_slug: slug,
    description: about,
    properties: Object.fromEntries(entries.map(([field, said], position) => [field, property(field, said, position)])),
    ...(required.length === 0 ? {} : { required }),
    secret_fields: entries.flatMap(([field, { secret }]) => {
      if (secret === undefined) return [];
      return [secret === "value" ? field : `${field}.*`];
    }),
    title: example.call.slice(0, example.call.indexOf("(")),
    type: "object",
    block_schema_references: {},
    ...(definitions === undefined ? {} : { definitions }),
  };
  const checksum = blockSchemaChecksum(schemaFields);
  return {
    type: { name, slug, description: about, code_example: codeExample(example) },
    isProtected,
    schema: { checksum, fields: schemaFields, capabilities, version: productVersion },
  };
}

function property(name: string, field: BlockField, position: number): JsonObject {
  const { schema, about, title = titleOf(name) } = field;
  return {
    ...schema,
    ...("fallback" in field ? { default: field.fallback } : {}),
    description: about,
    title,
    position,
  };
}

function titleOf(name: string): string {
  const words = name.split("_").map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return words.join(" ");
}

function codeExample({ module, call }: Described["example"]): string {
  const className = call.slice(0, call.indexOf("("));
  return [
    "```python",
    `from ${module} import ${className}`,
    "",
    `${call}.save("my-block")`,
    `block = ${className}.load("my-block")`,
    "```",
  ].join("\n");
}

export const text: JsonObject = { type: "string" };
export const textOrNone: JsonObject = { anyOf: [{ type: "string" }, { type: "null" }] };
export const textsOrNone: JsonObject = { anyOf: [{ items: text, type: "array" }, { type: "null" }] };
export const textsByName: JsonObject = {
  anyOf: [{ additionalProperties: text, type: "object" }, { type: "null" }],
};
export const texts: JsonObject = { items: text, type: "array" };
export const yesOrNo: JsonObject = { type: "boolean" };
export const password: JsonObject = { format: "password", type: "string", writeOnly: true };

/** A field of a secret text, which is required. */
export function secretText(about: string, title?: string): BlockField {
  return { schema: password, about, secret: "value", ...(title === undefined ? {} : { title }) };
}
