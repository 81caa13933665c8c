import type { Budget } from "./budget.ts";
import { TemplateRenderError } from "./errors.ts";
import { Day, DayTime, dateText, Moment, momentText, partsOf, spanParts, spanText, timeText } from "./moments.ts";
import { floatText } from "./number-text.ts";
import { Callable, type Dict, Fields, Lazy, Range, Safe, Tuple, Undefined, type Value, View } from "./values.ts";

const maxDepth = 100;

/** Python's `str(value)`. */
export function textOf(value: Value, budget: Budget): string {
  if (typeof value === "string") return value;
  if (value instanceof Undefined) return "";
  if (value instanceof Safe) return value.text;
  if (value instanceof Moment) return momentText(value);
  if (value instanceof Day) return dateText(value.moment);
  if (value instanceof DayTime) return timeText(value.moment);
  if (typeof value === "object" && value !== null && "microseconds" in value) return spanText(value);
  return representation(value, budget);
}

/** Python's `repr(value)`. */
export function representation(value: Value, budget: Budget, depth = 0): string {
  if (depth > maxDepth) throw new TemplateRenderError(`a value nests deeper than ${maxDepth} levels`);
  budget.step();
  const text = simpleText(value);
  if (text !== undefined) {
    budget.make(text.length);
    return text;
  }
  const inner = (part: Value) => representation(part, budget, depth + 1);
  if (Array.isArray(value)) return `[${value.map(inner).join(", ")}]`;
  if (value instanceof Tuple) return tupleText(value, inner);
  if (value instanceof View) return `${value.name}([${value.items.map(inner).join(", ")}])`;
  return `{${[...(value as Dict)].map(([key, part]) => `${inner(key)}: ${inner(part)}`).join(", ")}}`;
}

function tupleText({ items }: Tuple, inner: (part: Value) => string): string {
  return `(${items.map(inner).join(", ")}${items.length === 1 ? "," : ""})`;
}

function simpleText(value: Value): string | undefined {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "bigint") return integerText(value);
  if (typeof value === "number") return floatText(value);
  if (typeof value === "string") return quoted(value);
  if (value instanceof Undefined) return "Undefined";
  if (value instanceof Range) {
    return `range(${value.start}, ${value.stop}${value.step === 1n ? "" : `, ${value.step}`})`;
  }
  if (value instanceof Callable || value instanceof Fields) return `<${value.name}>`;
  if (value instanceof Lazy) return `<generator object ${value.name}>`;
  if (value instanceof Safe) return `Markup(${quoted(value.text)})`;
  if (value instanceof Moment) return `datetime.datetime(${momentArguments(value)}, tzinfo=datetime.timezone.utc)`;
  if (value instanceof Day) return `datetime.date(${momentArguments(value.moment).split(", ").slice(0, 3).join(", ")})`;
  if (value instanceof DayTime)
    return `datetime.time(${momentArguments(value.moment).split(", ").slice(3).join(", ")})`;
  return typeof value === "object" && "microseconds" in value
    ? `datetime.timedelta(${spanArguments(value)})`
    : undefined;
}

const maxDigits = 4300;

export function integerText(value: bigint): string {
  const text = String(value);
  if (text.length > maxDigits) throw new TemplateRenderError(`a number has more than ${maxDigits} digits`);
  return text;
}

function momentArguments(moment: Moment): string {
  const { year, month, day, hour, minute, second, microsecond } = partsOf(moment);
  const rest = microsecond !== 0 ? [second, microsecond] : second !== 0 ? [second] : [];
  return [year, month, day, hour, minute, ...rest].join(", ");
}

function spanArguments(span: Parameters<typeof spanParts>[0]): string {
  const named = Object.entries(spanParts(span)).filter(([, size]) => size !== 0);
  return named.length === 0 ? "0" : named.map(([name, size]) => `${name}=${size}`).join(", ");
}

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inner = text.replace(/[\\\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}|'/gu, (character) => {
    if (character === "'") return quote === "'" ? "\\'" : "'";
    return escapes[character] ?? codeEscape(character);
  });
  return `${quote}${inner}${quote}`;
}

function codeEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}
