import { isSecret } from "@ostinato/core";
import { secretDigest } from "../secrets/secret-digest.ts";
import { ByteDigest } from "./byte-digest.ts";

/** The content of a value as text: equal values give equal text, in any process. */
export interface ValueDigest {
  readonly text: string;
  /** Whether the value contains a secret. Secrets count by a code that only this machine can compute. */
  readonly secret: boolean;
}

/** Beyond this many values in one structure, reading it would block the program for seconds. */
const maxValues = 20_000_000;

/**
 * The digest of a value by its content; undefined for values that cannot be compared: functions, symbols, promises, instances of classes.
 * Ignored are the order of keys, the order of items in maps and sets, keys whose value is undefined, and shared references. Types count:
 * `1`, `1n`, `"1"`, `-0` and `new Date(1)` are five different values.
 */
export function digestOf(value: unknown): ValueDigest | undefined {
  const writer = new CanonicalWriter({ values: 0 }, []);
  try {
    writer.value(value);
    return { text: writer.out.take(), secret: writer.secret };
  } catch {
    // A value that cannot be compared, is nested too deeply for the stack, or has a getter that throws, equals nothing.
    return undefined;
  } finally {
    writer.out.release();
  }
}

/** The first byte of each value, so that encodings of different kinds never collide. */
const tag = {
  end: 0,
  undefined: 1,
  null: 2,
  true: 3,
  false: 4,
  number: 5,
  bigint: 6,
  text: 7,
  list: 8,
  hole: 9,
  record: 10,
  bareRecord: 11,
  map: 12,
  mixedMap: 13,
  set: 14,
  numberSet: 15,
  mixedSet: 16,
  date: 17,
  bytes: 18,
  error: 19,
  boxed: 20,
  written: 21,
  secret: 22,
  above: 23,
} as const;

/** Longer lists are data, and are not searched for named properties. */
const maxListWithNames = 1000;

interface Budget {
  values: number;
}

class Incomparable extends Error {}

/** Writes values as bytes in one canonical form. */
class CanonicalWriter {
  readonly out = new ByteDigest();
  secret = false;
  readonly #budget: Budget;
  /** The containers around the value being written, outermost first. */
  readonly #above: object[];
  #keys: readonly string[] = [];
  #sortedKeys: readonly string[] = [];

  constructor(budget: Budget, above: object[]) {
    this.#budget = budget;
    this.#above = above;
  }

  value(value: unknown): void {
    this.#budget.values += 1;
    if (this.#budget.values > maxValues) throw new Incomparable();
    if (typeof value === "string") {
      this.out.byte(tag.text);
      this.out.text(value);
    } else if (typeof value === "number") {
      this.out.byte(tag.number);
      this.out.number(value);
    } else if (typeof value === "object") {
      if (value === null) this.out.byte(tag.null);
      else this.#object(value);
    } else if (typeof value === "boolean") this.out.byte(value ? tag.true : tag.false);
    else if (value === undefined) this.out.byte(tag.undefined);
    else if (typeof value === "bigint") {
      this.out.byte(tag.bigint);
      this.out.text(value.toString(16));
    } else throw new Incomparable();
  }

  #object(value: object): void {
    const place = this.#above.lastIndexOf(value);
    if (place >= 0) {
      this.out.byte(tag.above);
      this.out.number(this.#above.length - place);
      return;
    }
    this.#above.push(value);
    if (Array.isArray(value)) this.#list(value);
    else {
      const prototype: unknown = Object.getPrototypeOf(value);
      if (prototype === Object.prototype) this.#record(tag.record, value);
      else if (prototype === null) this.#record(tag.bareRecord, value);
      else if (isSecret(value)) this.#secret(value);
      else this.#other(value, prototype as object);
    }
    this.#above.pop();
  }

  #list(list: readonly unknown[]): void {
    this.out.byte(tag.list);
    this.out.number(list.length);
    // Holes count too: a sparse array may have a length of billions.
    if (list.length > maxValues) throw new Incomparable();
    for (let index = 0; index < list.length; index += 1) {
      if (list[index] === undefined && !(index in list)) this.out.byte(tag.hole);
      else this.value(list[index]);
    }
    // Arrays may have named properties, as the result of `match` has.
    if (list.length <= maxListWithNames && Object.keys(list).length > list.length) throw new Incomparable();
  }

  #record(kind: number, record: object): void {
    if (Object.getOwnPropertySymbols(record).length > 0) throw new Incomparable();
    this.out.byte(kind);
    for (const key of this.#sorted(Object.keys(record))) {
      const item = (record as Record<string, unknown>)[key];
      if (item === undefined) continue;
      this.out.text(key);
      this.value(item);
    }
    this.out.byte(tag.end);
  }

  /** The keys in a fixed order. Rows of a table usually have the keys of the row before. */
  #sorted(keys: readonly string[]): readonly string[] {
    const known = this.#keys;
    if (keys.length !== known.length || keys.some((key, index) => key !== known[index])) {
      this.#keys = keys;
      this.#sortedKeys = isSorted(keys) ? keys : keys.toSorted();
    }
    return this.#sortedKeys;
  }

  /** Writes a value that is neither a list nor a record, by the kind that the language reports, which also works across realms. */
  #other(value: object, prototype: object): void {
    const kind = Object.prototype.toString.call(value).slice(8, -1);
    const { constructor: maker } = prototype as { readonly constructor?: { readonly name?: string } };
    if (kind === "Error") this.#error(value as Error);
    else if (ArrayBuffer.isView(value)) this.#bytes(maker?.name ?? kind, value);
    else if (kind === "Object" && maker?.name === kind && Object.getPrototypeOf(prototype) === null)
      this.#record(tag.record, value);
    // An instance of a user's class may hold private state.
    else if (kind.split(".").at(-1) !== maker?.name) throw new Incomparable();
    else this.#builtIn(kind, value);
  }

  #builtIn(kind: string, value: object): void {
    if (/^(String|Number|Boolean|BigInt)$/.test(kind)) {
      this.out.byte(tag.boxed);
      this.value(value.valueOf());
      return;
    }
    if (Object.keys(value).length > 0) throw new Incomparable();
    if (kind === "Date") {
      this.out.byte(tag.date);
      this.out.number((value as Date).getTime());
    } else if (kind === "Map") this.#map(value as ReadonlyMap<unknown, unknown>);
    else if (kind === "Set") this.#set(value as ReadonlySet<unknown>);
    else if (kind === "ArrayBuffer") this.#bytes(kind, new Uint8Array(value as ArrayBuffer));
    else if (/^(RegExp|URL|URLSearchParams|Temporal\.\w+)$/.test(kind)) {
      this.out.byte(tag.written);
      this.out.text(kind);
      this.out.text(String(value));
      if (kind === "RegExp") this.out.number((value as RegExp).lastIndex);
    } else throw new Incomparable();
  }

  #map(map: ReadonlyMap<unknown, unknown>): void {
    const keys = [...map.keys()];
    if (!areTexts(keys)) {
      this.#unordered(tag.mixedMap, map, (writer, [key, item]) => {
        writer.value(key);
        writer.value(item);
      });
      return;
    }
    this.out.byte(tag.map);
    this.out.number(keys.length);
    for (const key of keys.sort()) {
      this.out.text(key);
      this.value(map.get(key));
    }
  }

  #set(set: ReadonlySet<unknown>): void {
    const items = [...set];
    if (items.every((item) => typeof item === "number")) {
      this.out.byte(tag.numberSet);
      this.out.bytes(Float64Array.from(items).sort());
    } else if (areTexts(items)) {
      this.out.byte(tag.set);
      this.out.number(items.length);
      for (const item of items.sort()) this.out.text(item);
    } else this.#unordered(tag.mixedSet, items, (writer, item) => writer.value(item));
  }

  /** Items of any kind, in the order of their digests. */
  #unordered<T>(kind: number, items: Iterable<T>, write: (writer: CanonicalWriter, item: T) => void): void {
    const digests = this.#apart((writer) =>
      Array.from(items, (item) => {
        write(writer, item);
        return writer.out.take();
      }),
    );
    this.out.byte(kind);
    this.out.number(digests.length);
    for (const digest of digests.sort()) this.out.text(digest);
  }

  /** The stack tells where the error occurred, not what it says. */
  #error(error: Error): void {
    this.out.byte(tag.error);
    this.value(error.name);
    this.value(error.message);
    this.value(error.cause);
    this.value((error as { readonly errors?: unknown }).errors);
    this.#record(tag.record, error);
  }

  #bytes(kind: string, view: ArrayBufferView): void {
    this.out.byte(tag.bytes);
    this.out.text(kind);
    this.out.bytes(view);
  }

  #secret(secret: object): void {
    const content = this.#apart((writer) => {
      writer.value((secret as { peek(): unknown }).peek());
      return writer.out.take();
    });
    this.secret = true;
    this.out.byte(tag.secret);
    this.out.text(secretDigest(content));
  }

  /** Uses a separate writer for parts that have digests of their own. */
  #apart<T>(use: (writer: CanonicalWriter) => T): T {
    const writer = new CanonicalWriter(this.#budget, this.#above);
    try {
      return use(writer);
    } finally {
      this.secret ||= writer.secret;
      writer.out.release();
    }
  }
}

function areTexts(values: readonly unknown[]): values is string[] {
  return values.every((value) => typeof value === "string");
}

function isSorted(keys: readonly string[]): boolean {
  return keys.every((key, index) => index === 0 || (keys[index - 1] ?? "") < key);
}
