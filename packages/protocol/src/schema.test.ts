import { Check } from "typebox/schema";
import { describe, expect, test } from "vitest";
import {
  Enum,
  IndexedText,
  Integer32,
  Labels,
  Maybe,
  MomentInput,
  maxIndexedBytes,
  Nullable,
  Open,
  Seconds,
  Strict,
  type TSchema,
  Type,
  Uuid,
} from "./schema.ts";

const cases: Readonly<Record<string, { schema: TSchema; takes: readonly unknown[]; refuses: readonly unknown[] }>> = {
  "a moment": {
    schema: MomentInput,
    takes: [
      "2030-01-01T00:00:00Z",
      "2030-01-01 00:00:00.123456+02:00",
      "2030-01-01T00:00:00",
      "1700-01-01T00:00:00Z",
      0,
      -1.5,
      1_900_000_000,
      1_900_000_000_000,
    ],
    refuses: [
      "",
      "now",
      "2030-13-01T00:00:00Z",
      "2300-01-01T00:00:00Z",
      "1600-01-01T00:00:00Z",
      1e15,
      Number.NaN,
      null,
      true,
      {},
    ],
  },
  "an id": {
    schema: Uuid,
    takes: ["0199f3a0-6f5c-7c11-8f7c-2d8f3f1f0a11", "0199F3A0-6F5C-7C11-8F7C-2D8F3F1F0A11"],
    refuses: ["", "0199f3a0", "0199f3a0-6f5c-7c11-8f7c-2d8f3f1f0a1g", 7, null],
  },
  "a whole number of 32 bits": {
    schema: Integer32(),
    takes: [0, -(2 ** 31), 2 ** 31 - 1],
    refuses: [2 ** 31, -(2 ** 31) - 1, 0.5, "1", null],
  },
  "one that is at least 1": { schema: Integer32({ minimum: 1 }), takes: [1], refuses: [0, -1] },
  "a duration": { schema: Seconds(), takes: [0, 0.25, -3, 3.1e9], refuses: [4e9, "1", null] },
  "text of an index": {
    schema: IndexedText,
    takes: ["", "x".repeat(maxIndexedBytes), "ä".repeat(maxIndexedBytes / 2)],
    refuses: ["x".repeat(maxIndexedBytes + 1), "ä".repeat(maxIndexedBytes / 2 + 1), 1],
  },
  labels: {
    schema: Labels,
    takes: [{}, { a: "b", c: 1, d: 1.5, e: false }],
    refuses: [{ a: null }, { a: [] }, { a: {} }, "a", []],
  },
  "one of some words": { schema: Enum(["a", "b"] as const), takes: ["a", "b"], refuses: ["A", "", null, "c"] },
  "what may be null": { schema: Nullable(Type.String()), takes: ["", null], refuses: [1, undefined] },
};

describe.each(Object.entries(cases))("%s", (_, { schema, takes, refuses }) => {
  test.each(takes.map((value) => [value]))("may be %j", (value) => expect(Check(schema, value)).toBe(true));
  test.each(refuses.map((value) => [value]))("may not be %j", (value) => expect(Check(schema, value)).toBe(false));
});

test("a strict object refuses what it does not know, and an open one takes it", () => {
  const fields = { name: Maybe(Type.String()) };
  expect([Check(Strict(fields), { nome: "x" }), Check(Open(fields), { nome: "x" })]).toEqual([false, true]);
});

test("what may be left out may be null too", () => {
  const schema = Strict({ name: Maybe(Type.String()) });
  expect([{}, { name: null }, { name: "x" }].map((value) => Check(schema, value))).toEqual([true, true, true]);
  expect(Check(schema, { name: 1 })).toBe(false);
});
