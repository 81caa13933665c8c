import { DevalueError, parse, stringify } from "devalue";
import { isSecret } from "./secret.ts";

/** Text from which the value can be made again, or the reason why there is none. */
export type Serialized =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: string; readonly secret: boolean };

export interface SerializeOptions {
  readonly maxValues?: number;
  /** An approximate bound on the length of the output. */
  readonly maxCharacters?: number;
}

/** Above this many values in one structure, writing it down would stop the program for seconds. */
const defaultMaxValues = 2_000_000;
/** Larger values would exhaust the memory while they are written; V8 does not allow strings of twice this length. */
const defaultMaxCharacters = 256 * 1024 * 1024;

/**
 * Writes a value down: all that JSON knows, and undefined, bigint, Date, RegExp, Map, Set, URL, typed arrays, Buffer, Error
 * with its fields, Temporal, NaN, shared and cyclic references. Errors that lead back to themselves, functions, symbols, promises, other classes' instances and secrets cannot be
 * written down.
 */
export function serialize(value: unknown, options: SerializeOptions = {}): Serialized {
  const { maxValues = defaultMaxValues, maxCharacters = defaultMaxCharacters } = options;
  let seen = 0;
  let characters = 0;
  let holdsError = false;
  const refuse = (candidate: unknown) => {
    seen += 1;
    if (seen > maxValues) throw new TooMuch(`${maxValues} values`);
    characters += charactersOf(candidate);
    if (characters > maxCharacters) throw new TooMuch(`${maxCharacters} characters`);
    if (isSecret(candidate)) throw new HoldsSecret();
    if (typeof candidate === "object" && candidate !== null) checkKind(candidate);
    holdsError ||= candidate instanceof Error;
    return false;
  };
  try {
    const text = stringify(value, { refuse, Buffer: reduceBuffer, Part: reducePart, Error: reduceError });
    // An error is rebuilt from its parts, so it cannot be one of them: only reading it back detects that.
    if (holdsError) deserialize(text);
    return { ok: true, text };
  } catch (error) {
    return { ok: false, reason: describeRefusal(error), secret: error instanceof HoldsSecret };
  }
}

/** Makes the value again from what `serialize` wrote. Throws when the text is anything else. */
export function deserialize(text: string): unknown {
  return parse(text, { Buffer: reviveBuffer, Part: (part: unknown) => part, Error: reviveError });
}

class TooMuch extends Error {
  constructor(limit: string) {
    super(`it holds more than ${limit}: write it to a file and return the path`);
  }
}

class OtherKind extends Error {}

/** Lists with names beside their items are short, as that of `match` is: longer ones are data. */
const maxListWithNames = 1000;

/**
 * Throws where reading would give something else: an instance of a class that extends a built-in one, and properties that were
 * added to a list, a map or a date. Told by the names of its kind, which also hold for values of another realm.
 */
function checkKind(value: object): void {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null || value instanceof Error) return;
  if (prototype === Array.prototype) {
    checkNames(value as readonly unknown[]);
    return;
  }
  const kind = Object.prototype.toString.call(value).slice(8, -1).split(".").at(-1);
  const { constructor: maker } = prototype as { readonly constructor?: unknown };
  const name = typeof maker === "function" ? maker.name : "";
  // Such an instance is refused anyway, in better words.
  if (kind === "Object" || name === "") return;
  if (kind !== name && !(kind === "Uint8Array" && name === "Buffer"))
    throw new OtherKind(`an instance of ${name === "Object" ? kind : name} cannot be written down`);
  if (Array.isArray(value)) checkNames(value);
  else if (!ArrayBuffer.isView(value) && kind !== "String" && Object.keys(value).length > 0) throw addedTo(kind);
  if (value instanceof RegExp && value.lastIndex !== 0)
    throw new OtherKind("a RegExp whose lastIndex is not 0 cannot be serialized");
}

function checkNames(list: readonly unknown[]): void {
  if (list.length > maxListWithNames) return;
  // Names come behind the indexes.
  const last = Object.keys(list).at(-1);
  if (last !== undefined && String(Number(last) >>> 0) !== last) throw addedTo("Array");
}

function addedTo(kind: string): OtherKind {
  return new OtherKind(`properties that were added to ${kind === "Array" ? "an" : "a"} ${kind} cannot be written down`);
}

/** An estimate of the length of a single value when it is written, made without a copy. Bytes are written in base64. */
function charactersOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return Math.ceil((value.byteLength * 4) / 3);
  return 0;
}

class HoldsSecret extends Error {
  constructor() {
    super("it holds a secret");
  }
}

function describeRefusal(error: unknown): string {
  if (error instanceof DevalueError)
    return `${describeThing(error.value)}${describePlace(error.path)} cannot be written down`;
  if (error instanceof RangeError && error.message.includes("call stack")) return "it is nested too deep";
  return error instanceof Error ? error.message : String(error);
}

function describePlace(path: string | undefined): string {
  return path === undefined || path === "" ? "" : ` at ${path}`;
}

function describeThing(thing: unknown): string {
  if (typeof thing === "function") return `the function ${thing.name === "" ? "without a name" : thing.name}`;
  if (typeof thing === "symbol") return "a symbol";
  if (thing instanceof Promise) return "a promise";
  const maker: unknown = typeof thing === "object" && thing !== null ? thing.constructor : undefined;
  return typeof maker === "function" && maker !== Object ? `an instance of ${maker.name}` : "this value";
}

interface BufferMaker {
  isBuffer(value: unknown): value is Uint8Array;
  from(bytes: ArrayBufferLike, offset: number, length: number): Uint8Array;
}

// Named through globalThis because this package also runs in the browser, where there is none.
const nodeBuffer = (globalThis as { readonly Buffer?: BufferMaker }).Buffer;

function reduceBuffer(value: unknown): Uint8Array | false {
  return nodeBuffer?.isBuffer(value) === true && new Uint8Array(value);
}

function reviveBuffer(bytes: Uint8Array): Uint8Array {
  return nodeBuffer?.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) ?? bytes;
}

/**
 * Copies a view of part of a buffer into a buffer of its own. devalue writes the whole buffer under a view, and Node's small
 * views share a pool: the output would contain other people's data.
 */
function reducePart(value: unknown): ArrayBufferView | false {
  if (!ArrayBuffer.isView(value) || value.byteLength === value.buffer.byteLength) return false;
  const bytes = value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength);
  const View = value.constructor as new (buffer: ArrayBufferLike) => ArrayBufferView;
  return new View(bytes);
}

/** Texts of earlier versions have no `errors` and no `fields`. */
interface WrittenError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** The errors of an AggregateError. */
  readonly errors?: unknown;
  /** Its own enumerable properties, which may be some of those above: many classes set `name` so. */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly cause: unknown;
}

function reduceError(value: unknown): WrittenError | false {
  if (!(value instanceof Error)) return false;
  const { name, message, stack, cause } = value;
  const errors = Object.hasOwn(value, "errors") ? { errors: (value as AggregateError).errors } : {};
  const { stack: _stack, ...own } = value as unknown as Readonly<Record<string, unknown>>;
  const fields = Object.keys(own).length === 0 ? {} : { fields: own };
  return { name, message, stack, ...errors, ...fields, cause };
}

const builtInErrors = [AggregateError, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError];

/** An error of a class of the user's own comes back as an Error with the same name, message, stack, cause and fields. */
function reviveError(written: WrittenError): Error {
  // The last of its parts to be read: where it is missing, this error is a part of itself, and not all of it is there yet.
  if (!("cause" in written)) throw new Error("an error in it leads back to itself");
  const { name, message, stack, cause, errors, fields = {} } = written;
  const error = new Error(message, cause === undefined ? undefined : { cause });
  const known = builtInErrors.find((candidate) => candidate.name === name);
  if (known !== undefined) Object.setPrototypeOf(error, known.prototype as object);
  const own = { ...(error.name === name ? {} : { name }), ...(stack === undefined ? {} : { stack }), errors };
  for (const [field, value] of Object.entries(own)) if (value !== undefined) define(error, field, value, false);
  for (const [field, value] of Object.entries(fields)) define(error, field, value, true);
  return error;
}

function define(error: Error, name: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(error, name, { value, enumerable, configurable: true, writable: true });
}
