import type { Json } from "@ostinato/protocol";

type Fields = { readonly [key: string]: Json };

/**
 * A schema in the notation of TypeScript's types, which needs one line for twenty of JSON Schema. A reference is `#Name`, so that
 * it can become a link.
 */
export function typeText(schema: Json, indent = ""): string {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return "unknown";
  const { $ref, const: literal, enum: values, anyOf, type, items, prefixItems, format } = schema as Fields;
  if (typeof $ref === "string") return `#${$ref.split("/").at(-1)}`;
  if (literal !== undefined) return JSON.stringify(literal);
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(" | ");
  if (Array.isArray(anyOf)) return anyOf.map((each) => typeText(each, indent)).join(" | ");
  if (Array.isArray(prefixItems)) return `[${prefixItems.map((each) => typeText(each, indent)).join(", ")}]`;
  if (type === "array") return listText(typeText(items ?? null, indent));
  if (type === "object") return objectText(schema as Fields, indent);
  if (typeof type === "string") return format === undefined ? type : `${type} (${format})`;
  return "unknown";
}

function listText(item: string): string {
  return item.includes(" | ") ? `(${item})[]` : `${item}[]`;
}

function objectText({ properties, required, additionalProperties }: Fields, indent: string): string {
  if (properties === undefined) {
    const values = typeof additionalProperties === "object" ? typeText(additionalProperties, indent) : "unknown";
    return `{ [name]: ${values} }`;
  }
  const needed = Array.isArray(required) ? required : [];
  const inner = `${indent}  `;
  const lines = Object.entries(properties as Fields).map(
    ([name, property]) => `${inner}${name}${needed.includes(name) ? "" : "?"}: ${typeText(property, inner)}`,
  );
  return lines.length === 0 ? "{}" : `{\n${lines.join("\n")}\n${indent}}`;
}
