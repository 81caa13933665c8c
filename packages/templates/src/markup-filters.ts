import type { Bound } from "./arguments.ts";
import type { Environment } from "./environment.ts";
import { TemplateRenderError } from "./errors.ts";
import { escapedText } from "./escaping.ts";
import { filters } from "./filter.ts";
import { jsonOf } from "./json-text.ts";
import { isIterable, iterated, numberedOf } from "./sequences.ts";
import { textOf } from "./text-of.ts";
import { Safe, Undefined, type Value } from "./values.ts";

export const markupFilters = filters({
  escape: ["", (value, _, { budget }) => (value instanceof Safe ? value : escaped(value, budget))],
  forceescape: ["", (value, _, { budget }) => escaped(value, budget)],
  striptags: ["", (value, _, { budget }) => withoutTags(textOf(value, budget))],
  urlencode: ["", (value, _, environment) => urlEncoded(value, environment)],
  urlize: ["trim_url_limit nofollow target rel extra_schemes", urlized],
  xmlattr: ["autospace", attributesOf],
  tojson: [
    "indent",
    (value, given, { budget }) => {
      const text = jsonOf(value, given.optional("indent") === undefined ? undefined : given.integer("indent"), budget);
      return new Safe(text.replace(/[<>&']/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`));
    },
  ],
});

function escaped(value: Value, budget: Environment["budget"]): Safe {
  const text = escapedText(textOf(value, budget));
  budget.make(text.length);
  return new Safe(text);
}

const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };

/** The text of markup: without comments and tags, each stretch of white space one space, entities as characters. */
function withoutTags(text: string): string {
  const kept = withoutBetween(withoutBetween(text, "<!--", "-->"), "<", ">");
  const words = kept.split(/\s+/).filter(Boolean).join(" ");
  return words.replace(
    /&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|(\w{2,4}));/g,
    (whole, decimal?: string, hex?: string, name?: string) => {
      const code = decimal !== undefined ? Number(decimal) : hex !== undefined ? Number.parseInt(hex, 16) : undefined;
      if (code !== undefined) return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
      return named[name ?? ""] ?? whole;
    },
  );
}

/** One look along the text, however many beginnings have no end. */
function withoutBetween(text: string, begin: string, end: string): string {
  const kept: string[] = [];
  let at = 0;
  for (;;) {
    const start = text.indexOf(begin, at);
    const stop = start < 0 ? -1 : text.indexOf(end, start + begin.length);
    if (stop < 0) return kept.join("") + text.slice(at);
    kept.push(text.slice(at, start));
    at = stop + end.length;
  }
}

function urlEncoded(value: Value, { budget }: Environment): string {
  const pairs = pairsOf(value, budget);
  if (pairs === undefined) {
    const text = encodeURIComponent(textOf(value, budget).toWellFormed()).replaceAll("%2F", "/");
    return escapedMarks(text, budget);
  }
  const encode = (part: Value) => {
    return escapedMarks(encodeURIComponent(textOf(part, budget).toWellFormed()), budget).replaceAll("%20", "+");
  };
  return pairs.map(([key, part]) => `${encode(key)}=${encode(part)}`).join("&");
}

/** Those that Python encodes and JavaScript does not. */
function escapedMarks(text: string, budget: Environment["budget"]): string {
  budget.make(text.length);
  return text.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function pairsOf(value: Value, budget: Environment["budget"]): readonly (readonly [Value, Value])[] | undefined {
  if (value instanceof Map) return [...value];
  if (typeof value === "string" || value instanceof Undefined) return undefined;
  if (!isIterable(value)) return undefined;
  return iterated(value, budget).map((each) => {
    const [key, part, ...others] = numberedOf(each) ?? [];
    if (key !== undefined && part !== undefined && others.length === 0) return [key, part] as const;
    throw new TemplateRenderError("urlencode takes a str, a dict, or a list of pairs");
  });
}

function attributesOf(value: Value, given: Bound, { budget }: Environment): string {
  if (!(value instanceof Map)) throw new TemplateRenderError("xmlattr takes a dict");
  const parts = [...value].flatMap(([key, part]) => {
    const name = textOf(key, budget);
    if (part === null || part instanceof Undefined) return [];
    if (/[\s/>=]/.test(name)) throw new TemplateRenderError(`"${name}" can't be the name of an attribute`);
    return [`${escapedText(name)}="${escapedText(textOf(part, budget))}"`];
  });
  const text = parts.join(" ");
  budget.make(text.length);
  return text !== "" && given.flag("autospace", true) ? ` ${text}` : text;
}

const link = /^([([<{"']{0,3})((?:https?:\/\/|www\.)[^\s<>"']{1,2000}?)([.,;:!?)\]>}"']{0,9})$/;

function urlized(value: Value, given: Bound, { budget }: Environment): string {
  const limit = given.optional("trim_url_limit") === undefined ? undefined : given.integer("trim_url_limit");
  const words = textOf(value, budget).split(/(\s+)/);
  const rel = [given.optional("rel"), given.flag("nofollow") ? "nofollow" : undefined, "noopener"];
  const relation = [...new Set(rel.filter((part) => typeof part === "string"))].toSorted().join(" ");
  const target = given.optional("target") === undefined ? "" : ` target="${escapedText(given.text("target"))}"`;
  const made = words.map((word) => {
    const [, before = "", url, after = ""] = link.exec(word) ?? [];
    if (url === undefined) return escapedText(word);
    const shown = limit !== undefined && url.length > limit ? `${url.slice(0, limit)}...` : url;
    const address = escapedText(url.startsWith("www.") ? `https://${url}` : url);
    const anchor = `<a href="${address}" rel="${escapedText(relation)}"${target}>${escapedText(shown)}</a>`;
    return escapedText(before) + anchor + escapedText(after);
  });
  budget.make(made.reduce((sum, part) => sum + part.length, 0));
  return made.join("");
}
