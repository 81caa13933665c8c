/** One way in which a text may be written down. */
export interface Spelling {
  /** Of `anchorLength` characters or more: each of them stands in every text that holds it. */
  readonly anchors: readonly string[];
  /** The source of a pattern that finds it. Made when it is asked for: most secrets are in no text at all. */
  readonly source: () => string;
}

export const anchorLength = 4;

/**
 * Every usual spelling of a text: as it is, escaped for JSON or by `util.inspect` (also several times over, and broken into
 * lines), encoded for addresses and pages, and in hex or base64, also amid other bytes.
 *
 * No two neighbouring parts of a pattern can share characters, so looking takes time in proportion to what is looked at.
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

/** Shorter ones count only where they stand alone: they would blot out parts of ordinary words. */
const shortest = 4;

function standingAlone(text: string, bytes: Buffer): string {
  return `(?<!\\w)${either(asText(text), bytes.toString("hex"), escapePattern(bytes.toString("base64")))}(?!\\w)`;
}

/** Letters and digits are written as they are in every spelling. */
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

/** One character with the backslashes before it: they are one run with those that escape the character. */
function partSource(backslashes: number, character: string, isFirst: boolean): string {
  // It begins where backslashes begin: else each of a long run would be tried as the first.
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

/** What stands behind the backslash where a character is written by its number or letter. */
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
/** `util.inspect` breaks a text behind its line breaks: `'one\n' +` and on the next line `'two'`. */
const inspectBreak = "(?:\\\\*[\"'`] \\+(?:\\s|\\\\+[rn])*\\\\*[\"'`])?";
/** More breaks, and the indentation behind them, which is another one where the text is shown amid others. */
const restOfBreak = `(?:[\\r\\n]|\\\\+[rn]|${encodedBreak})*${inspectBreak}(?:[\\t +]|\\\\+t|${percent("20")}|${percent("09")})*`;

const entities = new Map([
  ["&", ["&(?:amp|#38|#x26);"]],
  ["<", ["&(?:lt|#60|#x3[cC]);"]],
  [">", ["&(?:gt|#62|#x3[eE]);"]],
  ['"', ["&(?:quot|#34|#x22);"]],
  ["'", ["&(?:apos|#39|#x27);"]],
]);

/** Bytes, encoded for an address up to three times over. */
function percent(hex: string): string {
  return hex.replace(/../g, (byte) => `%(?:25){0,2}${anyCase(byte)}`);
}

/**
 * What is the same wherever the bytes stand with `before` bytes before them in a group of three: a character of base64 holds
 * six bits, so those at the edges hold bits of their neighbours too.
 */
function asBase64(bytes: Buffer, before: number): string {
  const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
  return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
}

/** With the last character, which holds bits of the text too, and what fills up the group. */
function base64Source(encoded: string): string {
  return `${encoded.replace(/[+/]/g, (sign) => base64Signs[sign as "+" | "/"])}[\\w+/-]?={0,2}`;
}

/** Also as in addresses. */
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
