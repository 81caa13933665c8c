import { isPlainObject, pythonString } from "@ostinato/core";
import type { JsonObject } from "./json.ts";
import { valueAt } from "./key-path.ts";

/** What a placeholder stands for: a job variable, a part of a block, a variable of the server, or an environment variable. */
export type PlaceholderKind = "value" | "block" | "variable" | "environment";

export interface Placeholder {
  /** The placeholder with its braces, as it is written. */
  readonly text: string;
  readonly name: string;
  readonly kind: PlaceholderKind;
}

const pattern = /\{\{\s*([\p{L}\p{N}_.\-[\]$]+)\s*\}\}/gu;

export const blockPrefix = "prefect.blocks.";
export const variablePrefix = "prefect.variables.";

/** The placeholders of a text, in their order. */
export function placeholdersIn(text: string): readonly Placeholder[] {
  return [...text.matchAll(pattern)].map(([text, name = ""]) => ({ text, name, kind: kindOf(name) }));
}

/** The only placeholder of a text that is nothing else, such as `{{ image }}`; undefined for other texts. */
export function wholePlaceholder(text: string): Placeholder | undefined {
  const [first] = placeholdersIn(text);
  return first?.text === text ? first : undefined;
}

/** The text with a replacement for each placeholder. What is put in is not looked at again; undefined leaves a placeholder as it is. */
export function replacePlaceholders(
  text: string,
  replacement: (placeholder: Placeholder) => string | undefined,
): string {
  return text.replace(pattern, (text: string, name: string) => replacement({ text, name, kind: kindOf(name) }) ?? text);
}

function kindOf(name: string): PlaceholderKind {
  if (name.startsWith(blockPrefix)) return "block";
  if (name.startsWith(variablePrefix)) return "variable";
  return name.startsWith("$") ? "environment" : "value";
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The template with values in place of its placeholders. A text that is one placeholder becomes the value itself, whatever its type; in
 * any other text values are written as Python writes them, and what is missing as nothing. A part of an object or a list whose value is
 * missing is left out, and a missing whole is undefined. Placeholders of blocks and variables stay: see `resolveReferences`.
 */
export function fillPlaceholders(template: unknown, values: JsonObject, environment: Environment = {}): unknown {
  if (typeof template === "string") return filledText(template, values, environment);
  const fill = (part: unknown) => fillPlaceholders(part, values, environment);
  if (Array.isArray(template)) return template.map(fill).filter((part) => part !== undefined);
  if (!isPlainObject(template)) return template;
  const filled = Object.entries(template).map(([name, part]) => [name, fill(part)] as const);
  return Object.fromEntries(filled.filter(([, part]) => part !== undefined));
}

function filledText(text: string, values: JsonObject, environment: Environment): unknown {
  const whole = wholePlaceholder(text);
  if (whole?.kind === "value") return valueAt(values, whole.name);
  return replacePlaceholders(text, ({ name, kind }) => {
    if (kind === "block" || kind === "variable") return undefined;
    const value = kind === "value" ? valueAt(values, name) : environmentValue(environment, name);
    return value === undefined ? "" : pythonString(value);
  });
}

function environmentValue(environment: Environment, name: string): string | undefined {
  const key = name.replace(/^\$+/, "");
  return Object.hasOwn(environment, key) ? environment[key] : undefined;
}
