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
  /** The block types that fields hold, by the field. */
  readonly nested?: Readonly<Record<string, SystemBlock>>;
  readonly example: Example;
}

/** A line of Python that makes a block, or, of types that Python does not know, one of TypeScript. */
type Example = { readonly module: string; readonly call: string } | { readonly title: string; readonly save: string };

export function systemBlock(described: Described): SystemBlock {
  const { slug, name, about, fields, capabilities = [], isProtected = false, nested = {}, example } = described;
  const inner = Object.entries(nested).map(([field, { type, schema }]) => ({ field, slug: type.slug, schema }));
  const definitions = definitionsWith(
    described.definitions,
    inner.map(({ schema }) => schema.fields),
  );
  const entries = Object.entries(fields);
  const required = entries.filter(([, field]) => !("fallback" in field)).map(([field]) => field);
  const schemaFields = {
    block_type_slug: slug,
    description: about,
    properties: Object.fromEntries(entries.map(([field, said], position) => [field, property(field, said, position)])),
    ...(required.length === 0 ? {} : { required }),
    secret_fields: [
      ...entries.flatMap(([field, { secret }]) => {
        if (secret === undefined) return [];
        return [secret === "value" ? field : `${field}.*`];
      }),
      ...inner.flatMap(({ field, schema }) => secretsOf(schema.fields).map((path) => `${field}.${path}`)),
    ],
    title: "title" in example ? example.title : className(example.call),
    type: "object",
    block_schema_references: Object.fromEntries(
      inner.map(({ field, slug, schema }) => [
        field,
        { block_type_slug: slug, block_schema_checksum: schema.checksum },
      ]),
    ),
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

function className(call: string): string {
  return call.slice(0, call.indexOf("("));
}

function codeExample(example: Example): string {
  if ("save" in example)
    return ["```typescript", 'import { blocks } from "ostinato";', "", example.save, "```"].join("\n");
  const { module, call } = example;
  const name = className(call);
  return [
    "```python",
    `from ${module} import ${name}`,
    "",
    `${call}.save("my-block")`,
    `block = ${name}.load("my-block")`,
    "```",
  ].join("\n");
}

/** The definitions of a schema, with those of its nested blocks, by their titles. */
function definitionsWith(own: JsonObject | undefined, nested: readonly JsonObject[]): JsonObject | undefined {
  if (nested.length === 0) return own;
  const inner = nested.map(({ definitions, ...fields }) => ({
    ...Object(definitions),
    [String(fields.title)]: fields,
  }));
  return Object.assign({}, own, ...inner);
}

function secretsOf({ secret_fields: paths }: JsonObject): readonly string[] {
  return Array.isArray(paths) ? paths.map(String) : [];
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
