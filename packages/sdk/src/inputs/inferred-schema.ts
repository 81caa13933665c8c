import { literalDefaults } from "./parameter-defaults.ts";
import { fieldTexts, parameterTexts, patternOf } from "./parameter-names.ts";

/**
 * A JSON Schema with the names that a flow's function takes out of its parameters, `({ path, depth = 3 })`, and their literal defaults, for
 * forms. Undefined where the source does not show the names.
 */
export function inferredSchema(fn: (parameters: never) => unknown): Record<string, unknown> | undefined {
  const [first] = parameterTexts(fn);
  if (first === undefined || first === "") return schemaOf({});
  const pattern = patternOf(first);
  if (pattern === undefined) return undefined;
  const defaults = literalDefaults(fn);
  const names = fieldTexts(pattern).flatMap((text) => /^([\p{ID_Start}$_][\p{ID_Continue}$]*)/u.exec(text)?.[1] ?? []);
  const properties = names.map((name) => [name, propertyOf(name, defaults.get(name))] as const);
  const takesOthers = fieldTexts(pattern).some((text) => text.startsWith("..."));
  return { ...schemaOf(Object.fromEntries(properties)), ...(takesOthers ? { additionalProperties: true } : {}) };
}

function schemaOf(properties: object): Record<string, unknown> {
  return { type: "object", properties };
}

function propertyOf(name: string, value: unknown): object {
  if (value === undefined || typeof value === "bigint") return { title: name };
  return { title: name, default: value };
}
