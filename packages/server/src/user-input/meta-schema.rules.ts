import { schemaErrors } from "./schema-errors.rules.ts";

/** The first problem of a schema itself, in the sentence of Python's `jsonschema`; undefined if it can be used. */
export function problemOfSchema(schema: unknown): string | undefined {
  return schemaErrors(metaSchema, schema, { formats: true })[0]?.say();
}

const schema = { $ref: "#" } as const;
const schemas = { type: "array", minItems: 1, items: schema } as const;
const namedSchemas = { type: "object", additionalProperties: schema } as const;
const text = { type: "string" } as const;
const texts = { type: "array", items: text, uniqueItems: true } as const;
const flag = { type: "boolean" } as const;
const number = { type: "number" } as const;
const size = { type: "integer", minimum: 0 } as const;
const type = { enum: ["array", "boolean", "integer", "null", "number", "object", "string"] } as const;
const anchor = { type: "string", pattern: "^[A-Za-z_][-A-Za-z0-9._]*$" } as const;

/**
 * What JSON Schema, draft 2020-12, asks of a schema: the keywords of its vocabularies in their order, which decides on the problem that is
 * the first.
 */
const metaSchema = {
  type: ["object", "boolean"],
  properties: {
    $id: { type: "string", pattern: "^[^#]*#?$" },
    $schema: text,
    $ref: text,
    $anchor: anchor,
    $dynamicRef: text,
    $dynamicAnchor: anchor,
    $vocabulary: { type: "object", propertyNames: text, additionalProperties: flag },
    $comment: text,
    $defs: namedSchemas,
    prefixItems: schemas,
    items: schema,
    contains: schema,
    additionalProperties: schema,
    properties: namedSchemas,
    patternProperties: { ...namedSchemas, propertyNames: { format: "regex" } },
    dependentSchemas: namedSchemas,
    propertyNames: schema,
    if: schema,
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: schema,
    else: schema,
    allOf: schemas,
    anyOf: schemas,
    oneOf: schemas,
    not: schema,
    unevaluatedItems: schema,
    unevaluatedProperties: schema,
    type: { anyOf: [type, { type: "array", items: type, minItems: 1, uniqueItems: true }] },
    const: true,
    enum: { type: "array" },
    multipleOf: { type: "number", exclusiveMinimum: 0 },
    maximum: number,
    exclusiveMaximum: number,
    minimum: number,
    exclusiveMinimum: number,
    maxLength: size,
    minLength: size,
    pattern: { type: "string", format: "regex" },
    maxItems: size,
    minItems: size,
    uniqueItems: flag,
    maxContains: size,
    minContains: size,
    maxProperties: size,
    minProperties: size,
    required: texts,
    dependentRequired: { type: "object", additionalProperties: texts },
    title: text,
    description: text,
    default: true,
    deprecated: flag,
    readOnly: flag,
    writeOnly: flag,
    examples: { type: "array" },
    format: text,
    contentEncoding: text,
    contentMediaType: text,
    contentSchema: schema,
    definitions: namedSchemas,
    dependencies: { type: "object", additionalProperties: { anyOf: [schema, texts] } },
    $recursiveAnchor: anchor,
    $recursiveRef: text,
  },
} as const;
