import { isNumber, parseJson } from "@ostinato/core";
import { maxNested, nestsTooDeep } from "../kernel/nesting.ts";
import { isJsonObject, type JsonObject } from "./json-types.rules.ts";

/** The reason why an input cannot be made. */
export class HydrationError extends Error {}

/**
 * The intended input: an object with `__prefect_kind`, as Prefect's pages and automations send it, is a recipe for a value (a
 * string of JSON, a template, a variable), and an empty recipe stands for nothing. Throws a HydrationError.
 */
export function hydrated(input: unknown): unknown {
  const value = resolved(input);
  // Read again, so that exact numbers are known of in the new lists and objects.
  return isNothing(value) ? {} : parseJson(JSON.stringify(value));
}

/** A value that Python counts as false is not an input. */
function isNothing(value: unknown): boolean {
  if (value === nothing || value === null || value === "" || value === false) return true;
  if (isNumber(value)) return Number(value) === 0;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** The placeholder of an empty recipe, which is removed from the value around it. */
const nothing = Symbol("nothing");

const kindKey = "__prefect_kind";

function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved).filter((part) => part !== nothing);
  if (!isJsonObject(value)) return value;
  if (Object.hasOwn(value, kindKey)) return resolvedRecipe(value);
  const parts = Object.entries(value).map(([key, part]) => [key, resolved(part)] as const);
  return Object.fromEntries(parts.filter(([, part]) => part !== nothing));
}

function resolvedRecipe(recipe: JsonObject): unknown {
  const has = (key: string) => Object.hasOwn(recipe, key);
  const part = (key: string) => (isJsonObject(recipe[key]) ? resolved(recipe[key]) : recipe[key]);
  switch (recipe[kindKey]) {
    case "none":
      if (!has("value")) throw missing("value");
      return resolved(recipe.value);
    case "json":
      return has("value") ? fromJson(part("value")) : nothing;
    case "jinja":
      if (!has("template")) throw missing("template");
      return fromTemplate(part("template"));
    case "workspace_variable":
      return has("variable_name") ? fromVariable(part("variable_name")) : nothing;
    default:
      return recipe.value ?? null;
  }
}

function missing(key: string): HydrationError {
  return new HydrationError(`Missing '${key}' key in __prefect object`);
}

function fromJson(value: unknown): unknown {
  if (typeof value !== "string") return value;
  if (nestsTooDeep(value)) throw new HydrationError(`Invalid JSON: it nests deeper than ${maxNested} levels`);
  try {
    return parseJson(value);
  } catch (error) {
    throw new HydrationError(`Invalid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Jinja is a template language of Python. A template without its marks renders as itself, without its last line break. */
function fromTemplate(template: unknown): unknown {
  if (template === nothing) return nothing;
  if (typeof template !== "string") throw new HydrationError("Invalid jinja: the template is not a string");
  if (!/\{[{%#]/.test(template)) return template.replace(/\r?\n$/, "");
  throw new HydrationError("Invalid jinja: templates are not rendered here. Send the text that the template gives.");
}

function fromVariable(name: unknown): unknown {
  if (name === nothing) return nothing;
  throw new HydrationError(`Variable '${String(name)}' not found in workspace.`);
}
