import type { Bound } from "./arguments.ts";
import type { Environment } from "./environment.ts";
import { TemplateRenderError } from "./errors.ts";
import { methods } from "./methods.ts";
import { iterated } from "./sequences.ts";
import { charactersOf, lengthOf, Tuple, typeName, type Value } from "./values.ts";

type Made = (text: string, given: Bound) => string;

/** A method that makes a text about as long as what it is given. */
function making(make: Made) {
  return (text: string, given: Bound, { budget }: Environment): string => {
    budget.make(text.length);
    return make(text, given);
  };
}

function matching(pattern: RegExp) {
  return (text: string): boolean => pattern.test(text);
}

export const textMethods = methods<string>({
  lower: ["", making((text) => text.toLowerCase())],
  upper: ["", making((text) => text.toUpperCase())],
  casefold: ["", making((text) => text.toLowerCase().replaceAll("ß", "ss"))],
  capitalize: ["", making(capitalized)],
  title: ["", making(titled)],
  swapcase: [
    "",
    making((text) => text.replace(/\p{L}/gu, (c) => (c === c.toUpperCase() ? c.toLowerCase() : c.toUpperCase()))),
  ],
  strip: ["chars", making((text, given) => stripped(text, charsOf(given), "both"))],
  lstrip: ["chars", making((text, given) => stripped(text, charsOf(given), "start"))],
  rstrip: ["chars", making((text, given) => stripped(text, charsOf(given), "end"))],
  removeprefix: [
    "prefix",
    making((text, given) => (text.startsWith(given.text("prefix")) ? text.slice(given.text("prefix").length) : text)),
  ],
  removesuffix: ["suffix", making((text, given) => withoutSuffix(text, given.text("suffix")))],
  replace: [
    "old new count",
    (text, given, environment) => {
      return replaced(
        text,
        { old: given.text("old"), new: given.text("new"), count: given.integer("count", -1) },
        environment,
      );
    },
  ],
  split: ["sep maxsplit", (text, given, environment) => split(text, given, environment)],
  rsplit: ["sep maxsplit", (text, given, environment) => splitFromEnd(text, given, environment)],
  splitlines: ["", (text, _, { budget }) => taken(linesOf(text), budget)],
  partition: ["sep", (text, given) => partition(text, given.text("sep"), text.indexOf(given.text("sep")))],
  rpartition: ["sep", (text, given) => partition(text, given.text("sep"), text.lastIndexOf(given.text("sep")), true)],
  join: ["items", (text, given, environment) => joined(text, given.value("items"), environment)],
  startswith: ["prefix", (text, given) => affixes(given.value("prefix")).some((affix) => text.startsWith(affix))],
  endswith: ["suffix", (text, given) => affixes(given.value("suffix")).some((affix) => text.endsWith(affix))],
  find: ["sub", (text, given) => BigInt(position(text, text.indexOf(given.text("sub"))))],
  rfind: ["sub", (text, given) => BigInt(position(text, text.lastIndexOf(given.text("sub"))))],
  count: ["sub", (text, given) => BigInt(occurrences(text, given.text("sub")))],
  isdigit: ["", matching(/^\p{Nd}+$/u)],
  isdecimal: ["", matching(/^\p{Nd}+$/u)],
  isnumeric: ["", matching(/^\p{N}+$/u)],
  isalpha: ["", matching(/^\p{L}+$/u)],
  isalnum: ["", matching(/^[\p{L}\p{N}]+$/u)],
  isspace: ["", matching(/^\s+$/)],
  isupper: ["", (text) => text === text.toUpperCase() && text !== text.toLowerCase()],
  islower: ["", (text) => text === text.toLowerCase() && text !== text.toUpperCase()],
  ljust: ["width fillchar", (text, given, environment) => padded(text, given, environment, (missing) => [0, missing])],
  rjust: ["width fillchar", (text, given, environment) => padded(text, given, environment, (missing) => [missing, 0])],
  center: ["width fillchar", (text, given, environment) => centered(text, given, environment)],
  zfill: [
    "width",
    (text, given, { budget }) => {
      const missing = Math.max(0, given.integer("width") - lengthOf(text));
      budget.make(text.length + missing);
      return text.replace(/^[-+]?/, (sign) => sign + "0".repeat(missing));
    },
  ],
});

export function capitalized(text: string): string {
  const [first = "", ...rest] = charactersOf(text);
  return first.toUpperCase() + rest.join("").toLowerCase();
}

/** Python's `str.title`: each letter after what is not a letter. */
function titled(text: string): string {
  return text.replace(/\p{L}+/gu, capitalized);
}

function charsOf(given: Bound): string | undefined {
  const chars = given.optional("chars");
  return chars === undefined ? undefined : given.text("chars");
}

export function stripped(text: string, chars: string | undefined, side: "start" | "end" | "both"): string {
  if (chars === undefined) return side === "start" ? text.trimStart() : side === "end" ? text.trimEnd() : text.trim();
  const set = new Set(charactersOf(chars));
  const all = charactersOf(text);
  let [start, end] = [0, all.length];
  while (side !== "end" && start < end && set.has(all[start] ?? "")) start += 1;
  while (side !== "start" && end > start && set.has(all[end - 1] ?? "")) end -= 1;
  return all.slice(start, end).join("");
}

function withoutSuffix(text: string, suffix: string): string {
  return suffix !== "" && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text;
}

interface Replacement {
  readonly old: string;
  readonly new: string;
  /** Below 0 for all. */
  readonly count: number;
}

/** Counts before it makes the text, which may be far longer than what it is made of. */
export function replaced(text: string, { old, new: by, count }: Replacement, { budget }: Environment): string {
  const found = old === "" ? lengthOf(text) + 1 : occurrences(text, old);
  const times = count < 0 ? found : Math.min(found, count);
  budget.make(text.length + times * by.length);
  const parts = old === "" ? ["", ...charactersOf(text), ""] : text.split(old);
  return `${parts.slice(0, times + 1).join(by)}${times + 1 < parts.length ? old : ""}${parts.slice(times + 1).join(old)}`;
}

function occurrences(text: string, part: string): number {
  if (part === "") return lengthOf(text) + 1;
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) count += 1;
  return count;
}

function position(text: string, at: number): number {
  return at < 0 ? at : lengthOf(text.slice(0, at));
}

function taken(parts: Value[], budget: Environment["budget"]): Value[] {
  budget.make(parts.length);
  return parts;
}

function linesOf(text: string): string[] {
  const lines = text.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/);
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

function split(text: string, given: Bound, { budget }: Environment): Value {
  budget.make(text.length);
  const separator = separatorOf(given);
  const most = given.integer("maxsplit", -1);
  const parts = separator === undefined ? text.trim().split(/\s+/).filter(Boolean) : text.split(separator);
  if (most < 0 || parts.length <= most + 1) return taken(parts, budget);
  if (separator !== undefined) return [...parts.slice(0, most), parts.slice(most).join(separator)];
  const rest = parts.slice(0, most).reduce((left, part) => left.trimStart().slice(part.length), text);
  return [...parts.slice(0, most), rest.trimStart()];
}

function splitFromEnd(text: string, given: Bound, { budget }: Environment): Value {
  budget.make(text.length);
  const separator = separatorOf(given);
  const most = given.integer("maxsplit", -1);
  const parts = separator === undefined ? text.trim().split(/\s+/).filter(Boolean) : text.split(separator);
  if (most < 0 || parts.length <= most + 1) return taken(parts, budget);
  const kept = parts.slice(parts.length - most);
  if (separator !== undefined) return [parts.slice(0, parts.length - most).join(separator), ...kept];
  const rest = kept.toReversed().reduce((left, part) => left.trimEnd().slice(0, -part.length), text);
  return [rest.trimEnd(), ...kept];
}

function separatorOf(given: Bound): string | undefined {
  if (given.optional("sep") === undefined) return undefined;
  const separator = given.text("sep");
  if (separator === "") throw new TemplateRenderError("the separator is empty");
  return separator;
}

function partition(text: string, separator: string, at: number, isFromEnd = false): Value {
  if (at < 0) return new Tuple(isFromEnd ? ["", "", text] : [text, "", ""]);
  return new Tuple([text.slice(0, at), separator, text.slice(at + separator.length)]);
}

function joined(separator: string, items: Value, { budget }: Environment): string {
  const parts = iterated(items, budget).map((part) => {
    if (typeof part === "string") return part;
    throw new TemplateRenderError(`join takes items of type str, not ${typeName(part)}`);
  });
  budget.make(parts.reduce((sum, part) => sum + part.length + separator.length, 0));
  return parts.join(separator);
}

function affixes(value: Value): readonly string[] {
  const all = value instanceof Tuple ? value.items : [value];
  return all.map((affix) => {
    if (typeof affix === "string") return affix;
    throw new TemplateRenderError(`a beginning or an end is a str, not ${typeName(affix)}`);
  });
}

function padded(
  text: string,
  given: Bound,
  { budget }: Environment,
  sides: (missing: number) => readonly [before: number, after: number],
): string {
  const missing = Math.max(0, given.integer("width") - lengthOf(text));
  budget.make(text.length + missing);
  const [before, after] = sides(missing);
  const fill = given.text("fillchar", " ");
  if (lengthOf(fill) !== 1) throw new TemplateRenderError("the fill is to be one character");
  return fill.repeat(before) + text + fill.repeat(after);
}

/** Where one character is too many it goes to the right, unless the width is odd. */
export function centered(text: string, given: Bound, environment: Environment): string {
  const width = given.integer("width", 80);
  return padded(text, given, environment, (missing) => {
    const before = Math.floor(missing / 2) + (missing & width & 1);
    return [before, missing - before];
  });
}
