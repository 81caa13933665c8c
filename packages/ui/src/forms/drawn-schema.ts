import { isNumber } from "@ostinato/core";
import { isObject, toFormData } from "./form-data.ts";

/**
 * A schema in the form that the form draws: without references, with one notation for those of the libraries (nullable values, choices,
 * tuples), and with `x-json` for values that are written as JSON.
 */
export type DrawnSchema = Readonly<Record<string, unknown>>;

type Schema = Readonly<Record<string, unknown>>;

interface Place {
  readonly root: Schema;
  /** The references on the way here, because a recursive schema has no end. */
  readonly references: readonly string[];
  /** Whether it is one of several schemas, in which a constant tells which one is meant. */
  readonly isChoice?: boolean;
  /** Whether the values of a block may be filled in where the block belongs, beside the choice of one that is saved. */
  readonly fillsInBlocks?: boolean;
}

/** The drawn schema of an object, or undefined where the schema does not list its properties. */
export function drawnSchema(schema: unknown, options: Pick<Place, "fillsInBlocks"> = {}): DrawnSchema | undefined {
  if (!isObject(schema)) return undefined;
  const drawn = draw(schema, { root: schema, references: [], ...options });
  return drawn.type === "object" ? drawn : undefined;
}

export function isJson(schema: DrawnSchema): boolean {
  return schema["x-json"] === true;
}

function draw(given: unknown, place: Place): DrawnSchema {
  if (!isObject(given)) return asJson({});
  const { $ref, allOf, anyOf, oneOf, ...beside } = given;
  if (typeof $ref === "string") return drawReference($ref, { ...beside, ...present({ allOf, anyOf, oneOf }) }, place);
  if (Array.isArray(allOf)) return allOf.length === 1 ? draw(merged(allOf[0], beside), place) : asJson(given);
  const choices = Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : undefined;
  if (choices !== undefined) return drawChoice(choices, beside, place);
  if (Array.isArray(given.type)) return drawTypes(given.type, given, place);
  if (Array.isArray(given.enum)) return drawEnum(given.enum, given);
  if (given.const !== undefined) return drawConstant(given, place);
  return drawType(given, place);
}

function drawReference(reference: string, beside: Schema, place: Place): DrawnSchema {
  const { root, references, ...rest } = place;
  const target = pointedAt(root, reference);
  if (isBlock(target)) return drawBlocks([{ $ref: reference }], beside, place);
  if (references.includes(reference) || !isObject(target)) return asJson(beside);
  const title = reference.split("/").at(-1);
  return draw(merged({ ...(target.title === undefined ? { "x-name": title } : {}), ...target }, beside), {
    ...rest,
    root,
    references: [...references, reference],
  });
}

/** `X or nothing` is an optional X; several real choices are drawn one at a time. */
function drawChoice(choices: readonly unknown[], beside: Schema, place: Place): DrawnSchema {
  const real = choices.filter((choice) => !isObject(choice) || choice.type !== "null");
  const isNullable = real.length < choices.length;
  if (real.length === 0) return asJson(beside);
  if (real.length === 1) return nullable(draw(merged(real[0], beside), place), isNullable);
  if (isSecret(beside)) return { ...annotations(beside), "x-secret": true };
  const blocks = real.filter((choice) => isObject(choice) && isBlock(pointedAt(place.root, String(choice.$ref))));
  if (blocks.length === real.length)
    return nullable(drawBlocks(blocks as readonly Schema[], beside, place), isNullable);
  const constants = real.flatMap(constantsIn);
  if (constants.length >= real.length && real.every((choice) => constantsIn(choice).length > 0))
    return drawEnum(constants, beside);
  const drawn = real.map((choice) => draw(choice, { ...place, isChoice: true }));
  if (drawn.every(isJson)) return asJson(beside);
  return { ...annotations(beside), ...present({ discriminator: beside.discriminator }), anyOf: drawn.map(named) };
}

/** A definition of a block bears the slug of its type, in the schemas of both languages. */
function isBlock(definition: unknown): definition is Schema & { readonly block_type_slug: string } {
  return isObject(definition) && typeof definition.block_type_slug === "string";
}

/** The choice of a saved block of one of the types (`x-blocks`), whose value refers to it; or its values, where they may be filled in. */
function drawBlocks(choices: readonly Schema[], beside: Schema, place: Place): DrawnSchema {
  const targets = choices.map(({ $ref }) => ({ reference: String($ref), target: pointedAt(place.root, String($ref)) }));
  const saved = {
    type: "object",
    required: ["$ref"],
    properties: { $ref: { type: "object", required: ["block_document_id"] } },
    "x-blocks": [...new Set(targets.flatMap(({ target }) => (isBlock(target) ? [target.block_type_slug] : [])))],
  };
  const filledIn = targets.flatMap(({ reference, target }) => {
    if (place.fillsInBlocks !== true || place.references.includes(reference) || !isBlock(target)) return [];
    const drawn = drawObject(target, { ...place, references: [...place.references, reference], isChoice: false });
    if (isJson(drawn)) return [];
    return [
      { ...drawn, title: targets.length === 1 ? "Filled in here" : `${target.title ?? reference}, filled in here` },
    ];
  });
  if (filledIn.length === 0) return { ...annotations(beside), ...saved };
  return { ...annotations(beside), anyOf: [{ ...saved, title: savedBlock }, ...filledIn] };
}

/** The choice of a saved block, beside that of values that are filled in. */
export const savedBlock = "A saved block";

export function isBlockChoice(schema: DrawnSchema): boolean {
  return schema["x-blocks"] !== undefined;
}

function drawTypes(types: readonly unknown[], given: Schema, place: Place): DrawnSchema {
  const { type: _, title, description, default: fallback, ...rest } = given;
  const choices = types.map((type) => ({ ...rest, type }));
  return drawChoice(choices, present({ title, description, default: fallback }), place);
}

function drawEnum(values: readonly unknown[], given: Schema): DrawnSchema {
  const real = values.filter((value) => value !== null);
  return { ...annotations(given), enum: real.map(toFormData), "x-nullable": real.length < values.length };
}

function drawConstant(given: Schema, { isChoice = false }: Place): DrawnSchema {
  return isChoice ? { ...annotations(given), const: toFormData(given.const) } : drawEnum([given.const], given);
}

function drawType(given: Schema, place: Place): DrawnSchema {
  switch (typeOf(given)) {
    case "boolean":
      return { ...annotations(given), type: "boolean" };
    case "integer":
    case "number":
      return { ...annotations(given), type: given.type, ...bounds(given) };
    case "string":
      return drawText(given);
    case "array":
      return drawList(given, place);
    case "object":
      return drawObject(given, place);
    default:
      return asJson(given);
  }
}

function typeOf({ type, properties, items, prefixItems }: Schema): unknown {
  if (type !== undefined) return type;
  if (isObject(properties)) return "object";
  return items === undefined && prefixItems === undefined ? undefined : "array";
}

function drawText(given: Schema): DrawnSchema {
  const { minLength, maxLength, default: fallback } = given;
  const isLong = isNumber(maxLength) && Number(maxLength) > 300;
  const isLines = isLong || given.format === "textarea" || (typeof fallback === "string" && fallback.includes("\n"));
  const format = drawnFormats.includes(given.format)
    ? given.format
    : isSecret(given)
      ? "password"
      : isLines
        ? "textarea"
        : undefined;
  return { ...annotations(given), type: "string", ...numbers({ minLength, maxLength }), ...present({ format }) };
}

const drawnFormats: readonly unknown[] = ["date", "date-time", "time", "duration"];

function isSecret({ format, writeOnly }: Schema): boolean {
  return format === "password" || writeOnly === true;
}

function drawList(given: Schema, place: Place): DrawnSchema {
  const { minItems, maxItems, uniqueItems } = given;
  const fixed = Array.isArray(given.prefixItems) ? given.prefixItems : given.items;
  const limits = { ...numbers({ minItems, maxItems }), ...present({ uniqueItems }) };
  if (Array.isArray(fixed)) {
    const items = fixed.map((item) => draw(item, place));
    return items.some(isJson) ? asJson(given) : { ...annotations(given), type: "array", items, additionalItems: false };
  }
  const items = draw(fixed, place);
  return isJson(items) ? asJson(given) : { ...annotations(given), type: "array", items, ...limits };
}

/** An object with arbitrary properties has nothing to draw. */
function drawObject(given: Schema, place: Place): DrawnSchema {
  const properties = isObject(given.properties) ? Object.entries(given.properties) : [];
  if (properties.length === 0) return asJson(given);
  const required = Array.isArray(given.required) ? given.required : [];
  const drawn = properties.map(([name, property]) => ({
    name,
    schema: draw(property, place),
    at: isObject(property) && typeof property.position === "number" ? property.position : 0,
    isRequired: required.includes(name) && !(isObject(property) && property.default !== undefined),
  }));
  return {
    ...annotations(given),
    type: "object",
    properties: Object.fromEntries(drawn.toSorted((a, b) => a.at - b.at).map(({ name, schema }) => [name, schema])),
    required: drawn.filter(({ isRequired }) => isRequired).map(({ name }) => name),
  };
}

/** The description of a value for people. A default of null, or one that masks a secret, is not sent. */
function annotations(given: Schema): Schema {
  const { title, description, default: fallback, "x-name": name } = given;
  return {
    ...(typeof title === "string" ? { title } : {}),
    ...(typeof description === "string" ? { description } : {}),
    ...(fallback === null || fallback === undefined || isMask(fallback, isSecret(given))
      ? {}
      : { default: toFormData(fallback) }),
    ...present({ "x-name": name }),
  };
}

/** Whether it is asterisks in place of a secret: pydantic writes ten, this project eight. A few may be a pattern of files. */
export function isMask(value: unknown, ofSecret: boolean): boolean {
  return typeof value === "string" && (ofSecret ? /^\*+$/ : /^\*{8,}$/).test(value);
}

function asJson(given: Schema): DrawnSchema {
  return { ...annotations(given), "x-json": true };
}

function nullable(drawn: DrawnSchema, isNullable: boolean): DrawnSchema {
  return isNullable ? { ...drawn, "x-nullable": true } : drawn;
}

const namesOfTypes: Readonly<Record<string, string>> = {
  string: "Text",
  integer: "Whole number",
  number: "Number",
  boolean: "Yes or no",
  array: "List",
  object: "Object",
};

/** A choice between schemas shows their titles, the names of their references, or their types. */
function named(schema: DrawnSchema): DrawnSchema {
  const name = schema["x-name"] ?? (isJson(schema) ? "JSON" : schema.enum === undefined ? undefined : "Choice");
  return { title: name ?? namesOfTypes[String(schema.type)] ?? "Choice", ...schema };
}

function constantsIn(choice: unknown): readonly unknown[] {
  if (!isObject(choice)) return [];
  return Array.isArray(choice.enum) ? choice.enum : choice.const === undefined ? [] : [choice.const];
}

function bounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf }: Schema): Schema {
  // Some libraries bound every integer by the range of JavaScript's numbers, which users need not see.
  const told = (value: unknown) =>
    isNumber(value) && Math.abs(Number(value)) < Number.MAX_SAFE_INTEGER ? value : null;
  return numbers({
    minimum: told(minimum),
    maximum: told(maximum),
    exclusiveMinimum: told(exclusiveMinimum),
    exclusiveMaximum: told(exclusiveMaximum),
    multipleOf,
  });
}

function numbers(schema: Schema): Schema {
  const entries = Object.entries(schema).filter(([, value]) => isNumber(value));
  return Object.fromEntries(entries.map(([key, value]) => [key, Number(value)]));
}

function present(schema: Schema): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined));
}

function merged(schema: unknown, beside: Schema): unknown {
  return isObject(schema) ? { ...schema, ...beside } : schema;
}

function pointedAt(root: Schema, pointer: string): unknown {
  let found: unknown = root;
  for (const part of pointer.replace(/^#\/?/, "").split("/")) {
    if (part === "") continue;
    const name = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    found = isObject(found) ? found[name] : undefined;
  }
  return found;
}
