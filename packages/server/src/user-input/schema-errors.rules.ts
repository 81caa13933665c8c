import { isNumber } from "@ostinato/core";
import { canonicalText, isJsonObject, isOfType, isSameJson, type JsonObject, listOf } from "./json-types.rules.ts";
import { pythonText } from "./python-text.rules.ts";

/** A violation of one keyword of a schema. */
export interface SchemaError {
  /** Null where the schema is `false`. */
  readonly keyword: string | null;
  /** The path from the validated value; within `context`, from the value of the enclosing error. */
  readonly path: readonly (string | number)[];
  readonly value: unknown;
  readonly schema: unknown;
  /** The sentence of Python's `jsonschema`. */
  readonly message: string;
  /** The violations of each alternative of `anyOf` and `oneOf`. */
  readonly context: readonly SchemaError[];
}

/** A `$ref` that leads nowhere. The message is that of Python's `referencing`. */
export class UnresolvableReference extends Error {}

/**
 * The violations of a schema (JSON Schema, draft 2020-12), in the order and in the words of Python's `jsonschema`. Skips
 * `$dynamicRef`, `unevaluatedItems` and `unevaluatedProperties`: validity is decided elsewhere.
 */
export function schemaErrors(schema: unknown, value: unknown, root: unknown = schema): readonly SchemaError[] {
  if (schema === false) {
    return [{ ...nowhere, keyword: null, value, schema, message: `False schema does not allow ${pythonText(value)}` }];
  }
  if (!isJsonObject(schema)) return [];
  return Object.entries(schema).flatMap(([keyword, wanted]) => {
    const place = { keyword, wanted, value, schema, root };
    return keywords.get(keyword)?.(place) ?? [];
  });
}

const nowhere = { path: [], context: [] } as const;

interface Place {
  readonly keyword: string;
  readonly wanted: unknown;
  readonly value: unknown;
  readonly schema: JsonObject;
  readonly root: unknown;
}

type Keyword = (place: Place) => readonly SchemaError[];

function broken({ keyword, value, schema }: Place, message: string, context: readonly SchemaError[] = []) {
  return [{ path: [], keyword, value, schema, message, context }];
}

/** The errors of a part of the value. */
function within(part: string | number, errors: readonly SchemaError[]): readonly SchemaError[] {
  return errors.map((error) => ({ ...error, path: [part, ...error.path] }));
}

/** A keyword with one statement on the value as a whole: returns its sentence, or undefined if it holds. */
function saying(say: (value: unknown, wanted: unknown, schema: JsonObject) => string | undefined): Keyword {
  return (place) => {
    const message = say(place.value, place.wanted, place.schema);
    return message === undefined ? [] : broken(place, message);
  };
}

function ofNumbers(isBroken: (value: number, limit: number) => boolean, phrase: string): Keyword {
  return saying((value, wanted) =>
    isNumber(value) && isBroken(Number(value), Number(wanted))
      ? `${pythonText(value)} ${phrase} ${pythonText(wanted)}`
      : undefined,
  );
}

/** A keyword that bounds how much there is of something. */
function ofSizes(
  size: (value: unknown) => number | undefined,
  isBroken: (size: number, limit: number) => boolean,
  phrase: (limit: number) => string,
): Keyword {
  return saying((value, wanted) => {
    const measured = size(value);
    const limit = Number(wanted);
    return measured !== undefined && isBroken(measured, limit) ? `${pythonText(value)} ${phrase(limit)}` : undefined;
  });
}

const isLess = (value: number, limit: number) => value < limit;
const isMore = (value: number, limit: number) => value > limit;
const characters = (value: unknown) => (typeof value === "string" ? Array.from(value).length : undefined);
const items = (value: unknown) => (Array.isArray(value) ? value.length : undefined);
const properties = (value: unknown) => (isJsonObject(value) ? Object.keys(value).length : undefined);
const tooFew = (phrase: string) => (limit: number) => (limit === 1 ? "should be non-empty" : phrase);
const tooMany = (phrase: string) => (limit: number) => (limit === 0 ? "is expected to be empty" : phrase);

const keywords: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ["$ref", ({ wanted, value, root }) => schemaErrors(referred(root, String(wanted)), value, root)],
  [
    "type",
    saying((value, wanted) =>
      isOfType(value, wanted)
        ? undefined
        : `${pythonText(value)} is not of type ${listOf(wanted).map(pythonText).join(", ")}`,
    ),
  ],
  [
    "enum",
    saying((value, wanted) =>
      listOf(wanted).some((each) => isSameJson(each, value))
        ? undefined
        : `${pythonText(value)} is not one of ${pythonText(wanted)}`,
    ),
  ],
  ["const", saying((value, wanted) => (isSameJson(value, wanted) ? undefined : `${pythonText(wanted)} was expected`))],
  ["minimum", ofNumbers(isLess, "is less than the minimum of")],
  ["maximum", ofNumbers(isMore, "is greater than the maximum of")],
  ["exclusiveMinimum", ofNumbers((value, limit) => value <= limit, "is less than or equal to the minimum of")],
  ["exclusiveMaximum", ofNumbers((value, limit) => value >= limit, "is greater than or equal to the maximum of")],
  ["multipleOf", ofNumbers((value, step) => !Number.isInteger(value / step), "is not a multiple of")],
  ["minLength", ofSizes(characters, isLess, tooFew("is too short"))],
  ["maxLength", ofSizes(characters, isMore, tooMany("is too long"))],
  ["minItems", ofSizes(items, isLess, tooFew("is too short"))],
  ["maxItems", ofSizes(items, isMore, tooMany("is too long"))],
  ["minProperties", ofSizes(properties, isLess, tooFew("does not have enough properties"))],
  ["maxProperties", ofSizes(properties, isMore, tooMany("has too many properties"))],
  [
    "pattern",
    saying((value, wanted) =>
      typeof value === "string" && !matches(String(wanted), value)
        ? `${pythonText(value)} does not match ${pythonText(wanted)}`
        : undefined,
    ),
  ],
  [
    "uniqueItems",
    saying((value, wanted) => {
      const isBroken = wanted === true && Array.isArray(value) && new Set(value.map(canonicalText)).size < value.length;
      return isBroken ? `${pythonText(value)} has non-unique elements` : undefined;
    }),
  ],
  ["required", requiredErrors],
  ["dependentRequired", dependencyErrors],
  ["properties", propertyErrors],
  ["patternProperties", patternErrors],
  ["additionalProperties", additionalErrors],
  ["propertyNames", ({ wanted, value, root }) => keysOf(value).flatMap((key) => schemaErrors(wanted, key, root))],
  [
    "dependentSchemas",
    ({ wanted, value, root }) =>
      entriesOf(wanted).flatMap(([key, schema]) => (has(value, key) ? schemaErrors(schema, value, root) : [])),
  ],
  ["prefixItems", prefixErrors],
  ["items", itemErrors],
  ["contains", containsErrors],
  ["allOf", ({ wanted, value, root }) => listOf(wanted).flatMap((schema) => schemaErrors(schema, value, root))],
  ["anyOf", (place) => alternativeErrors(place).errors],
  ["oneOf", oneOfErrors],
  [
    "not",
    (place) =>
      isValid(place.wanted, place)
        ? broken(place, `${pythonText(place.value)} should not be valid under ${pythonText(place.wanted)}`)
        : [],
  ],
  [
    "if",
    (place) =>
      schemaErrors(isValid(place.wanted, place) ? place.schema.then : place.schema.else, place.value, place.root),
  ],
]);

function isValid(schema: unknown, { value, root }: Pick<Place, "value" | "root">): boolean {
  return schemaErrors(schema, value, root).length === 0;
}

/** References within the schema; those by names of schemas are not followed. */
function referred(root: unknown, reference: string): unknown {
  if (reference !== "#" && !reference.startsWith("#/")) return true;
  const pointer = decodeURIComponent(reference.slice(1));
  let found = root;
  for (const step of pointer.split("/").slice(1)) {
    const key = step.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) {
      throw new UnresolvableReference(
        `PointerToNowhere: ${pythonText(pointer)} does not exist within ${pythonText(root)}`,
      );
    }
    found = (found as JsonObject)[key];
  }
  return found;
}

function matches(pattern: string, text: string): boolean {
  return new RegExp(pattern, "u").test(text);
}

function keysOf(value: unknown): readonly string[] {
  return isJsonObject(value) ? Object.keys(value) : [];
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isJsonObject(value) ? Object.entries(value) : [];
}

function has(value: unknown, key: string): value is JsonObject {
  return isJsonObject(value) && Object.hasOwn(value, key);
}

function requiredErrors(place: Place): readonly SchemaError[] {
  const { wanted, value } = place;
  if (!isJsonObject(value)) return [];
  const missing = listOf(wanted).filter((key) => !has(value, String(key)));
  return missing.flatMap((key) => broken(place, `${pythonText(key)} is a required property`));
}

function dependencyErrors(place: Place): readonly SchemaError[] {
  const { wanted, value } = place;
  return entriesOf(wanted).flatMap(([key, others]) =>
    listOf(has(value, key) ? others : [])
      .filter((other) => !has(value, String(other)))
      .flatMap((other) => broken(place, `${pythonText(other)} is a dependency of ${pythonText(key)}`)),
  );
}

function propertyErrors({ wanted, value, root }: Place): readonly SchemaError[] {
  return entriesOf(wanted).flatMap(([key, schema]) =>
    has(value, key) ? within(key, schemaErrors(schema, value[key], root)) : [],
  );
}

function patternErrors({ wanted, value, root }: Place): readonly SchemaError[] {
  return entriesOf(wanted).flatMap(([pattern, schema]) =>
    entriesOf(value).flatMap(([key, part]) =>
      matches(pattern, key) ? within(key, schemaErrors(schema, part, root)) : [],
    ),
  );
}

function additionalErrors(place: Place): readonly SchemaError[] {
  const { wanted, value, schema, root } = place;
  const patterns = keysOf(schema.patternProperties);
  const isKnown = (key: string) => has(schema.properties, key) || patterns.some((pattern) => matches(pattern, key));
  const others = entriesOf(value).filter(([key]) => !isKnown(key));
  if (wanted !== false) return others.flatMap(([key, part]) => within(key, schemaErrors(wanted, part, root)));
  if (others.length === 0) return [];
  const names = others.map(([key]) => key).sort();
  if (patterns.length === 0) {
    return broken(place, `Additional properties are not allowed (${unexpected(names)})`);
  }
  const verb = names.length === 1 ? "does" : "do";
  const known = patterns.toSorted().map(pythonText).join(", ");
  return broken(place, `${names.map(pythonText).join(", ")} ${verb} not match any of the regexes: ${known}`);
}

function unexpected(names: readonly string[]): string {
  return `${names.map(pythonText).join(", ")} ${names.length === 1 ? "was" : "were"} unexpected`;
}

function prefixErrors({ wanted, value, root }: Place): readonly SchemaError[] {
  if (!Array.isArray(value)) return [];
  return listOf(wanted).flatMap((schema, at) =>
    at < value.length ? within(at, schemaErrors(schema, value[at], root)) : [],
  );
}

function itemErrors(place: Place): readonly SchemaError[] {
  const { wanted, value, schema, root } = place;
  if (!Array.isArray(value)) return [];
  const known = Array.isArray(schema.prefixItems) ? schema.prefixItems.length : 0;
  const extra = value.slice(known);
  if (wanted !== false) return extra.flatMap((item, at) => within(known + at, schemaErrors(wanted, item, root)));
  if (extra.length === 0) return [];
  const rest = pythonText(extra.length === 1 ? extra[0] : extra);
  const noun = known === 1 ? "item" : "items";
  return broken(place, `Expected at most ${known} ${noun} but found ${extra.length} extra: ${rest}`);
}

function containsErrors(place: Place): readonly SchemaError[] {
  const { wanted, value, schema, root } = place;
  if (!Array.isArray(value)) return [];
  const { minContains = 1, maxContains = value.length } = schema;
  const found = value.filter((item) => isValid(wanted, { value: item, root })).length;
  if (found > Number(maxContains)) {
    return broken(place, `Too many items match the given schema (expected at most ${pythonText(maxContains)})`);
  }
  if (found >= Number(minContains)) return [];
  if (found === 0) return broken(place, `${pythonText(value)} does not contain items matching the given schema`);
  const least = pythonText(minContains);
  return broken(place, `Too few items match the given schema (expected at least ${least} but only ${found} matched)`);
}

/** The errors of all alternatives if none holds; else the place of the first that does. */
function alternativeErrors(place: Place): { readonly errors: readonly SchemaError[]; readonly valid?: number } {
  const context: SchemaError[] = [];
  for (const [at, schema] of listOf(place.wanted).entries()) {
    const errors = schemaErrors(schema, place.value, place.root);
    if (errors.length === 0) return { errors: [], valid: at };
    context.push(...errors);
  }
  return { errors: broken(place, `${pythonText(place.value)} is not valid under any of the given schemas`, context) };
}

function oneOfErrors(place: Place): readonly SchemaError[] {
  const { errors, valid } = alternativeErrors(place);
  if (valid === undefined) return errors;
  const alternatives = listOf(place.wanted);
  const others = alternatives.slice(valid + 1).filter((schema) => isValid(schema, place));
  if (others.length === 0) return [];
  const schemas = [...others, alternatives[valid]].map(pythonText).join(", ");
  return broken(place, `${pythonText(place.value)} is valid under each of ${schemas}`);
}
