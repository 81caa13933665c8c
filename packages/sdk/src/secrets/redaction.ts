import { ExactNumber, isNumber, isPlainObject, redactScalar, secretMask, writtenNumber } from "@ostinato/core";
import { leavesOf } from "./secret-leaves.ts";
import { anchorLength, type Spelling, spellingsOf } from "./spellings.ts";

/** Redacts every revealed secret in the text, in any spelling. */
export function redact(text: string): string {
  if (revealed.texts.size === 0) return text;
  const found = placesIn(text);
  if (found.length === 0) return text;
  let clean = "";
  let at = 0;
  for (const { from, to } of found) {
    clean += `${text.slice(at, from)}${secretMask}`;
    at = to;
  }
  return clean + text.slice(at);
}

/** Redacts the strings in arrays and plain objects, keys included. The value itself does not change. */
export function redactInside<T>(value: T): T {
  return revealed.texts.size === 0 ? value : (copyOf(value) as T);
}

/** The second argument for `JSON.stringify` that redacts while it encodes; undefined while no secret was revealed. */
export function jsonRedaction(): ((name: string, value: unknown) => unknown) | undefined {
  return revealed.texts.size === 0 ? undefined : (_, value) => redactParts(value, (inner) => inner);
}

/** `redact`, or undefined while no secret was revealed, so that callers can skip their preparations. */
export function redaction(): typeof redact | undefined {
  return revealed.texts.size === 0 ? undefined : redact;
}

/** Whether a text contains a revealed secret. */
export function containsRevealed(text: string): boolean {
  return revealed.texts.size > 0 && placesIn(text).length > 0;
}

/** Marks the strings in the value as revealed secrets. */
export function reveal(value: unknown): void {
  for (const text of leavesOf(value)) revealText(text);
}

/** All strings revealed so far. */
export function revealedTexts(): readonly string[] {
  return [...revealed.texts];
}

/** Marks the strings as revealed in this thread, after another thread revealed them. */
export function revealTexts(texts: readonly string[]): void {
  for (const text of texts) revealText(text);
}

/** Calls the listener with every string that is revealed from now on, until the returned function is called. */
export function onRevealed(listener: (text: string) => void): () => void {
  revealed.listeners.add(listener);
  return () => revealed.listeners.delete(listener);
}

interface Revealed {
  readonly texts: Set<string>;
  /** Patterns by the first characters of their anchors. */
  readonly byStart: Map<string, Pattern[]>;
  /** Patterns without an anchor, which may match in any text. */
  readonly anywhere: Pattern[];
  /** 1 at each hash with which an anchor begins: rules out most positions of a text. */
  readonly sieve: Uint8Array;
  readonly listeners: Set<(text: string) => void>;
}

interface Pattern {
  readonly spelling: Spelling;
  /** Empty where no literal part is certain to occur. */
  readonly anchor: string;
  compiled: RegExp | undefined;
}

const sieveSize = 2 ** 20;

/** Kept under a global symbol, so that two copies of this package in one program redact each other's secrets. */
const key = Symbol.for("ostinato.revealed");
const registry = globalThis as { [key]?: Revealed };
registry[key] ??= {
  texts: new Set(),
  byStart: new Map(),
  anywhere: [],
  sieve: new Uint8Array(sieveSize),
  listeners: new Set(),
};
const revealed = registry[key];

function revealText(text: string): void {
  if (text === "" || revealed.texts.has(text)) return;
  revealed.texts.add(text);
  for (const piece of piecesOf(text)) for (const spelling of spellingsOf(piece)) watchFor(spelling);
  for (const listener of revealed.listeners) listener(text);
}

/** A pattern for a whole file would be too long: it is split into pieces that follow each other. */
const maxPieceLength = 512;

function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += maxPieceLength) pieces.push(text.slice(at, at + maxPieceLength));
  return pieces;
}

function watchFor(spelling: Spelling): void {
  const anchor = rarest(spelling.anchors);
  const pattern = { spelling, anchor, compiled: undefined };
  if (anchor === "") {
    revealed.anywhere.push(pattern);
    return;
  }
  const start = anchor.slice(0, anchorLength);
  let hash = 0;
  for (let at = 0; at < anchorLength; at += 1) hash = nextHash(hash, start.charCodeAt(at));
  revealed.sieve[hash] = 1;
  const others = revealed.byStart.get(start);
  if (others === undefined) revealed.byStart.set(start, [pattern]);
  else others.push(pattern);
}

/** The part whose beginning is shared with the fewest anchors, because secrets of one kind have much in common. */
function rarest(anchors: readonly string[]): string {
  let found = "";
  let fewest = Number.POSITIVE_INFINITY;
  for (const anchor of anchors) {
    for (let at = 0; at <= anchor.length - anchorLength && fewest > 0; at += 1) {
      const others = revealed.byStart.get(anchor.slice(at, at + anchorLength))?.length ?? 0;
      if (others < fewest) {
        fewest = others;
        found = anchor.slice(at);
      }
    }
  }
  return found;
}

/** A rolling hash of the last four characters: older ones have been shifted out. */
function nextHash(hash: number, character: number): number {
  return ((hash << 5) ^ character) & (sieveSize - 1);
}

interface Place {
  readonly from: number;
  readonly to: number;
}

/** The positions of secrets in the text, in order; adjacent ones are merged. */
function placesIn(text: string): readonly Place[] {
  const found: Place[] = [];
  for (const pattern of candidatesFor(text)) {
    pattern.compiled ??= new RegExp(pattern.spelling.source(), "g");
    for (const match of text.matchAll(pattern.compiled)) {
      found.push({ from: match.index, to: match.index + match[0].length });
    }
  }
  return found.length < 2 ? found : united(found);
}

/** The patterns whose anchors occur in the text. The cost per character does not depend on the number of secrets. */
function candidatesFor(text: string): ReadonlySet<Pattern> {
  const candidates = new Set(revealed.anywhere);
  const { sieve } = revealed;
  let hash = 0;
  for (let at = 0; at < text.length; at += 1) {
    hash = nextHash(hash, text.charCodeAt(at));
    if (sieve[hash] === 1) addAnchoredAt(candidates, text, at - anchorLength + 1);
  }
  return candidates;
}

function addAnchoredAt(candidates: Set<Pattern>, text: string, at: number): void {
  for (const pattern of revealed.byStart.get(text.slice(at, at + anchorLength)) ?? []) {
    if (text.startsWith(pattern.anchor, at)) candidates.add(pattern);
  }
}

function united(places: Place[]): readonly Place[] {
  const sorted = places.sort((one, other) => one.from - other.from);
  const apart: Place[] = [];
  for (const place of sorted) {
    const before = apart.at(-1);
    if (before === undefined || place.from > before.to) apart.push(place);
    else if (place.to > before.to) apart[apart.length - 1] = { from: before.from, to: place.to };
  }
  return apart;
}

function copyOf(value: unknown): unknown {
  return redactParts(value, copyOf);
}

function redactParts(value: unknown, inside: (inner: unknown) => unknown): unknown {
  if (typeof value === "string" || isNumber(value)) return redactScalar(value, redact);
  if (Array.isArray(value)) return value.map(inside);
  const digits = writtenNumber(value);
  if (digits !== undefined) return redactScalar(new ExactNumber(digits), redact) === secretMask ? secretMask : value;
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [redact(name), inside(item)]));
}
