import { ExactNumber } from "@ostinato/core";
import type { Day, DayTime, Moment, Span } from "./moments.ts";

/**
 * The values of a template are those of Python: `null` is None, a bigint is an int, a number is a float, an array is a list and a Map is a
 * dict. No object of JavaScript is ever among them, so that a template reaches nothing but what it is given.
 */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Value[]
  | Tuple
  | Dict
  | Range
  | Undefined
  | Moment
  | Day
  | DayTime
  | Span
  | Callable
  | Fields
  | Lazy
  | View
  | Safe;

export type Dict = Map<Value, Value>;

export class Tuple {
  readonly items: readonly Value[];
  /** Names of the items, where they have some. */
  readonly names: readonly string[];

  constructor(items: readonly Value[], names: readonly string[] = []) {
    this.items = items;
    this.names = names;
  }
}

export class Range {
  readonly start: bigint;
  readonly stop: bigint;
  readonly step: bigint;

  constructor(start: bigint, stop: bigint, step: bigint) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }

  get length(): bigint {
    const { start, stop, step } = this;
    const distance = step > 0n ? stop - start : start - stop;
    const size = step > 0n ? step : -step;
    return distance <= 0n ? 0n : (distance + size - 1n) / size;
  }

  get items(): readonly bigint[] {
    return Array.from({ length: Number(this.length) }, (_, index) => this.start + BigInt(index) * this.step);
  }
}

/** What a name or field stands for that is not there: the empty string, the empty list, false; and so are its own fields. */
export class Undefined {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

export interface Arguments {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
}

/** A macro, a method, or a function. */
export class Callable {
  readonly name: string;
  readonly call: (given: Arguments) => Value;

  constructor(name: string, call: (given: Arguments) => Value) {
    this.name = name;
    this.call = call;
  }
}

/** What has fields and nothing else: a loop, a namespace. */
export class Fields {
  readonly name: string;
  readonly fields: Map<string, Value>;

  constructor(name: string, fields: Map<string, Value>) {
    this.name = name;
    this.fields = fields;
  }
}

/** Items that Python makes only when they are asked for: it is true, has no length, and gives each of them once. */
export class Lazy {
  readonly name: string;
  readonly #make: () => readonly Value[];
  #left: readonly Value[] | undefined;

  constructor(name: string, make: () => readonly Value[]) {
    this.name = name;
    this.#make = make;
  }

  /** The first items that are left, or all that are left; they are gone then. */
  take(count?: number): readonly Value[] {
    const left = this.#left ?? this.#make();
    const taken = left.slice(0, count);
    this.#left = left.slice(taken.length);
    return taken;
  }
}

/** The keys, values or items of a dict: items with a length, which cannot be asked for by number. */
export class View {
  readonly name: "dict_keys" | "dict_values" | "dict_items";
  readonly items: readonly Value[];

  constructor(name: View["name"], items: readonly Value[]) {
    this.name = name;
    this.items = items;
  }
}

/** A text that is markup, and is not escaped again. */
export class Safe {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** The text of what is markup, and any other value as it is. */
export function plain(value: Value): Exclude<Value, Safe> {
  return value instanceof Safe ? value.text : value;
}

/** A value of JSON, or of `parseJson`, in which `1.0` is a float and a long number keeps its digits. */
export function valueFrom(given: unknown): Value {
  if (given === undefined) return null;
  if (given instanceof ExactNumber) return given.isInteger ? BigInt(given.text) : Number(given);
  if (typeof given === "number") return Number.isSafeInteger(given) ? BigInt(given) : given;
  if (Array.isArray(given)) return given.map(valueFrom);
  if (!isRecord(given)) return given as Value;
  const dict: Dict = new Map(Object.entries(given).map(([key, part]) => [key, valueFrom(part)]));
  origins.set(dict, given);
  return dict;
}

const origins = new WeakMap<Dict, object>();

/** The object that a value was made of, for those who gave it; undefined for what the template made. */
export function originOf(value: Value): object | undefined {
  return value instanceof Map ? origins.get(value) : undefined;
}

function isRecord(given: unknown): given is Readonly<Record<string, unknown>> {
  return typeof given === "object" && given !== null && Object.getPrototypeOf(given) === Object.prototype;
}

export function isTrue(value: Value): boolean {
  if (value === null || value instanceof Undefined) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Map) return value.size > 0;
  if (value instanceof Tuple) return value.items.length > 0;
  if (value instanceof Range) return value.length > 0n;
  if (value instanceof View) return value.items.length > 0;
  if (value instanceof Safe) return value.text !== "";
  if (typeof value === "object") return !("microseconds" in value) || value.microseconds !== 0;
  return typeof value === "number" ? value !== 0 : Boolean(value);
}

/** The characters of a text as Python counts them. */
export function charactersOf(text: string): readonly string[] {
  return Array.from(text);
}

/** How many characters a text has in Python, where one beyond 16 bits counts once. */
export function lengthOf(text: string): number {
  let pairs = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0xd800 && code < 0xdc00 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00) pairs += 1;
  }
  return text.length - pairs;
}

export function typeName(value: Value): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "bigint") return "int";
  if (typeof value === "number") return "float";
  if (typeof value === "string") return "str";
  if (Array.isArray(value)) return "list";
  if (value instanceof Map) return "dict";
  if (value instanceof Tuple) return "tuple";
  if (value instanceof Range) return "range";
  if (value instanceof Undefined) return "undefined";
  if (value instanceof Callable) return "function";
  if (value instanceof Fields || value instanceof View) return value.name;
  if (value instanceof Lazy) return "generator";
  if (value instanceof Safe) return "Markup";
  return value.type;
}
