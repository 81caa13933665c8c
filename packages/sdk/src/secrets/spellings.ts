/** One way of writing a text. */
export interface Spelling {
  /** Literal parts of `anchorLength` characters or more: every text with this spelling contains all of them. */
  readonly anchors: readonly string[];
  /** The source of a regular expression for the spelling. Created on demand, because most secrets occur in no text. */
  readonly source: () => string;
}

export const anchorLength = 4;

/**
 * Every usual spelling of a text: unchanged, escaped for JSON or by `util.inspect` (repeatedly, and broken into lines), encoded for
 * addresses and HTML, and in hex or base64, also among other bytes.
 *
 * Two neighbouring parts of a pattern never share characters, so matching takes linear time.
 */
export function spellingsOf(text: string): readonly Spelling[] {
  const bytes = Buffer.from(text);
  if (text.length < shortest) return [{ anchors: [], source: () => standingAlone(text, bytes) }];
  const hex = bytes.toString("hex");
  const apart = hex.replace(/..(?!$)/g, "$& ");
  return [
    { anchors: anchorsIn(text), source: () => asText(text) },
    ...[hex, hex.toUpperCase(), apart].map((spelled) => ({ anchors: [spelled], source: () => spelled })),
    ...[0, 1, 2].map((before) => {
      const encoded = asBase64(bytes, before);
      return { anchors: anchorsIn(encoded), source: () => base64Source(encoded) };
    }),
  ];
}

/** Shorter secrets match only as whole words: they would redact parts of ordinary words. */
const shortest = 4;

function standingAlone(text: string, bytes: Buffer): string {
  return `(?<!\\w)${either(asText(text), bytes.toString("hex"), escapePattern(bytes.toString("base64")))}(?!\\w)`;
}

/** Letters and digits are the same in every spelling. */
function anchorsIn(text: string): readonly string[] {
  return text.match(/\w{4,}/g) ?? [];
}

const partPattern = /(\\*)([\r\n][\r\n\t ]*|[^\\]|$)/gu;

function asText(text: string): string {
  let source = "";
  for (const [part, backslashes = "", character = ""] of text.matchAll(partPattern)) {
    if (part === "") continue;
    source += partSource(backslashes.length, character, source === "");
  }
  return source;
}

/** A character together with the backslashes before it, which form one run with the backslashes of its escape. */
function partSource(backslashes: number, character: string, isFirst: boolean): string {
  // Match only at the start of a run of backslashes: otherwise each one of a long run would be tried.
  const run = (least: number) => (isFirst && least === 0 ? "" : `(?<!\\\\)\\\\{${least},}`);
  const encodedRun = percent("5c").repeat(backslashes);
  if (character === "") return either(run(backslashes), encodedRun);
  if (/^\w$/.test(character)) {
    return backslashes === 0 ? character : `${either(run(backslashes), encodedRun)}${character}`;
  }
  if (/[\r\n]/.test(character)) {
    return `${either(`${run(backslashes)}[\\r\\n]`, `${run(backslashes + 1)}[rn]`, `${encodedRun}${encodedBreak}`)}${restOfBreak}`;
  }
  return either(
    `${run(backslashes)}${escapePattern(character)}`,
    `${encodedRun}${percent(Buffer.from(character).toString("hex"))}`,
    ...escapesOf(character).map((code) => `${run(backslashes + 1)}${code}`),
    ...(character === " " ? [`${encodedRun}\\+`] : []),
    ...(entities.get(character) ?? []).map((entity) => `${encodedRun}${entity}`),
  );
}

/** The characters after the backslash when a character is escaped by its number or letter. */
function escapesOf(character: string): string[] {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at).toString(16));
  const byUnits = units.map((unit) => `u${anyCase(unit.padStart(4, "0"))}`).join("\\\\+");
  const [unit = ""] = units;
  const letter = { "\t": "t", "\b": "b", "\f": "f", "\v": "v" }[character];
  return [
    byUnits,
    ...(units.length === 1 && unit.length <= 2 ? [`x${anyCase(unit.padStart(2, "0"))}`] : []),
    ...(letter === undefined ? [] : [letter]),
  ];
}

const encodedBreak = `(?:${percent("0a")}|${percent("0d")})`;
/** `util.inspect` breaks a text after its line breaks: `'one\n' +` and on the next line `'two'`. */
const inspectBreak = "(?:\\\\*[\"'`] \\+(?:\\s|\\\\+[rn])*\\\\*[\"'`])?";
/** Further breaks and the indentation after them, whose width depends on the surrounding text. */
const restOfBreak = `(?:[\\r\\n]|\\\\+[rn]|${encodedBreak})*${inspectBreak}(?:[\\t +]|\\\\+t|${percent("20")}|${percent("09")})*`;

const entities = new Map([
  ["&", ["&(?:amp|#38|#x26);"]],
  ["<", ["&(?:lt|#60|#x3[cC]);"]],
  [">", ["&(?:gt|#62|#x3[eE]);"]],
  ['"', ["&(?:quot|#34|#x22);"]],
  ["'", ["&(?:apos|#39|#x27);"]],
]);

/** Percent-encoded bytes, encoded up to three times. */
function percent(hex: string): string {
  return hex.replace(/../g, (byte) => `%(?:25){0,2}${anyCase(byte)}`);
}

/**
 * The base64 characters that do not depend on the surrounding bytes, with `before` bytes before the text in its group of three: a character
 * encodes six bits, so the outermost ones also contain bits of the neighbours.
 */
function asBase64(bytes: Buffer, before: number): string {
  const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
  return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
}

/** Includes the last character, which still contains bits of the text, and the padding. */
function base64Source(encoded: string): string {
  return `${encoded.replace(/[+/]/g, (sign) => base64Signs[sign as "+" | "/"])}[\\w+/-]?={0,2}`;
}

/** Also their spellings in addresses. */
const base64Signs = { "+": "(?:[+-]|%2[bB])", "/": "(?:(?<!\\\\)\\\\*/|_|%2[fF])" } as const;

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/gi, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`);
}

function either(...sources: readonly string[]): string {
  const distinct = [...new Set(sources)].filter((source) => source !== "");
  return distinct.length === 0 ? "" : `(?:${distinct.join("|")})`;
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
