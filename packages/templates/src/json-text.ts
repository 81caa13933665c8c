import type { Budget } from "./budget.ts";
import { TemplateRenderError } from "./errors.ts";
import { Moment, momentText } from "./moments.ts";
import { floatText } from "./number-text.ts";
import { integerText } from "./text-of.ts";
import { Safe, Tuple, typeName, type Value } from "./values.ts";

const maxDepth = 100;

/** JSON as Prefect's templates write it: keys in order, and ASCII alone. */
export function jsonOf(value: Value, indent: number | undefined, budget: Budget): string {
  const margin = indent === undefined ? undefined : " ".repeat(Math.min(Math.max(indent, 0), 16));
  return written(value, { margin, budget, depth: 0 });
}

interface Writing {
  readonly margin: string | undefined;
  readonly budget: Budget;
  readonly depth: number;
}

function written(value: Value, writing: Writing): string {
  const { budget, depth } = writing;
  if (depth > maxDepth) throw new TemplateRenderError(`a value nests deeper than ${maxDepth} levels`);
  budget.step();
  const inner = { ...writing, depth: depth + 1 };
  if (value instanceof Map) {
    const parts = [...value]
      .map(([key, part]) => [keyText(key), part] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
    return enclosed(
      "{",
      parts.map(([key, part]) => `${asciiText(key)}: ${written(part, inner)}`),
      "}",
      writing,
    );
  }
  const items = Array.isArray(value) ? value : value instanceof Tuple ? value.items : undefined;
  if (items !== undefined)
    return enclosed(
      "[",
      items.map((part) => written(part, inner)),
      "]",
      writing,
    );
  const text = simpleText(value);
  budget.make(text.length);
  return text;
}

function enclosed(begin: string, parts: readonly string[], end: string, { margin, depth, budget }: Writing): string {
  if (margin === undefined || parts.length === 0) return begin + parts.join(", ") + end;
  const outer = `\n${margin.repeat(depth)}`;
  budget.make((parts.length + 1) * (outer.length + margin.length));
  return begin + parts.map((part) => outer + margin + part).join(",") + outer + end;
}

function keyText(key: Value): string {
  return typeof key === "string" ? key : simpleText(key);
}

function simpleText(value: Value): string {
  if (value === null) return "null";
  if (typeof value === "boolean") return String(value);
  if (typeof value === "bigint") return integerText(value);
  if (typeof value === "number")
    return Number.isFinite(value)
      ? floatText(value)
      : ({ inf: "Infinity", "-inf": "-Infinity" }[floatText(value)] ?? "NaN");
  if (typeof value === "string") return asciiText(value);
  if (value instanceof Safe) return asciiText(value.text);
  if (value instanceof Moment) return asciiText(momentText(value, "T").replace("+00:00", "Z"));
  throw new TemplateRenderError(`${typeName(value)} can't be written as JSON`);
}

function asciiText(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
