import type { Budget } from "./budget.ts";
import { order } from "./operators.ts";
import { representation } from "./text-of.ts";
import { lengthOf, Tuple, type Value } from "./values.ts";

const width = 80;

/** A value as Python's `pprint` writes it: keys in order, and what is too long for a line on lines of its own. */
export function laidOutText(value: Value, budget: Budget): string {
  return laidOut(inOrderOfKeys(value, budget), { indent: 0, allowance: 0, level: 0, budget });
}

interface Layout {
  /** The column at which the value begins. */
  readonly indent: number;
  /** The characters that follow it on its last line. */
  readonly allowance: number;
  readonly level: number;
  readonly budget: Budget;
}

function inOrderOfKeys(value: Value, budget: Budget): Value {
  budget.step();
  if (Array.isArray(value)) return value.map((each) => inOrderOfKeys(each, budget));
  if (value instanceof Tuple) return new Tuple(value.items.map((each) => inOrderOfKeys(each, budget)));
  if (!(value instanceof Map)) return value;
  const entries = [...value].toSorted(([a], [b]) => (isComparable(a, b) ? order(a, b, budget) : 0));
  return new Map(entries.map(([key, part]) => [key, inOrderOfKeys(part, budget)]));
}

function isComparable(one: Value, other: Value): boolean {
  const isNumber = (value: Value) => typeof value === "bigint" || typeof value === "number";
  return (typeof one === "string" && typeof other === "string") || (isNumber(one) && isNumber(other));
}

function laidOut(value: Value, layout: Layout): string {
  const { indent, allowance, budget } = layout;
  const line = representation(value, budget);
  if (lengthOf(line) <= width - indent - allowance) return line;
  if (Array.isArray(value)) return enclosed("[", value, "]", layout);
  if (value instanceof Tuple) return enclosed("(", value.items, value.items.length === 1 ? ",)" : ")", layout);
  if (value instanceof Map && value.size > 0) return dictText(value, layout);
  return typeof value === "string" ? stringText(value, layout) : line;
}

function enclosed(begin: string, items: readonly Value[], end: string, layout: Layout): string {
  const inner = { ...layout, indent: layout.indent + 1, level: layout.level + 1 };
  const lines = items.map((item, index) => {
    const isLast = index === items.length - 1;
    return laidOut(item, { ...inner, allowance: isLast ? layout.allowance + end.length : 1 });
  });
  return begin + lines.join(`,\n${" ".repeat(layout.indent + 1)}`) + end;
}

function dictText(dict: ReadonlyMap<Value, Value>, layout: Layout): string {
  const { indent, allowance, level, budget } = layout;
  const lines = [...dict].map(([key, part], index) => {
    const name = representation(key, budget);
    const isLast = index === dict.size - 1;
    const column = indent + 1 + lengthOf(name) + 2;
    return `${name}: ${laidOut(part, { indent: column, allowance: isLast ? allowance + 1 : 1, level: level + 1, budget })}`;
  });
  return `{${lines.join(`,\n${" ".repeat(indent + 1)}`)}}`;
}

/** A text in several literals, broken after its lines and words. In parentheses where it stands alone. */
function stringText(text: string, { indent, allowance, level, budget }: Layout): string {
  const isAlone = level === 0;
  const column = isAlone ? indent + 1 : indent;
  const rest = isAlone ? allowance + 1 : allowance;
  const lines = text.match(/.*?(?:\r\n|[\n\r]|$)/gs)?.filter((line) => line !== "") ?? [];
  const literals = lines.flatMap((line, index) => {
    const isLastLine = index === lines.length - 1;
    const whole = representation(line, budget);
    const room = width - column;
    if (lengthOf(whole) <= room - (isLastLine ? rest : 0)) return [whole];
    return partsOf(line, { room, last: isLastLine ? rest : 0, budget });
  });
  if (literals.length === 1) return literals[0] ?? "";
  const made = literals.join(`\n${" ".repeat(column)}`);
  return isAlone ? `(${made})` : made;
}

interface Room {
  readonly room: number;
  /** What the last part leaves free. */
  readonly last: number;
  readonly budget: Budget;
}

function partsOf(line: string, { room, last, budget }: Room): readonly string[] {
  const words = line.match(/\S*\s*/g)?.filter((word) => word !== "") ?? [];
  const literals: string[] = [];
  let current = "";
  for (const [index, word] of words.entries()) {
    const candidate = current + word;
    const free = index === words.length - 1 ? room - last : room;
    if (lengthOf(representation(candidate, budget)) > free && current !== "") {
      literals.push(representation(current, budget));
      current = word;
    } else current = candidate;
  }
  if (current !== "") literals.push(representation(current, budget));
  return literals;
}
