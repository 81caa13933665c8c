import { bind } from "./arguments.ts";
import { dictMethods, listMethods } from "./container-methods.ts";
import type { Environment } from "./environment.ts";
import { TemplateRenderError } from "./errors.ts";
import { formatBraces } from "./formatting.ts";
import type { Method } from "./methods.ts";
import { dayMethods, momentMethods, spanMethods, timeMethods } from "./moment-methods.ts";
import { Day, DayTime, Moment, partsOf, Span, spanParts } from "./moments.ts";
import { floatMethods, intMethods, numberParts } from "./number-methods.ts";
import { isNumeric, numeric } from "./operators.ts";
import { numberedOf } from "./sequences.ts";
import { textMethods } from "./text-methods.ts";
import { Callable, Fields, plain, Range, Tuple, typeName, Undefined, type Value } from "./values.ts";

/** `value.name`: a method or a field, else the item of that name. */
export function attribute(given: Value, name: string, environment: Environment): Value {
  const value = plain(given);
  const member = memberOf(value, name, environment);
  return member === undefined ? itemOr(value, name, undefined) : member;
}

/** `value[key]`: the item, else the field of that name. */
export function item(given: Value, key: Value, environment: Environment): Value {
  const value = plain(given);
  const member = typeof key === "string" ? memberOf(value, key, environment) : undefined;
  return itemOr(value, key, member);
}

function itemOr(value: Value, key: Value, otherwise: Value | undefined): Value {
  const found = itemOrUndefined(value, key);
  if (found !== undefined) return found;
  return otherwise === undefined ? missing(value, key) : otherwise;
}

/** By a path such as `state.name` or `0`, as filters take it. */
export function byPath(value: Value, path: Value, environment: Environment): Value {
  if (typeof path !== "string") return item(value, path, environment);
  return path.split(".").reduce<Value>((found, part) => {
    return item(found, /^\d+$/.test(part) ? BigInt(part) : part, environment);
  }, value);
}

function missing(value: Value, name: Value): Value {
  return new Undefined(value instanceof Undefined ? value.name : typeof name === "string" ? name : typeName(value));
}

function itemOrUndefined(value: Value, key: Value): Value | undefined {
  if (value instanceof Map) return value.get(plain(key));
  if (typeof key !== "bigint" && typeof key !== "boolean") return undefined;
  const items = value instanceof Undefined ? undefined : numberedOf(value);
  return items?.at(Number(key));
}

function memberOf(value: Value, name: string, environment: Environment): Value | undefined {
  const method = methodsOf(value).get(name);
  if (method !== undefined) return boundMethod(value, name, { method, environment });
  if (value instanceof Fields) return value.fields.get(name);
  if (value instanceof Tuple) return value.items[value.names.indexOf(name)];
  if (value instanceof Moment) return name === "tzinfo" ? "UTC" : numberOf(partsOf(value), name, momentFields);
  if (value instanceof Day) return numberOf(partsOf(value.moment), name, dayFields);
  if (value instanceof DayTime) return numberOf(partsOf(value.moment), name, timeFields);
  if (value instanceof Span) return numberOf(spanParts(value), name, spanFields);
  if (isNumeric(value)) return numberParts(numeric(value), name);
  if (value instanceof Range && (name === "start" || name === "stop" || name === "step")) return value[name];
  if (value instanceof Callable && name === "name") return value.name;
  return typeof value === "string" && name === "format" ? formatMethod(value, environment) : undefined;
}

const noMethods: ReadonlyMap<string, Method> = new Map();

function methodsOf(value: Value): ReadonlyMap<string, Method> {
  if (typeof value === "string") return textMethods;
  if (value instanceof Map) return dictMethods;
  if (Array.isArray(value) || value instanceof Tuple || value instanceof Range) return listMethods;
  if (value instanceof Moment) return momentMethods;
  if (value instanceof Day) return dayMethods;
  if (value instanceof DayTime) return timeMethods;
  if (typeof value === "number") return floatMethods;
  if (isNumeric(value)) return intMethods;
  return value instanceof Span ? spanMethods : noMethods;
}

interface Binding {
  readonly method: Method;
  readonly environment: Environment;
}

function boundMethod(value: Value, name: string, { method, environment }: Binding): Callable {
  return new Callable(name, (given) => method.call(value, bind(name, method.parameters, given), environment));
}

const dayFields = ["year", "month", "day"] as const;
const timeFields = ["hour", "minute", "second", "microsecond", "fold"] as const;
const momentFields = [...dayFields, ...timeFields] as const;
const spanFields = ["days", "seconds", "microseconds"] as const;

/** Fields of dates are ints; what is not one of them is not there. */
function numberOf<T extends string>(
  parts: Readonly<Record<T, number>>,
  name: string,
  fields: readonly T[],
): Value | undefined {
  const field = fields.find((each) => each === name);
  return field === undefined ? undefined : BigInt(parts[field]);
}

function formatMethod(text: string, environment: Environment): Callable {
  const { budget } = environment;
  const read = (start: Value, path: string): Value => {
    const parts = path.match(/\.[^.[]+|\[[^\]]+\]/g) ?? [];
    if (parts.join("") !== path) throw new TemplateRenderError(`"${path}" is not a path in a format`);
    return parts.reduce<Value>((found, part) => {
      if (part.startsWith(".")) return attribute(found, part.slice(1), environment);
      const key = part.slice(1, -1);
      return item(found, /^\d+$/.test(key) ? BigInt(key) : key, environment);
    }, start);
  };
  return new Callable("format", (given) => formatBraces(text, given, { budget, read }));
}
