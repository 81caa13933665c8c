import { formatTimestamp, type Timestamp, timeOrderedId } from "@ostinato/core";
import type { TSchema } from "@ostinato/protocol";
import fc from "fast-check";
import { type Oracle, searches, valueAt } from "./oracle.ts";

/** A place in a filter where a value is asked for. */
export interface Leaf {
  readonly path: readonly string[];
  /** Values that a client may ask for, made of those that the rows have. */
  readonly samples: readonly unknown[];
}

/** Every leaf of the filter's schema, found in the schema itself: a new one is there without being named here. */
export function leavesOf<R>(filter: TSchema, oracle: Oracle<R>, rows: readonly R[]): readonly Leaf[] {
  return leafPaths(filter).map((path) => ({ path, samples: samplesFor(path, rows.map(valueAt(oracle, path))) }));
}

/** A filter that asks for nothing but this. */
export function filterWith(path: readonly string[], value: unknown): object {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object;
}

/**
 * Filters of that shape: of few parts at a time, since many together select nothing, each with its leaves asked for, null or
 * left out, and joined in either way.
 */
export function filtersOf({
  filter,
  leaves,
}: {
  readonly filter: TSchema;
  readonly leaves: readonly Leaf[];
}): fc.Arbitrary<object> {
  const parts = Object.entries(propertiesOf(filter)).filter(([key]) => key !== "operator");
  return fc
    .subarray(parts, { maxLength: Math.min(3, parts.length) })
    .chain((some) => groupOf(some, filter, leaves, []))
    .map(withoutUndefined);
}

function groupOf(
  parts: readonly (readonly [string, TSchema])[],
  schema: TSchema,
  leaves: readonly Leaf[],
  path: readonly string[],
): fc.Arbitrary<object> {
  const entries = parts.map(([key, part]): [string, fc.Arbitrary<unknown>] => {
    const place = [...path, key];
    const asked = isGroup(part)
      ? groupOf(Object.entries(propertiesOf(part)), part, leaves, place)
      : leafOf(leaves, place);
    const isRequired = requiredIn(schema).includes(key);
    return [key, isRequired ? asked : fc.oneof({ weight: 5, arbitrary: asked }, fc.constantFrom(null, undefined))];
  });
  return fc.record(Object.fromEntries(entries));
}

function leafOf(leaves: readonly Leaf[], path: readonly string[]): fc.Arbitrary<unknown> {
  if (path.at(-1) === "operator") return fc.constantFrom("and_", "or_", undefined);
  const leaf = leaves.find((each) => each.path.join(".") === path.join("."));
  return fc.constantFrom(...(leaf?.samples ?? []));
}

function withoutUndefined(filter: object): object {
  return JSON.parse(JSON.stringify(filter)) as object;
}

/** The path of each leaf of a filter. */
export function leafPaths(schema: TSchema, path: readonly string[] = []): readonly (readonly string[])[] {
  return Object.entries(propertiesOf(schema)).flatMap(([key, part]) => {
    if (key === "operator") return [];
    return isGroup(part) ? leafPaths(part, [...path, key]) : [[...path, key]];
  });
}

interface Shape {
  readonly anyOf?: readonly TSchema[];
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly required?: readonly string[];
}

/** The schema of what is there, where it may be null; and of one, where it may be one or a list. */
function given(schema: TSchema): TSchema & Shape {
  const { anyOf } = schema as Shape;
  const inner = anyOf?.find((each) => (each as { type?: string }).type !== "null");
  return inner === undefined ? (schema as TSchema & Shape) : given(inner);
}

function propertiesOf(schema: TSchema): Readonly<Record<string, TSchema>> {
  return given(schema).properties ?? {};
}

function requiredIn(schema: TSchema): readonly string[] {
  return given(schema).required ?? [];
}

function isGroup(schema: TSchema): boolean {
  return given(schema).properties !== undefined;
}

/** Both what rows have and what none has, the bounds themselves and what is beside them. */
function samplesFor(path: readonly string[], values: readonly unknown[]): readonly unknown[] {
  const operator = path.at(-1) ?? "";
  const found = [...new Set(values.flat())].filter((value) => value !== null && value !== undefined);
  const texts = found.filter((value) => typeof value === "string").sort();
  const numbers = found.filter((value) => typeof value === "number").sort((one, other) => one - other);
  switch (operator) {
    case "before_":
    case "after_":
      return momentsAround(numbers);
    case "ge_":
    case "le_":
      return numbers.flatMap((number) => [number - 1, number]).concat((numbers.at(-1) ?? 0) + 1);
    case "is_null_":
    case "exists_":
    case "eq_":
      return [true, false];
    case "like_":
      return ["", ...parts(texts), ...texts.slice(0, 3).map((text) => text.toUpperCase()), "no such text"];
    case "startswith_":
      return [[], ["no such"], ...texts.map((text) => [Array.from(text).slice(0, 2).join("")]), texts.slice(0, 2)];
    case "all_":
      return [[], ...lists(texts), texts.slice(0, 2), texts.slice(-2)];
    case "query":
      return Object.keys(searches);
    default:
      return [[], ...lists(texts), texts.slice(0, 3), texts.slice(2, 5), ...unknownTo(texts), ...inUpperCase(texts)];
  }
}

/** As text, and one as a number of seconds. */
function momentsAround(micros: readonly number[]): readonly (string | number)[] {
  const some = micros.filter((_, index) => index % Math.ceil(micros.length / 6) === 0);
  const around = some.flatMap((at) => [at - 1, at, at + 1]).map((at) => formatTimestamp(at as Timestamp));
  return [...around, ...some.slice(1, 2).map((at) => at / 1_000_000)];
}

function lists(texts: readonly string[]): readonly (readonly string[])[] {
  return texts.slice(0, 8).map((text) => [text]);
}

/** From within the texts: characters that mean something in a pattern are among them. */
function parts(texts: readonly string[]): readonly string[] {
  const special = ["%", "_", "\\"].filter((each) => texts.some((text) => text.includes(each)));
  return [...special, ...texts.slice(0, 6).map((text) => text.slice(1, 6)), ...texts.slice(0, 2)];
}

function unknownTo(texts: readonly string[]): readonly (readonly string[])[] {
  const [first] = texts;
  if (first === undefined || first === first.toUpperCase()) return [];
  return isId(first) ? [[timeOrderedId(0 as Timestamp)], [first, timeOrderedId(0 as Timestamp)]] : [["no such value"]];
}

function inUpperCase(texts: readonly string[]): readonly (readonly string[])[] {
  return texts
    .filter(isId)
    .slice(0, 2)
    .map((id) => [id.toUpperCase()]);
}

function isId(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-/.test(text);
}
