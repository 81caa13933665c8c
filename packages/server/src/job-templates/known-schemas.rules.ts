import { parseJson } from "@ostinato/core";
import type { JsonObject } from "../user-input/json-types.rules.ts";
import { type VariablesSchema, variablesSchema } from "./job-templates.rules.ts";

/** Far more than the work pools of one server, whose templates are a few kilobytes each. */
const maxSchemas = 200;

/** Larger templates are not remembered, so that these don't fill the memory. */
const maxTemplateCharacters = 64 * 1024;

/** By the template as JSON, the longest unused first. */
const known = new Map<string, VariablesSchema | undefined>();

/**
 * The schema of the template's variables. It is remembered, because a run is held against it each time one is created: making it takes up to
 * 1 ms, and holding variables against it a tenth of that.
 */
export function knownSchema(template: string): VariablesSchema | undefined {
  const schema = known.has(template) ? known.get(template) : variablesSchema(parseJson(template) as JsonObject);
  if (template.length > maxTemplateCharacters) return schema;
  known.delete(template);
  known.set(template, schema);
  const [oldest] = known.keys();
  if (known.size > maxSchemas && oldest !== undefined) known.delete(oldest);
  return schema;
}
