/** Gives the value of a placeholder; undefined where there is none. */
export type PlaceholderValue = (name: string) => unknown;

const placeholder = /\{\{\s*([\w.\-[\]$]+)\s*\}\}/g;

/**
 * A copy of the value with each `{{ name }}` of its texts filled in, as Prefect does: a text that is one placeholder becomes the value itself, and is
 * left out where there is none; inside a longer text, and for a variable of the environment (`{{ $NAME }}`), that which is missing is empty.
 */
export function filledIn(template: unknown, lookUp: PlaceholderValue): unknown {
  if (typeof template === "string") return filledText(template, lookUp);
  if (Array.isArray(template)) {
    return template.map((item) => filledIn(item, lookUp)).filter((item) => item !== undefined);
  }
  if (typeof template !== "object" || template === null) return template;
  const entries = Object.entries(template).map(([key, value]) => [key, filledIn(value, lookUp)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** The names of all placeholders in the texts of the value. */
export function placeholdersIn(template: unknown): readonly string[] {
  if (typeof template === "string") return [...template.matchAll(placeholder)].map(([, name = ""]) => name);
  if (typeof template !== "object" || template === null) return [];
  return Object.values(template).flatMap(placeholdersIn);
}

function filledText(text: string, lookUp: PlaceholderValue): unknown {
  const [first] = text.matchAll(placeholder);
  if (first === undefined) return text;
  const [whole, name = ""] = first;
  if (whole === text && !name.startsWith("$")) return lookUp(name);
  return text.replaceAll(placeholder, (_, name: string) => asText(lookUp(name)));
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
