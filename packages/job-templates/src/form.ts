import { isPlainObject } from "@ostinato/core";
import { filledConfiguration, mergedJobVariables } from "./job-configuration.ts";
import { JobTemplateError } from "./job-template-error.ts";
import { type JsonObject, objectOf } from "./json.ts";

/**
 * The JSON schema of the form in which job variables are given. The values that are set already, such as a deployment's for the form of
 * a run, take the place of the template's defaults.
 */
export function formSchema(template: JsonObject, alreadySet: JsonObject = {}): JsonObject {
  const schema = objectOf(template.variables);
  const properties = Object.entries(objectOf(schema.properties)).map(([name, property]) => {
    if (!Object.hasOwn(alreadySet, name) || !isPlainObject(property)) return [name, property] as const;
    return [name, { ...property, default: defaultOf(name, property, alreadySet[name]) }] as const;
  });
  return { type: "object", ...schema, properties: Object.fromEntries(properties) };
}

/** Environment variables are merged, and all else replaced. */
function defaultOf(name: string, property: JsonObject, value: unknown): unknown {
  return name === "env" && isPlainObject(property.default) && isPlainObject(value)
    ? { ...property.default, ...value }
    : value;
}

export type JobPreview =
  | { readonly configuration: JsonObject }
  /** The part of the template or the variable that is to be mended, and a sentence with a remedy. */
  | { readonly field: string; readonly problem: string };

/**
 * What a worker would be told, for the pages and the command line. References to blocks, to variables of the server and to the
 * worker's environment are shown as they are written, or left out of a text.
 */
export function jobPreview(template: JsonObject, deployment: JsonObject = {}, run: JsonObject = {}): JobPreview {
  try {
    return { configuration: filledConfiguration(template, mergedJobVariables(deployment, run)) };
  } catch (error) {
    if (!(error instanceof JobTemplateError)) throw error;
    return { field: error.field, problem: error.message };
  }
}
