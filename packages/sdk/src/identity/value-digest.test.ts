import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { deserialize, isPlainObject, serialize } from "@ostinato/core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { secret } from "../secrets/secret.ts";
import { digestOf } from "./value-digest.ts";

const home = process.env.OSTINATO_HOME;
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ostinato-digest-"));
  process.env.OSTINATO_HOME = folder;
});
afterAll(async () => {
  if (home === undefined) delete process.env.OSTINATO_HOME;
  else process.env.OSTINATO_HOME = home;
  await rm(folder, { recursive: true });
});

const textOf = (value: unknown) => digestOf(value)?.text;
const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true });

describe("two values have one digest", () => {
  const pair = (key: unknown): [unknown, string] => [key, String(key)];
  const when = { from: new Date(0), days: [1, 2] };
  const loop = (name: string) => {
    const node: { name: string; self?: unknown } = { name };
    node.self = node;
    return node;
  };
  test.each<[string, unknown, unknown]>([
    ["whatever the order of keys", { a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }],
    ["whatever the order of a set", new Set([1, "a", { n: 1 }]), new Set([{ n: 1 }, 1, "a"])],
    ["whatever the order of a set of numbers", new Set([2, 10, 1]), new Set([10, 1, 2])],
    ["whatever the order of a map", new Map(Object.entries({ a: 1, b: 2 })), new Map(Object.entries({ b: 2, a: 1 }))],
    ["whatever the order of a map of any keys", new Map([pair(1), pair([])]), new Map([pair([]), pair(1)])],
    ["when a key is undefined and when it is left out", { a: 1, b: undefined }, { a: 1 }],
    ["when parts are shared and when they are copies", [when, when], [when, structuredClone(when)]],
    ["when they go round in the same way", loop("a"), loop("a")],
    ["when bytes are part of a larger buffer", Uint8Array.of(9, 1, 2).subarray(1), Uint8Array.of(1, 2)],
    ["when errors say the same at two places", new Error("no"), new Error("no")],
  ])("%s", (_, one, other) => {
    expect(textOf(one)).toBeTypeOf("string");
    expect(textOf(one)).toBe(textOf(other));
  });

  test("when the one was written down and read again", () => {
    fc.assert(
      fc.property(anything, (value) => {
        const written = serialize(value);
        fc.pre(written.ok && textOf(value) !== undefined);
        expect(textOf(deserialize(written.ok ? written.text : ""))).toBe(textOf(value));
      }),
      { numRuns: 300 },
    );
  });
});

describe("two values have two digests", () => {
  const alike = [
    undefined,
    null,
    false,
    0,
    -0,
    1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1n,
    -1n,
    "",
    "1",
    "null",
    "\ud800",
    "\ufffd",
    "x".repeat(100),
    `${"x".repeat(99)}\ud800`,
    `${"x".repeat(99)}\ufffd`,
    new Date(1),
    new Date(Number.NaN),
    new Date(1).toISOString(),
    [],
    [undefined],
    [null],
    new Array(1),
    [[]],
    [1, 2],
    [2, 1],
    {},
    Object.create(null),
    { a: null },
    { a: {} },
    { a: { b: 1 }, c: 2 },
    { a: { b: 1, c: 2 } },
    { 0: 1, 1: 2 },
    new Set(),
    new Set([1]),
    new Set([1n]),
    new Set(["1"]),
    new Set([[1]]),
    new Map(),
    new Map([["a", 1]]),
    new Map([["a", undefined]]),
    new Map([[1, "a"]]),
    new Map([["1", "a"]]),
    Uint8Array.of(1),
    Int8Array.of(1),
    Uint8Array.of(1).buffer,
    Buffer.of(1),
    Float64Array.of(-0),
    Float64Array.of(0),
    /a/,
    /a/g,
    new URL("https://example.org/a"),
    new Error("a"),
    new TypeError("a"),
    new Error("a", { cause: 1 }),
    Object.assign(new Error("a"), { status: 429 }),
    new AggregateError([1], "a"),
    Object(1),
  ];
  test("when they are not the same, however much alike", () => {
    const digests = alike.map(textOf);
    expect(digests).not.toContain(undefined);
    expect(new Set(digests).size).toBe(alike.length);
  });

  test("or else they are equal, whatever they are", () => {
    const leaf = fc.constantFrom<unknown>(0, -0, 1, "1", null, undefined, Number.NaN, 1n);
    const key = fc.constantFrom("a", "b");
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 2 }, leaf, tie("list"), tie("record"), tie("set"), tie("map")),
      list: fc.array(tie("value"), { maxLength: 2 }),
      record: fc.dictionary(key, tie("value"), { maxKeys: 2, noNullPrototype: true }),
      set: fc.array(leaf, { maxLength: 2 }).map((items) => new Set(items)),
      map: fc.array(fc.tuple(key, leaf), { maxLength: 2 }).map((entries) => new Map(entries)),
    }));
    fc.assert(
      fc.property(value, value, (one, other) => {
        expect(textOf(one) === textOf(other)).toBe(isDeepStrictEqual(withoutUndefined(one), withoutUndefined(other)));
      }),
      { numRuns: 1000 },
    );
  });

  test("when a large one was changed at one place", () => {
    const rows = Array.from({ length: 20_000 }, (_, id) => ({ id, amount: 1 }));
    const before = textOf(rows);
    const row = rows[12_345];
    if (row !== undefined) row.amount = 2;
    expect(textOf(rows)).not.toBe(before);
  });
});

describe("has no digest", () => {
  class Model {
    readonly weights = [1];
  }
  class Money extends Map {}
  const fail = () => {
    throw new Error("no");
  };
  const deep = Array.from({ length: 100_000 }).reduce((inner: unknown) => [inner], 1);
  test.each<[string, unknown]>([
    ["a function", { done() {} }],
    ["a symbol", Symbol("a")],
    ["a record with a symbol for a key", { [Symbol("a")]: 1 }],
    ["a promise", Promise.resolve(1)],
    ["an instance of a class", [new Model()]],
    ["an instance of a class that extends one of the language's", new Money()],
    ["a list with more than its items", "a-b".match(/a/)],
    ["a getter that throws", Object.defineProperty({}, "broken", { get: fail, enumerable: true })],
    ["a structure that is too deep", deep],
  ])("%s", (_, value) => {
    expect(digestOf(value)).toBeUndefined();
  });
});

describe("a secret", () => {
  test("counts by what it is, and is said to be part of the value", () => {
    const { text, secret: holds } = digestOf({ token: secret("hunter2") }) ?? {};
    expect(holds).toBe(true);
    expect(textOf({ token: secret("hunter2") })).toBe(text);
    expect(textOf({ token: secret("hunter3") })).not.toBe(text);
    expect(textOf({ token: "hunter2" })).not.toBe(text);
    expect(digestOf(new Set([secret(1)]))?.secret).toBe(true);
  });

  test("counts by a key that only its owner can read", async () => {
    digestOf(secret("anything"));
    const file = join(folder, "secret-key");
    expect(await readFile(file)).toHaveLength(32);
    if (process.platform !== "win32") expect((await stat(file)).mode & 0o077).toBe(0);
  });
});

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (!isPlainObject(value)) return value;
  const given = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(given.map(([key, item]) => [key, withoutUndefined(item)]));
}
