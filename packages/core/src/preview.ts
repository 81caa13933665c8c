import { ExactNumber, exactNumber, maxIntegerDigits, writtenNumber } from "./exact-json.ts";
import { isSecret, secretMask } from "./secret.ts";

/** A bounded picture of a value for a page. The kinds and the shape of `value` are the protocol's `ValuePreview`. */
export interface Preview {
  readonly kind: "none" | "scalar" | "json" | "table" | "image" | "bytes" | "secret" | "unserializable";
  readonly size_bytes: number | null;
  readonly truncated: boolean;
  readonly value: unknown;
}

/** Bytes of an image that a preview carries whole: in base64 they stay under 16 KiB. */
const maxImageBytes = 12_000;
const hexBytes = 64;
const tableRows = 20;
const tableColumns = 40;
const textLength = 2000;

/** Masks secrets in a string. */
export type Redact = (text: string) => string;

export interface PreviewOptions {
  /** The size of the value as it is written, if known. */
  readonly sizeBytes?: number | null;
  /** Applied to every text before it is cut. */
  readonly redact?: Redact | undefined;
}

/** Pictures a value without changing or keeping it. */
export function previewOf(value: unknown, { sizeBytes = null, redact }: PreviewOptions = {}): Preview {
  if (isSecret(value)) return { kind: "secret", size_bytes: null, truncated: false, value: secretMask };
  if (value === undefined || value === null)
    return { kind: "none", size_bytes: sizeBytes, truncated: false, value: null };
  if (isBytes(value)) return previewBytes(value, redact);
  if (isScalar(value)) return previewScalar(value, sizeBytes, redact);
  if (isTable(value)) return previewTable(value, sizeBytes, redact);
  if (isKeptTable(value)) return previewKeptTable(value, redact);
  const pruner = new Pruner(12_000, redact);
  const pruned = pruner.prune(value, 0);
  return { kind: "json", size_bytes: sizeBytes, truncated: pruner.truncated, value: pruned };
}

/** The preview of a value that cannot be serialized. */
export function previewOfUnserializable(reason: string): Preview {
  return { kind: "unserializable", size_bytes: null, truncated: false, value: reason };
}

type Scalar = string | number | bigint | boolean | symbol | ExactNumber | Date | URL;

function isScalar(value: unknown): value is Scalar {
  if (typeof value !== "object") return typeof value !== "function";
  return value instanceof ExactNumber || value instanceof Date || value instanceof URL;
}

function previewScalar(value: unknown, sizeBytes: number | null, redact: Redact | undefined): Preview {
  const whole = scalar(value);
  const shown = redacted(whole, textLength, redact);
  const truncated = typeof shown === "string" && (shown.length > textLength || isLonger(whole, textLength));
  return {
    kind: "scalar",
    size_bytes: sizeBytes ?? (typeof value === "string" ? value.length : null),
    truncated,
    value: truncated ? shown.slice(0, textLength) : shown,
  };
}

/** Characters read beyond the cut, to find a secret that straddles it. */
const acrossCut = 64 * 1024;

/** A single value as it is shown, read somewhat beyond the cut. */
function redacted(value: JsonScalar, shownLength: number, redact: Redact | undefined): JsonScalar {
  if (redact === undefined || typeof value === "boolean") return value;
  return redactScalar(typeof value === "string" ? value.slice(0, shownLength + acrossCut) : value, redact);
}

/** A number is a secret only as a whole, never by its digits, and never if it is small enough to be a count. */
export function redactScalar(value: Exclude<JsonScalar, boolean>, redact: Redact): Exclude<JsonScalar, boolean> {
  if (typeof value === "string") return redact(value);
  const digits = String(value);
  return digits.length > 3 && redact(digits) === secretMask ? secretMask : value;
}

function isLonger(value: unknown, length: number): boolean {
  return typeof value === "string" && value.length > length + acrossCut;
}

/** A single value in JSON; values that JSON cannot express become strings. */
function scalar(value: unknown): JsonScalar {
  if (typeof value === "string" || typeof value === "boolean" || value instanceof ExactNumber) return value;
  if (typeof value === "bigint") return wholeNumber(value);
  if (typeof value === "number" && Number.isFinite(value)) return Object.is(value, -0) ? 0 : value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  return String(value);
}

export type JsonScalar = string | number | boolean | ExactNumber;

/** One that is too long for a number of JSON becomes text, which is cut like any other. */
export function wholeNumber(value: bigint): number | string | ExactNumber {
  const text = String(value);
  return text.length > maxIntegerDigits ? text : exactNumber(text);
}

function isBytes(value: unknown): value is Uint8Array | ArrayBuffer {
  return value instanceof Uint8Array || value instanceof ArrayBuffer;
}

function previewBytes(value: Uint8Array | ArrayBuffer, redact: Redact | undefined): Preview {
  const bytes = value instanceof Uint8Array ? value : new Uint8Array(value);
  const mediaType = imageType(bytes);
  if (mediaType !== undefined) {
    const encoded = bytes.length <= maxImageBytes ? base64(bytes) : null;
    // One with a secret in it is not shown: with less of it, it would be none.
    const shown = encoded === null || redact === undefined || redact(encoded) === encoded ? encoded : null;
    const image = { media_type: mediaType, base64: shown };
    return { kind: "image", size_bytes: bytes.length, truncated: shown === null, value: image };
  }
  const seen = bytes.subarray(0, hexBytes + (redact === undefined ? 0 : acrossCut));
  const whole = Array.from(seen, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const hex = (redact === undefined ? whole : redact(whole)).slice(0, 2 * hexBytes);
  const shown = { length: bytes.length, hex };
  return { kind: "bytes", size_bytes: bytes.length, truncated: bytes.length > hexBytes, value: shown };
}

/** The media type of an image, recognised by its first bytes. */
export function imageType(bytes: Uint8Array): string | undefined {
  const starts = (...signature: number[]) => signature.every((byte, index) => bytes[index] === byte);
  if (starts(0x89, 0x50, 0x4e, 0x47)) return "image/png";
  if (starts(0xff, 0xd8, 0xff)) return "image/jpeg";
  if (starts(0x47, 0x49, 0x46, 0x38)) return "image/gif";
  if (starts(0x52, 0x49, 0x46, 0x46) && bytes[8] === 0x57 && bytes[9] === 0x45) return "image/webp";
  const head = new TextDecoder().decode(bytes.subarray(0, 256)).trimStart();
  return head.startsWith("<svg") || (head.startsWith("<?xml") && head.includes("<svg")) ? "image/svg+xml" : undefined;
}

function base64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

type Row = Readonly<Record<string, unknown>>;

/** Whether the list is a table. Only its first items are read: reading a long list costs more than the preview is worth. */
function isTable(value: unknown): value is readonly Row[] {
  if (!Array.isArray(value) || value.length === 0) return false;
  return value.slice(0, tableRows).every((row) => isPlainObject(row) && Object.keys(row).length > 0);
}

function previewTable(rows: readonly Row[], sizeBytes: number | null, redact: Redact | undefined): Preview {
  const shown = rows.slice(0, tableRows);
  const all = [...new Set(shown.flatMap((row) => Object.keys(row)))];
  const columns = all.slice(0, tableColumns);
  const pruner = new Pruner(10_000, redact);
  const cells = shown.map((row) => columns.map((column) => pruner.prune(row[column], 3)));
  const truncated = pruner.truncated || rows.length > shown.length || all.length > columns.length;
  return {
    kind: "table",
    size_bytes: sizeBytes,
    truncated,
    value: {
      columns: columns.map((column) => redacted(column, column.length, redact)),
      rows: cells,
      row_count: rows.length,
    },
  };
}

/** A table that is kept outside of the value, such as a Parquet file, described by `@ostinato/parquet`. */
interface KeptTable {
  readonly tableUrl: string;
  readonly rows: number;
  readonly bytes: number;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly head: readonly (readonly unknown[])[];
}

function isKeptTable(value: unknown): value is KeptTable {
  if (!isPlainObject(value)) return false;
  const { tableUrl, rows, bytes, columns, head } = value;
  if (typeof tableUrl !== "string" || !Number.isSafeInteger(rows) || !Number.isSafeInteger(bytes)) return false;
  if (!Array.isArray(columns) || !Array.isArray(head) || !head.every(Array.isArray)) return false;
  return columns.every((column) => isPlainObject(column) && isText(column.name) && isText(column.type));
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function previewKeptTable(table: KeptTable, redact: Redact | undefined): Preview {
  const columns = table.columns.slice(0, tableColumns);
  const pruner = new Pruner(10_000, redact);
  const rows = table.head.slice(0, tableRows).map((row) => columns.map((_, at) => pruner.prune(row[at], 3)));
  const shown = (text: string) => redacted(text, maxTextLength, redact);
  return {
    kind: "table",
    size_bytes: table.bytes,
    truncated: pruner.truncated || table.rows > rows.length || table.columns.length > columns.length,
    value: {
      columns: columns.map(({ name }) => shown(name)),
      types: columns.map(({ type }) => shown(type)),
      rows,
      row_count: table.rows,
      url: shown(table.tableUrl),
    },
  };
}

const deepest = 6;
const widest = 50;
const maxTextLength = 500;

/** Copies a value as JSON, cut where it is deep, wide or long, and as a whole at `budget` characters or so. */
class Pruner {
  truncated = false;
  #budget: number;
  readonly #redact: Redact | undefined;
  readonly #above: unknown[] = [];

  constructor(budget: number, redact: Redact | undefined) {
    this.#budget = budget;
    this.#redact = redact;
  }

  prune(value: unknown, depth: number): unknown {
    this.#budget -= 4;
    if (this.#budget < 0) return this.#cut("…");
    if (value === undefined || value === null) return null;
    if (isSecret(value)) return secretMask;
    if (typeof value === "function") return `[function ${value.name}]`;
    if (isScalar(value)) return this.#text(scalar(value));
    if (isBytes(value)) return `[${value.byteLength} bytes]`;
    if (this.#above.includes(value)) return "[circular]";
    if (depth >= deepest) return this.#cut(Array.isArray(value) ? "[…]" : "{…}");
    this.#above.push(value);
    const copy = this.#container(value, depth + 1);
    this.#above.pop();
    return copy;
  }

  #container(value: object, depth: number): unknown {
    if (Array.isArray(value)) return this.#list(value, value.length, depth);
    if (ArrayBuffer.isView(value)) {
      const list = value as unknown as ArrayLike<unknown>;
      return this.#list(
        Array.from({ length: Math.min(list.length, widest) }, (_, at) => list[at]),
        list.length,
        depth,
      );
    }
    if (value instanceof Set) return { [`Set(${value.size})`]: this.#list([...take(value)], value.size, depth) };
    if (value instanceof Map) return { [`Map(${value.size})`]: this.#list([...take(value)], value.size, depth) };
    if (value instanceof Error) return this.#text(`${value.name}: ${value.message}`);
    if (value instanceof Promise) return "[promise]";
    return this.#record(value, depth);
  }

  #list(items: readonly unknown[], length: number, depth: number): unknown[] {
    const shown = items.slice(0, widest).map((item) => this.prune(item, depth));
    if (length > shown.length) shown.push(this.#cut(`… ${length - shown.length} more`));
    return shown;
  }

  #record(value: object, depth: number): Record<string, unknown> {
    const keys = Object.keys(value);
    const copy: Record<string, unknown> = {};
    for (const key of keys.slice(0, widest)) {
      this.#budget -= key.length;
      // A null prototype would not survive, and an own "__proto__" must not become one.
      if (key !== "__proto__") copy[this.#redact?.(key) ?? key] = this.prune((value as Row)[key], depth);
    }
    if (keys.length > widest) copy["…"] = this.#cut(`${keys.length - widest} more`);
    return copy;
  }

  #text(value: JsonScalar): JsonScalar {
    const shown = redacted(value, maxTextLength, this.#redact);
    if (typeof shown !== "string") return shown;
    const available = Math.max(0, Math.min(maxTextLength, this.#budget));
    this.#budget -= Math.min(shown.length, available);
    return shown.length > available || isLonger(value, maxTextLength)
      ? this.#cut(`${shown.slice(0, available)}…`)
      : shown;
  }

  #cut(mark: string): string {
    this.truncated = true;
    return mark;
  }
}

function* take<T>(items: Iterable<T>): Generator<T> {
  let count = 0;
  for (const item of items) {
    if (count >= widest) return;
    count += 1;
    yield item;
  }
}

/** A record: an object literal, not an instance of a class. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || (prototype === null && writtenNumber(value) === undefined);
}
