import { Maybe, Open, Type } from "@ostinato/protocol";
import { expect, test } from "vitest";
import { readAs } from "./validation.ts";

const schema = Open({
  count: Maybe(Type.Integer({ minimum: 0 })),
  ratio: Maybe(Type.Number()),
  flag: Maybe(Type.Boolean()),
  list: Maybe(Type.Array(Open({ count: Type.Integer() }))),
  own: Maybe(Type.Record(Type.String(), Type.Unknown())),
});

test.each([
  [{ count: "12" }, { count: 12 }],
  [{ count: " 12 " }, { count: 12 }],
  [{ count: "12.0" }, { count: 12 }],
  [{ count: true }, { count: 1 }],
  [{ ratio: "1.5e2" }, { ratio: 150 }],
  [{ flag: "Yes" }, { flag: true }],
  [{ flag: 0 }, { flag: false }],
  [
    { list: [{ count: "3" }], flag: "off" },
    { list: [{ count: 3 }], flag: false },
  ],
  [
    { count: "1", own: { count: "1", flag: "yes" } },
    { count: 1, own: { count: "1", flag: "yes" } },
  ],
])("%j is read as Prefect's server reads it", (given, expected) => {
  expect(readAs(schema, given)).toEqual({ problems: [], value: expected });
});

test("a user's own data keeps its form", () => {
  const own = { date: new Date(0) };
  const { value } = readAs(schema, { count: "1", own });
  expect(value.own?.date).toBe(own.date);
});

test.each([
  { count: "1.5" },
  { count: "-1" },
  { count: "" },
  { count: "0x10" },
  { count: [1] },
  { ratio: "Infinity" },
  { flag: "maybe" },
  { flag: 2 },
  { list: [{ count: "three" }] },
])("%j is refused with its value as it was given", (given) => {
  const [problem] = readAs(schema, given).problems;
  const [name] = Object.keys(given);
  expect(problem?.loc.slice(0, 2)).toEqual(["body", name]);
});
