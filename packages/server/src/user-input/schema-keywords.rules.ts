import { isNumber, pythonText } from "@ostinato/core";
import { isFormatted } from "./formats.rules.ts";
import { canonicalText, isJsonObject, isOfType, isSameJson, type JsonObject, listOf } from "./json-types.rules.ts";
import {
  broken,
  type Checking,
  errorsWithin,
  type Keyword,
  type Place,
  type SchemaError,
  UnresolvableReference,
} from "./schema-place.rules.ts";

/** What each keyword of JSON Schema says against a value. */
export const keywords: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ["$ref", ({ wanted, value, checking }) => checking.errorsOf(referred(checking.root, String(wanted)), value)],
  [
    "type",
    saying(
      ({ value, wanted }) => !isOfType(value, wanted),
      (value, wanted) => `${value} is not of type ${listOf(wanted).map(pythonText).join(", ")}`,
    ),
  ],
  [
    "enum",
    saying(
      ({ value, wanted }) => !listOf(wanted).some((each) => isSameJson(each, value)),
      (value, wanted) => `${value} is not one of ${pythonText(wanted)}`,
    ),
  ],
  [
    "const",
    saying(
      ({ value, wanted }) => !isSameJson(value, wanted),
      (_value, wanted) => `${pythonText(wanted)} was expected`,
    ),
  ],
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
    saying(
      ({ value, wanted, checking }) => typeof value === "string" && !checking.matches(String(wanted), value),
      (value, wanted) => `${value} does not match ${pythonText(wanted)}`,
    ),
  ],
  [
    "format",
    saying(
      ({ value, wanted, checking }) => checking.formats && typeof value === "string" && !isFormatted(value, wanted),
      (value, wanted) => `${value} is not a ${pythonText(wanted)}`,
    ),
  ],
  [
    "uniqueItems",
    saying(
      ({ value, wanted }) =>
        wanted === true && Array.isArray(value) && new Set(value.map(canonicalText)).size < value.length,
      (value) => `${value} has non-unique elements`,
    ),
  ],
  ["required", requiredErrors],
  ["dependentRequired", dependencyErrors],
  ["properties", propertyErrors],
  ["patternProperties", patternErrors],
  ["additionalProperties", additionalErrors],
  ["propertyNames", ({ wanted, value, checking }) => keysOf(value).flatMap((key) => checking.errorsOf(wanted, key))],
  [
    "dependentSchemas",
    ({ wanted, value, checking }) =>
      entriesOf(wanted).flatMap(([key, schema]) => (has(value, key) ? checking.errorsOf(schema, value) : [])),
  ],
  ["prefixItems", prefixErrors],
  ["items", itemErrors],
  ["contains", containsErrors],
  ["allOf", ({ wanted, value, checking }) => listOf(wanted).flatMap((schema) => checking.errorsOf(schema, value))],
  ["anyOf", (place) => alternativeErrors(place).errors],
  ["oneOf", oneOfErrors],
  [
    "not",
    (place) =>
      isValid(place.wanted, place.value, place.checking)
        ? broken(place, () => `${pythonText(place.value)} should not be valid under ${pythonText(place.wanted)}`)
        : [],
  ],
  [
    "if",
    ({ wanted, value, schema, checking }) =>
      checking.errorsOf(isValid(wanted, value, checking) ? schema.then : schema.else, value),
  ],
]);

/** A keyword with one statement on the value as a whole, in a sentence that begins with the value as Python writes it. */
function saying(isBroken: (place: Place) => boolean, sentence: (value: string, wanted: unknown) => string): Keyword {
  return (place) => (isBroken(place) ? broken(place, () => sentence(pythonText(place.value), place.wanted)) : []);
}

function ofNumbers(isBroken: (value: number, limit: number) => boolean, phrase: string): Keyword {
  return saying(
    ({ value, wanted }) => isNumber(value) && isBroken(Number(value), Number(wanted)),
    (value, wanted) => `${value} ${phrase} ${pythonText(wanted)}`,
  );
}

/** A keyword that bounds how much there is of something. */
function ofSizes(
  sizeOf: (value: unknown) => number | undefined,
  isBroken: (size: number, limit: number) => boolean,
  phrase: (limit: number) => string,
): Keyword {
  return saying(
    ({ value, wanted }) => {
      const size = sizeOf(value);
      return size !== undefined && isBroken(size, Number(wanted));
    },
    (value, wanted) => `${value} ${phrase(Number(wanted))}`,
  );
}

function isLess(value: number, limit: number): boolean {
  return value < limit;
}

function isMore(value: number, limit: number): boolean {
  return value > limit;
}

function characters(value: unknown): number | undefined {
  return typeof value === "string" ? Array.from(value).length : undefined;
}

function items(value: unknown): number | undefined {
  return Array.isArray(value) ? value.length : undefined;
}

function properties(value: unknown): number | undefined {
  return isJsonObject(value) ? Object.keys(value).length : undefined;
}

function tooFew(phrase: string): (limit: number) => string {
  return (limit) => (limit === 1 ? "should be non-empty" : phrase);
}

function tooMany(phrase: string): (limit: number) => string {
  return (limit) => (limit === 0 ? "is expected to be empty" : phrase);
}

function isValid(schema: unknown, value: unknown, { errorsOf }: Checking): boolean {
  return errorsOf(schema, value).length === 0;
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
  return missing.flatMap((key) => broken(place, () => `${pythonText(key)} is a required property`));
}

function dependencyErrors(place: Place): readonly SchemaError[] {
  const { wanted, value } = place;
  return entriesOf(wanted).flatMap(([key, others]) =>
    listOf(has(value, key) ? others : [])
      .filter((other) => !has(value, String(other)))
      .flatMap((other) => broken(place, () => `${pythonText(other)} is a dependency of ${pythonText(key)}`)),
  );
}

function propertyErrors({ wanted, value, checking }: Place): readonly SchemaError[] {
  return entriesOf(wanted).flatMap(([key, schema]) =>
    has(value, key) ? errorsWithin(checking, { part: key, schema, value: value[key] }) : [],
  );
}

function patternErrors({ wanted, value, checking }: Place): readonly SchemaError[] {
  return entriesOf(wanted).flatMap(([pattern, schema]) =>
    entriesOf(value).flatMap(([key, part]) =>
      checking.matches(pattern, key) ? errorsWithin(checking, { part: key, schema, value: part }) : [],
    ),
  );
}

function additionalErrors(place: Place): readonly SchemaError[] {
  const { wanted, value, schema, checking } = place;
  const patterns = keysOf(schema.patternProperties);
  const isKnown = (key: string) =>
    has(schema.properties, key) || patterns.some((pattern) => checking.matches(pattern, key));
  const others = entriesOf(value).filter(([key]) => !isKnown(key));
  if (wanted !== false)
    return others.flatMap(([key, part]) => errorsWithin(checking, { part: key, schema: wanted, value: part }));
  if (others.length === 0) return [];
  const names = others.map(([key]) => key).sort();
  if (patterns.length === 0) {
    return broken(place, () => `Additional properties are not allowed (${unexpected(names)})`);
  }
  const verb = names.length === 1 ? "does" : "do";
  const known = patterns.toSorted().map(pythonText).join(", ");
  return broken(place, () => `${names.map(pythonText).join(", ")} ${verb} not match any of the regexes: ${known}`);
}

function unexpected(names: readonly string[]): string {
  return `${names.map(pythonText).join(", ")} ${names.length === 1 ? "was" : "were"} unexpected`;
}

function prefixErrors({ wanted, value, checking }: Place): readonly SchemaError[] {
  if (!Array.isArray(value)) return [];
  return listOf(wanted).flatMap((schema, at) =>
    at < value.length ? errorsWithin(checking, { part: at, schema, value: value[at] }) : [],
  );
}

function itemErrors(place: Place): readonly SchemaError[] {
  const { wanted, value, schema, checking } = place;
  if (!Array.isArray(value)) return [];
  const known = Array.isArray(schema.prefixItems) ? schema.prefixItems.length : 0;
  const extra = value.slice(known);
  if (wanted !== false)
    return extra.flatMap((item, at) => errorsWithin(checking, { part: known + at, schema: wanted, value: item }));
  if (extra.length === 0) return [];
  const rest = extra.length === 1 ? extra[0] : extra;
  const noun = known === 1 ? "item" : "items";
  return broken(place, () => `Expected at most ${known} ${noun} but found ${extra.length} extra: ${pythonText(rest)}`);
}

function containsErrors(place: Place): readonly SchemaError[] {
  const { wanted, value, schema, checking } = place;
  if (!Array.isArray(value)) return [];
  const { minContains = 1, maxContains = value.length } = schema;
  const found = value.filter((item) => isValid(wanted, item, checking)).length;
  if (found > Number(maxContains)) {
    return broken(place, () => `Too many items match the given schema (expected at most ${pythonText(maxContains)})`);
  }
  if (found >= Number(minContains)) return [];
  if (found === 0) return broken(place, () => `${pythonText(value)} does not contain items matching the given schema`);
  const least = pythonText(minContains);
  return broken(
    place,
    () => `Too few items match the given schema (expected at least ${least} but only ${found} matched)`,
  );
}

/** The errors of all alternatives if none holds; else the place of the first that does. */
function alternativeErrors(place: Place): { readonly errors: readonly SchemaError[]; readonly valid?: number } {
  const context: SchemaError[] = [];
  for (const [at, schema] of listOf(place.wanted).entries()) {
    const errors = place.checking.errorsOf(schema, place.value);
    if (errors.length === 0) return { errors: [], valid: at };
    context.push(...errors);
  }
  return {
    errors: broken(place, () => `${pythonText(place.value)} is not valid under any of the given schemas`, context),
  };
}

function oneOfErrors(place: Place): readonly SchemaError[] {
  const { errors, valid } = alternativeErrors(place);
  if (valid === undefined) return errors;
  const alternatives = listOf(place.wanted);
  const others = alternatives.slice(valid + 1).filter((schema) => isValid(schema, place.value, place.checking));
  if (others.length === 0) return [];
  const schemas = [...others, alternatives[valid]];
  return broken(place, () => `${pythonText(place.value)} is valid under each of ${schemas.map(pythonText).join(", ")}`);
}
