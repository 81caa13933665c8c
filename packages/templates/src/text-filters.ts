import type { Bound } from "./arguments.ts";
import type { Environment } from "./environment.ts";
import { TemplateRenderError } from "./errors.ts";
import { filters } from "./filter.ts";
import { formatPercent } from "./formatting.ts";
import { sizeOf } from "./sequences.ts";
import { capitalized, centered, replaced, stripped } from "./text-methods.ts";
import { textOf } from "./text-of.ts";
import { charactersOf, lengthOf, Safe, Tuple, typeName, type Value } from "./values.ts";
import { wrapped } from "./wrapping.ts";

/** A filter that makes a text about as long as the one it is given. */
function making(make: (text: string, given: Bound) => string) {
  return (value: Value, given: Bound, { budget }: Environment): string => {
    const text = textOf(value, budget);
    budget.make(text.length);
    return make(text, given);
  };
}

export const textFilters = {
  ...filters({
    string: ["", (value, _, { budget }) => (value instanceof Safe ? value : textOf(value, budget))],
    safe: ["", (value, _, { budget }) => (value instanceof Safe ? value : new Safe(textOf(value, budget)))],
    lower: ["", making((text) => text.toLowerCase())],
    upper: ["", making((text) => text.toUpperCase())],
    capitalize: ["", making(capitalized)],
    title: ["", making(titled)],
    trim: [
      "chars",
      making((text, given) =>
        stripped(text, given.optional("chars") === undefined ? undefined : given.text("chars"), "both"),
      ),
    ],
    center: ["width", (value, given, environment) => centered(textOf(value, environment.budget), given, environment)],
    replace: [
      "old new count",
      (value, given, environment) => {
        const of = (name: string) => textOf(given.value(name), environment.budget);
        const count = given.optional("count") === undefined ? -1 : given.integer("count");
        return replaced(textOf(value, environment.budget), { old: of("old"), new: of("new"), count }, environment);
      },
    ],
    truncate: ["length killwords end leeway", truncated],
    indent: ["width first blank", indented],
    wordcount: ["", (value, _, { budget }) => BigInt(textOf(value, budget).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0)],
    wordwrap: [
      "width break_long_words wrapstring break_on_hyphens",
      (value, given, { budget }) => {
        const text = textIn(value, "wordwrap");
        const separator = given.optional("wrapstring") === undefined ? "\n" : given.text("wrapstring");
        budget.make(text.length * (1 + separator.length));
        return wrapped(text, {
          width: given.integer("width", 79),
          breaksLongWords: given.flag("break_long_words", true),
          breaksOnHyphens: given.flag("break_on_hyphens", true),
          separator,
        });
      },
    ],
  }),
  format: (value: Value, given: Parameters<typeof formatArguments>[0], { budget }: Environment): Value => {
    return formatPercent(textOf(value, budget), formatArguments(given), budget);
  },
};

function formatArguments(given: { positional: readonly Value[]; named: ReadonlyMap<string, Value> }): Value {
  if (given.named.size === 0) return new Tuple(given.positional);
  if (given.positional.length > 0) throw new TemplateRenderError("format takes values with names or without, not both");
  return new Map<Value, Value>(given.named);
}

function titled(text: string): string {
  return text
    .split(/([-\s({[<]+)/)
    .map((word) => {
      const [first = "", ...rest] = charactersOf(word);
      return first.toUpperCase() + rest.join("").toLowerCase();
    })
    .join("");
}

/** Filters that take nothing but a text. */
function textIn(value: Value, filter: string): string {
  if (typeof value === "string") return value;
  throw new TemplateRenderError(`${filter} takes a str, not ${typeName(value)}`);
}

/** What is short enough stays, whatever it is. */
function truncated(value: Value, given: Bound, { budget }: Environment): Value {
  const length = given.integer("length", 255);
  const end = given.text("end", "...");
  const kept = length - lengthOf(end);
  if (kept < 0) throw new TemplateRenderError(`truncate to ${length} characters leaves no room for "${end}"`);
  if (sizeOf(value) <= length + (given.optional("leeway") === undefined ? 5 : given.integer("leeway"))) return value;
  const characters = charactersOf(textIn(value, "truncate"));
  budget.make(characters.length);
  const cut = characters.slice(0, kept).join("");
  if (given.flag("killwords")) return cut + end;
  const space = cut.lastIndexOf(" ");
  return (space < 0 ? cut : cut.slice(0, space)) + end;
}

const maxIndent = 1000;

function indented(value: Value, given: Bound, { budget }: Environment): string {
  const text = textIn(value, "indent");
  const width = given.optional("width") ?? 4n;
  const size = typeof width === "string" ? width.length : given.integer("width", 4);
  if (size > maxIndent) throw new TemplateRenderError(`an indent is at most ${maxIndent} characters`);
  const margin = typeof width === "string" ? width : " ".repeat(Math.max(0, size));
  const lines = text.split(/\r\n|[\n\r]/);
  budget.make(text.length + lines.length * margin.length);
  const isWhole = given.flag("blank");
  const indentedLines = lines.map((line, index) => {
    const isIndented = index === 0 ? given.flag("first") : isWhole || line !== "";
    return isIndented ? margin + line : line;
  });
  return indentedLines.join("\n");
}
