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
  casefold: ["", making((text) => text.replace(/./gsu, (character) => character.toUpperCase().toLowerCase()))],
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
  splitlines: ["keepends", (text, given, { budget }) => taken(linesOf(text, given.flag("keepends")), budget)],
  partition: ["sep", (text, given) => partition(text, given.text("sep"), text.indexOf(given.text("sep")))],
  rpartition: ["sep", (text, given) => partition(text, given.text("sep"), text.lastIndexOf(given.text("sep")), true)],
  join: ["items", (text, given, environment) => joined(text, given.value("items"), environment)],
  startswith: [
    "prefix start end",
    (text, given) =>
      within(text, given, (part) => affixes(given.value("prefix")).some((each) => part.startsWith(each))),
  ],
  endswith: [
    "suffix start end",
    (text, given) => within(text, given, (part) => affixes(given.value("suffix")).some((each) => part.endsWith(each))),
  ],
  find: ["sub start end", (text, given) => found(text, given, "indexOf")],
  rfind: ["sub start end", (text, given) => found(text, given, "lastIndexOf")],
  index: ["sub start end", (text, given) => foundOrRefused(text, given, "indexOf")],
  rindex: ["sub start end", (text, given) => foundOrRefused(text, given, "lastIndexOf")],
  count: [
    "sub start end",
    (text, given) => within(text, given, (part) => BigInt(occurrences(part, given.text("sub")))) || 0n,
  ],
  expandtabs: ["tabsize", (text, given, environment) => withoutTabs(text, given.integer("tabsize", 8), environment)],
  isascii: ["", (text) => Array.from(text).every((character) => character <= "\x7f")],
  isidentifier: ["", matching(/^[\p{ID_Start}_]\p{ID_Continue}*$/u)],
  isprintable: ["", (text) => !/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.test(text)],
  istitle: ["", (text) => /\p{L}/u.test(text) && text === titled(text)],
  isdigit: ["", matching(/^[\p{Nd}²³¹⁰⁴-⁹₀-₉①-⑨⑴-⑼⒈-⒐⓪⓵-⓽⓿❶-❾➀-➈➊-➒]+$/u)],
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
  return titleCase(first) + rest.join("").toLowerCase();
}

/** Two letters in one character, of which only the first becomes large. */
const digraphs: Readonly<Record<string, string>> = { Ǆ: "ǅ", Ǉ: "ǈ", Ǌ: "ǋ", Ǳ: "ǲ" };

function titleCase(character: string): string {
  const [first = "", ...rest] = charactersOf(character.toUpperCase());
  return (digraphs[first] ?? first) + rest.join("").toLowerCase();
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

/** What is said of the part between `start` and `end`; false where it begins beyond the text. */
function within<T>(text: string, given: Bound, say: (part: string, start: number) => T): T | false {
  if (given.optional("start") === undefined && given.optional("end") === undefined) return say(text, 0);
  const characters = charactersOf(text);
  const { length } = characters;
  const bound = (name: string, otherwise: number) => {
    const at = given.optional(name) === undefined ? otherwise : given.integer(name);
    return at < 0 ? Math.max(0, at + length) : at;
  };
  const start = bound("start", 0);
  return start <= length && say(characters.slice(start, bound("end", length)).join(""), start);
}

function found(text: string, given: Bound, look: "indexOf" | "lastIndexOf"): bigint {
  const at = within(text, given, (part, start) => {
    const inPart = position(part, part[look](given.text("sub")));
    return inPart < 0 ? inPart : inPart + start;
  });
  return BigInt(at === false ? -1 : at);
}

function foundOrRefused(text: string, given: Bound, look: "indexOf" | "lastIndexOf"): bigint {
  const at = found(text, given, look);
  if (at < 0n) throw new TemplateRenderError(`"${given.text("sub")}" is not in the text`);
  return at;
}

const maxTab = 1000;

function withoutTabs(text: string, size: number, { budget }: Environment): string {
  const width = Math.min(Math.max(size, 0), maxTab);
  let column = 0;
  return Array.from(text, (character) => {
    if (character === "\n" || character === "\r") column = 0;
    if (character !== "\t") {
      column += character === "\n" || character === "\r" ? 0 : 1;
      return character;
    }
    const missing = width === 0 ? 0 : width - (column % width);
    budget.make(missing);
    column += missing;
    return " ".repeat(missing);
  }).join("");
}

function taken(parts: Value[], budget: Environment["budget"]): Value[] {
  budget.make(parts.length);
  return parts;
}

const lineEnds = "\\r\\n|[\\n\\r\\v\\f\\x1c-\\x1e\\u0085\\u2028\\u2029]";
const lines = new RegExp(`.*?(?:${lineEnds}|$)`, "gs");
const lineEnd = new RegExp(`(?:${lineEnds})$`);

function linesOf(text: string, keepsEnds: boolean): string[] {
  const found = text.match(lines)?.filter((line) => line !== "") ?? [];
  return keepsEnds ? found : found.map((line) => line.replace(lineEnd, ""));
}

function split(text: string, given: Bound, { budget }: Environment): Value {
  budget.make(text.length);
  const separator = separatorOf(given);
  const most = given.integer("maxsplit", -1);
  const parts = separator === undefined ? text.trim().split(/\s+/).filter(Boolean) : text.split(separator);
  if (most < 0 || parts.length <= most) return taken(parts, budget);
  if (separator !== undefined) return [...parts.slice(0, most), parts.slice(most).join(separator)];
  const rest = parts.slice(0, most).reduce((left, part) => left.trimStart().slice(part.length), text);
  return [...parts.slice(0, most), rest.trimStart()];
}

function splitFromEnd(text: string, given: Bound, { budget }: Environment): Value {
  budget.make(text.length);
  const separator = separatorOf(given);
  const most = given.integer("maxsplit", -1);
  const parts = separator === undefined ? text.trim().split(/\s+/).filter(Boolean) : text.split(separator);
  if (most < 0 || parts.length <= most) return taken(parts, budget);
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

/** Of the filter `center`. */
const defaultWidth = 80;

function padded(
  text: string,
  given: Bound,
  { budget }: Environment,
  sides: (missing: number) => readonly [before: number, after: number],
): string {
  const missing = Math.max(0, given.integer("width", defaultWidth) - lengthOf(text));
  budget.make(text.length + missing);
  const [before, after] = sides(missing);
  const fill = given.text("fillchar", " ");
  if (lengthOf(fill) !== 1) throw new TemplateRenderError("the fill is to be one character");
  return fill.repeat(before) + text + fill.repeat(after);
}

/** Where one character is too many it goes to the right, unless the width is odd. */
export function centered(text: string, given: Bound, environment: Environment): string {
  const width = given.integer("width", defaultWidth);
  return padded(text, given, environment, (missing) => {
    const before = Math.floor(missing / 2) + (missing & width & 1);
    return [before, missing - before];
  });
}
