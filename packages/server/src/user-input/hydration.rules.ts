import { isNumber, parseJson } from "@ostinato/core";
import { maxNested, nestsTooDeep } from "../kernel/nesting.ts";
import { isJsonObject, type JsonObject } from "./json-types.rules.ts";
import { Placeholder } from "./placeholder.rules.ts";

/** The reason why an input cannot be made. */
export class HydrationError extends Error {}

/** The value of a workspace variable; undefined where there is none of the name. */
export type VariableReader = (name: string) => unknown;

/** What templates give. Taken as an argument, since few inputs have one and a program need not load what renders them. */
export interface Templates {
  /** Throws a HydrationError. */
  readonly render: (template: string) => string;
  /** Throws a HydrationError where the text is not a template. */
  readonly check: (template: string) => void;
}

/**
 * The intended input: an object with `__prefect_kind`, as Prefect's pages and automations send it, is a recipe for a value (a
 * string of JSON, a template, a variable), and an empty recipe stands for nothing. Throws a HydrationError.
 */
export function hydrated(input: unknown, templates: Templates, readVariable: VariableReader): unknown {
  const value = resolved(input, { follow: madeValue, templates, readVariable });
  // Read again, so that exact numbers are known of in the new lists and objects.
  return isNothing(value) ? {} : parseJson(JSON.stringify(value));
}

/**
 * The intended input as far as it is known before a run is made, for a form that checks what is typed: a template is not rendered yet, and a
 * wrong recipe is a placeholder with its problem.
 */
export function hydratedForCheck(input: unknown, templates: Templates, readVariable: VariableReader): unknown {
  const value = resolved(input, { follow: placeholder, templates, readVariable });
  return value === nothing ? {} : value;
}

function placeholder(recipe: Recipe, make: MakeValue, { check }: Templates): unknown {
  try {
    if (recipe[kindKey] !== "jinja" || typeof recipe.template !== "string") return make(recipe);
    check(recipe.template);
    return new Placeholder();
  } catch (error) {
    if (error instanceof HydrationError) return new Placeholder(error.message);
    throw error;
  }
}

type Recipe = JsonObject;
type MakeValue = (recipe: Recipe) => unknown;
/** What takes the place of a recipe, given the function that makes its value or throws a HydrationError. */
type Follow = (recipe: Recipe, make: MakeValue, templates: Templates) => unknown;

interface Resolving {
  readonly follow: Follow;
  readonly templates: Templates;
  readonly readVariable: VariableReader;
}

function madeValue(recipe: Recipe, make: MakeValue): unknown {
  return make(recipe);
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

function resolved(value: unknown, resolving: Resolving): unknown {
  const within = (part: unknown) => resolved(part, resolving);
  if (Array.isArray(value)) return value.map(within).filter((part) => part !== nothing);
  if (!isJsonObject(value)) return value;
  if (Object.hasOwn(value, kindKey)) {
    const make: MakeValue = (recipe) => resolvedRecipe(recipe, within, resolving);
    return resolving.follow(value, make, resolving.templates);
  }
  const parts = Object.entries(value).map(([key, part]) => [key, within(part)] as const);
  return Object.fromEntries(parts.filter(([, part]) => part !== nothing));
}

function resolvedRecipe(
  recipe: Recipe,
  within: (value: unknown) => unknown,
  { templates, readVariable }: Resolving,
): unknown {
  const has = (key: string) => Object.hasOwn(recipe, key);
  const part = (key: string) => (isJsonObject(recipe[key]) ? within(recipe[key]) : recipe[key]);
  switch (recipe[kindKey]) {
    case "none":
      if (!has("value")) throw missing("value");
      return within(recipe.value);
    case "json":
      return has("value") ? fromJson(part("value")) : nothing;
    case "jinja":
      if (!has("template")) throw missing("template");
      return fromTemplate(part("template"), templates);
    case "workspace_variable":
      return has("variable_name") ? fromVariable(part("variable_name"), readVariable) : nothing;
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

function fromTemplate(template: unknown, { render }: Templates): unknown {
  if (template === nothing || template instanceof Placeholder) return template;
  if (typeof template !== "string") throw new HydrationError("Invalid jinja: the template is not a string");
  return render(template);
}

function fromVariable(name: unknown, readVariable: VariableReader): unknown {
  if (name === nothing || name instanceof Placeholder) return name;
  const value = readVariable(String(name));
  if (value !== undefined) return value;
  throw new HydrationError(`Variable '${String(name)}' not found in workspace.`);
}
