import { hydratedForCheck } from "./hydration.rules.ts";
import { isJsonObject, type JsonObject } from "./json-types.rules.ts";
import { Placeholder } from "./placeholder.rules.ts";
import { templates } from "./templates.rules.ts";

/**
 * The parameters with each string that is a template made a recipe, as Prefect's clients mean it: one that is nothing but an expression
 * gives the value of the expression with its type, and any other one a string.
 */
export function withRecipes(parameters: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, withRecipe(value)]));
}

function withRecipe(value: unknown): unknown {
  if (typeof value === "string") return mayBeTemplate(value) ? recipeOf(value) : value;
  if (Array.isArray(value)) return value.map(withRecipe);
  return isJsonObject(value) && !("__prefect_kind" in value) ? withRecipes(value) : value;
}

function mayBeTemplate(text: string): boolean {
  return text.includes("{{") || text.includes("{%");
}

function recipeOf(template: string): JsonObject {
  const trimmed = template.trim();
  const isExpression = trimmed.startsWith("{{") && trimmed.endsWith("}}") && trimmed.split("{{").length === 2;
  if (!isExpression) return { __prefect_kind: "jinja", template };
  // In brackets, since a filter binds closer than `or`. Signs at the ends are about blanks around, of which there are none.
  const expression = trimmed
    .slice(2, -2)
    .replace(/^[-+]|[-+]$/g, "")
    .trim();
  const asJson = `{{ (${expression}) | tojson }}`;
  return { __prefect_kind: "json", value: { __prefect_kind: "jinja", template: asJson } };
}

/** What is wrong with the recipes among the parameters, with their places. Variables are looked up when the action is done. */
export function problemsOfParameters(parameters: JsonObject): readonly string[] {
  return problemsIn(
    hydratedForCheck(withRecipes(parameters), templates, () => new Placeholder()),
    "",
  );
}

function problemsIn(value: unknown, place: string): readonly string[] {
  if (value instanceof Placeholder) return value.problem === undefined ? [] : [`${place}: ${value.problem}`];
  if (Array.isArray(value)) return value.flatMap((each, index) => problemsIn(each, `${place}[${index}]`));
  if (!isJsonObject(value)) return [];
  const within = (name: string) => (place === "" ? name : `${place}.${name}`);
  return Object.entries(value).flatMap(([name, each]) => problemsIn(each, within(name)));
}
