import { ExactNumber, isNumber } from "@ostinato/core";

/** A JSON Schema as a form: one field for each property. What has no field of its own is written as JSON. */
export interface FormField {
  readonly name: string;
  readonly label: string;
  readonly description: string | undefined;
  readonly required: boolean;
  readonly fallback: unknown;
  readonly control: Control;
}

export type Control =
  | { readonly kind: "text"; readonly multiline: boolean; readonly secret: boolean }
  | { readonly kind: "date"; readonly withTime: boolean }
  | { readonly kind: "number"; readonly whole: boolean; readonly least?: number; readonly most?: number }
  | { readonly kind: "switch" }
  | { readonly kind: "choice"; readonly choices: readonly unknown[] }
  | { readonly kind: "json" };

export type FormValue = Readonly<Record<string, unknown>>;

type Schema = Readonly<Record<string, unknown>>;

/** The fields of an object's schema, or undefined where it is not one that says its properties. */
export function formFields(schema: unknown): readonly FormField[] | undefined {
  if (!isObject(schema) || !isObject(schema.properties)) return undefined;
  const required = Array.isArray(schema.required) ? schema.required : [];
  const fields = Object.entries(schema.properties).map(([name, given]) => {
    const property = resolved(given, schema);
    return {
      name,
      label: typeof property.title === "string" ? property.title : name,
      description: typeof property.description === "string" ? property.description : undefined,
      required: required.includes(name) && property.default === undefined,
      fallback: property.default,
      control: controlOf(property),
      at: typeof property.position === "number" ? property.position : 0,
    };
  });
  return fields.toSorted((a, b) => a.at - b.at);
}

/** What is wrong with a value, in words; undefined when nothing is. The flow itself checks the rest when it starts. */
export function problemWith(field: FormField, value: unknown): string | undefined {
  if (value === undefined) return field.required ? "This is needed." : undefined;
  const { control } = field;
  if (control.kind !== "number" || value === null) return undefined;
  const number = isNumber(value) ? Number(value) : Number.NaN;
  if (!Number.isFinite(number)) return "Write a number.";
  if (control.whole && !Number.isInteger(number)) return "Write a whole number.";
  if (control.least !== undefined && number < control.least) return `At least ${control.least}.`;
  if (control.most !== undefined && number > control.most) return `At most ${control.most}.`;
  return undefined;
}

function controlOf(property: Schema): Control {
  if (Array.isArray(property.enum)) return { kind: "choice", choices: property.enum };
  if (property.const !== undefined) return { kind: "choice", choices: [property.const] };
  switch (property.type) {
    case "boolean":
      return { kind: "switch" };
    case "integer":
    case "number":
      return { kind: "number", whole: property.type === "integer", ...bounds(property) };
    case "string":
      return textControl(property);
    default:
      return { kind: "json" };
  }
}

function textControl(property: Schema): Control {
  const { format, writeOnly, maxLength, default: fallback } = property;
  if (format === "date" || format === "date-time") return { kind: "date", withTime: format === "date-time" };
  const long =
    (typeof maxLength === "number" && maxLength > 300) || (typeof fallback === "string" && /\n/.test(fallback));
  return {
    kind: "text",
    multiline: long || format === "textarea",
    secret: format === "password" || writeOnly === true,
  };
}

function bounds({ minimum, maximum }: Schema): { readonly least?: number; readonly most?: number } {
  // Some libraries bound every whole number by what a number can hold, which nobody needs to be told.
  const told = (value: unknown) => isNumber(value) && Math.abs(Number(value)) < Number.MAX_SAFE_INTEGER;
  return { ...(told(minimum) ? { least: Number(minimum) } : {}), ...(told(maximum) ? { most: Number(maximum) } : {}) };
}

/** Follows a reference, and takes the one real choice of `X or nothing`, keeping what is said beside them. */
function resolved(given: unknown, root: Schema, depth = 0): Schema {
  if (!isObject(given) || depth > 8) return {};
  const { $ref, anyOf, allOf, ...beside } = given;
  if (typeof $ref === "string") return { ...resolved(at(root, $ref), root, depth + 1), ...beside };
  const choices = Array.isArray(anyOf) ? anyOf : Array.isArray(allOf) ? allOf : undefined;
  if (choices === undefined) return given;
  const real = choices.filter((choice) => !isObject(choice) || choice.type !== "null");
  return real.length === 1 ? { ...resolved(real[0], root, depth + 1), ...beside } : beside;
}

function at(root: Schema, pointer: string): unknown {
  let found: unknown = root;
  for (const part of pointer.replace(/^#\/?/, "").split("/")) {
    if (part === "") continue;
    found = isObject(found) ? found[part.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined;
  }
  return found;
}

export function isObject(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
}
