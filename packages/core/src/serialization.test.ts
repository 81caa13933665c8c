import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { secretMark } from "./secret.ts";
import { deserialize, serialize } from "./serialization.ts";

function roundTrip(value: unknown): unknown {
  const written = serialize(value);
  if (!written.ok) throw new Error(written.reason);
  return deserialize(written.text);
}

function refusal(value: unknown): string {
  const written = serialize(value);
  return written.ok ? "it was written down" : written.reason;
}

test("gives back any plain value", () => {
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true }), (value) => {
      fc.pre(serialize(value).ok);
      expect(roundTrip(value)).toEqual(value);
    }),
    { numRuns: 200 },
  );
});

test.each([
  ["undefined", undefined],
  ["not a number", Number.NaN],
  ["a bigint", 2n ** 80n],
  ["a moment", new Date("2024-02-29T12:00:00Z")],
  ["a map of sets", new Map([["a", new Set([1, 2])]])],
  ["numbers", Float64Array.of(1.5, -0, Number.POSITIVE_INFINITY)],
  ["bytes", Buffer.from("håndskrift")],
  ["an address", new URL("https://example.org/?q=1")],
])("gives back %s as it was", (_, value) => {
  const again = roundTrip(value);
  expect(again).toEqual(value);
  expect((again as object | undefined)?.constructor).toBe((value as object | undefined)?.constructor);
});

test("keeps cycles and shared parts", () => {
  const node: { name: string; self?: unknown; pair?: unknown[] } = { name: "a" };
  const shared = { n: 1 };
  node.self = node;
  node.pair = [shared, shared];
  const again = roundTrip(node) as typeof node;
  expect(again.self).toBe(again);
  expect(again.pair?.[0]).toBe(again.pair?.[1]);
});

test("gives back errors with name, message, stack and cause", () => {
  class QuotaError extends Error {
    override readonly name = "QuotaError";
  }
  const error = new QuotaError("too many", { cause: new TypeError("inner") });
  const again = roundTrip(error) as Error;
  expect(again).toBeInstanceOf(Error);
  expect([again.name, again.message, again.stack]).toEqual(["QuotaError", "too many", error.stack]);
  expect(again.cause).toBeInstanceOf(TypeError);
});

test("gives back an error's fields, and the errors that it stands for", () => {
  class HttpError extends Error {
    override name = "HttpError";
    readonly status = 429;
  }
  const inner = new HttpError("refused");
  const outer = new AggregateError([inner, "a text"], "both failed", { cause: inner });
  const again = roundTrip({ outer, inner }) as { outer: AggregateError; inner: HttpError };
  expect(again.outer).toBeInstanceOf(AggregateError);
  expect(again.outer.errors).toEqual([again.inner, "a text"]);
  expect(again.outer.cause).toBe(again.inner);
  expect(Object.keys(again.outer)).toEqual([]);
  expect({ ...again.inner }).toEqual({ name: "HttpError", status: 429 });
  expect(again.inner.message).toBe("refused");
});

test("reads errors that earlier versions wrote", () => {
  const text = '[["Error",1],{"name":2,"message":3,"stack":4,"cause":-1},"RangeError","too far","RangeError: too far"]';
  const again = deserialize(text) as Error;
  expect(again).toBeInstanceOf(RangeError);
  expect([again.name, again.message, again.stack, again.cause]).toEqual([
    "RangeError",
    "too far",
    "RangeError: too far",
    undefined,
  ]);
});

test("refuses an error that leads back to itself", () => {
  const round = new Error("round");
  round.cause = { of: [round] };
  expect(refusal([round])).toBe("an error in it leads back to itself");
  const held = Object.assign(new Error("held"), { by: { error: undefined as unknown } });
  held.by.error = held;
  expect(refusal(held)).toBe("an error in it leads back to itself");
  const again = roundTrip(held.by) as typeof held.by;
  expect(again).toBe((again.error as typeof held).by);
});

describe("says what cannot be written down, and where", () => {
  class Model {
    readonly weights = [1];
  }
  test.each([
    [{ on: { done: function finish() {} } }, "the function finish at .on.done cannot be written down"],
    [[new Model()], "an instance of Model at [0] cannot be written down"],
    [Promise.resolve(1), "a promise cannot be written down"],
    [
      [Object.assign(new Error("no"), { retry: Object.keys })],
      "the function keys at [0].fields.retry cannot be written down",
    ],
    [[new (class Rows extends Array {})()], "an instance of Rows cannot be written down"],
    [new (class Registry extends Map {})(), "an instance of Registry cannot be written down"],
    [{ on: new (class Day extends Date {})() }, "an instance of Day cannot be written down"],
    ["abc".match(/b/), "properties that were added to an Array cannot be written down"],
    [Object.assign(new Date(0), { zone: "UTC" }), "properties that were added to a Date cannot be written down"],
    [Object.assign(/a/g, { lastIndex: 2 }), "a RegExp whose lastIndex is not 0 cannot be serialized"],
    [{ key: Symbol("x") }, "a symbol at .key cannot be written down"],
    [{ password: { [secretMark]: true } }, "it holds a secret"],
  ])("%#", (value, reason) => {
    expect(refusal(value)).toBe(reason);
  });

  test("what is nested deeper than calls can be", () => {
    let value: object = {};
    for (let depth = 0; depth < 50_000; depth += 1) value = { value };
    expect(refusal(value)).toBe("it is nested too deep");
  });

  test("a structure that is too large", () => {
    const written = serialize(
      Array.from({ length: 100 }, (_, index) => index),
      { maxValues: 50 },
    );
    expect(written).toEqual({
      ok: false,
      secret: false,
      reason: "it holds more than 50 values: write it to a file and return the path",
    });
  });
});

test.each([
  ["text", "x".repeat(101)],
  ["bytes", { deep: [new Uint8Array(76)] }],
  ["many small texts", Array.from({ length: 60 }, (_, index) => `t${index}`)],
])("%s that would take too much is refused before it is written", (_, value) => {
  expect(serialize(value, { maxCharacters: 100 })).toMatchObject({ ok: false, reason: expect.stringContaining("100") });
  expect(serialize(value, { maxCharacters: 1000 })).toMatchObject({ ok: true });
});

test.each([
  ["a Uint8Array", (buffer: ArrayBuffer) => new Uint8Array(buffer, 8, 3)],
  ["a Float32Array", (buffer: ArrayBuffer) => new Float32Array(buffer, 8, 2)],
  ["a DataView", (buffer: ArrayBuffer) => new DataView(buffer, 8, 4)],
])("of %s over a part of a buffer nothing else is written down", (_, viewOf) => {
  const buffer = new ArrayBuffer(4096);
  new Uint8Array(buffer).set(new TextEncoder().encode("what others have put there"), 100);
  new Uint8Array(buffer).set([0, 0, 192, 63, 0, 0, 32, 64], 8);
  const view = viewOf(buffer);
  const written = serialize({ view });
  if (!written.ok) throw new Error(written.reason);
  expect(written.text.length).toBeLessThan(150);
  const { view: made } = deserialize(written.text) as { view: ArrayBufferView };
  expect(made.constructor).toBe(view.constructor);
  const bytesOf = ({ buffer: whole, byteOffset, byteLength }: ArrayBufferView) => [
    ...new Uint8Array(whole, byteOffset, byteLength),
  ];
  expect(bytesOf(made)).toEqual(bytesOf(view));
});
