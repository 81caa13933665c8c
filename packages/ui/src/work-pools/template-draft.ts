import type { JsonObject } from "@ostinato/job-templates";
import { isObject } from "../forms/form-data.ts";

/** The defaults of a job template's variables, with those that are null left out: a worker chooses for them. */
export function defaultsOf(template: JsonObject): JsonObject {
  const entries = Object.entries(variablesOf(template)).flatMap(([name, schema]) =>
    isObject(schema) && schema.default !== undefined && schema.default !== null
      ? [[name, schema.default] as const]
      : [],
  );
  return Object.fromEntries(entries);
}

/** The template with these defaults; variables that have none among them lose theirs. */
export function withDefaults(template: JsonObject, defaults: JsonObject): JsonObject {
  const properties = Object.entries(variablesOf(template)).map(([name, schema]) => {
    if (!isObject(schema)) return [name, schema] as const;
    const { default: before, ...rest } = schema;
    if (Object.hasOwn(defaults, name)) return [name, { ...rest, default: defaults[name] }] as const;
    // One that was null stays so: it tells Prefect's clients that the variable may be left out.
    return [name, before === null ? schema : rest] as const;
  });
  const variables = isObject(template.variables) ? template.variables : {};
  return { ...template, variables: { ...variables, properties: Object.fromEntries(properties) } };
}

/** The schema of the form for the defaults: nothing is required, and what was the default is a value. */
export function schemaOfDefaults(template: JsonObject): JsonObject {
  const properties = Object.entries(variablesOf(template)).map(([name, schema]) => {
    if (!isObject(schema)) return [name, schema] as const;
    const { default: _, ...rest } = schema;
    return [name, rest] as const;
  });
  const variables = isObject(template.variables) ? template.variables : {};
  return { ...variables, type: "object", properties: Object.fromEntries(properties), required: [] };
}

/** Whether the template has variables, so that a form can be drawn. */
export function hasVariables(template: JsonObject): boolean {
  return Object.keys(variablesOf(template)).length > 0;
}

function variablesOf(template: JsonObject): JsonObject {
  const { variables } = template;
  const properties = isObject(variables) ? variables.properties : undefined;
  return isObject(properties) ? properties : {};
}
