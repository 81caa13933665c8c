import { expect, test } from "vitest";
import { checkNames, readParameters, signature } from "./parameters.ts";

const schema = {
  type: "object",
  properties: {
    train: { type: "string" },
    depth: { type: "integer", default: 6 },
    columns: { type: "array", items: { type: "string" } },
    mode: { enum: ["fast", "exact"] },
    note: { anyOf: [{ type: "string" }, { type: "null" }] },
  },
  required: ["train", "depth"],
};

test("a value is JSON where it is JSON, else text", () => {
  const param = [
    "depth=8",
    'columns=["a","b"]',
    "train=2021.parquet",
    'deep={"a":1}',
    "mode=fast",
    "empty=",
    "sum=a=b",
  ];
  expect(readParameters({ param }, undefined)).toEqual({
    depth: 8,
    columns: ["a", "b"],
    train: "2021.parquet",
    deep: { a: 1 },
    mode: "fast",
    empty: "",
    sum: "a=b",
  });
});

test("a parameter that can only be text stays text", () => {
  const param = ["train=2021", "note=true", 'mode="fast"', "depth=8"];
  expect(readParameters({ param }, schema)).toEqual({ train: "2021", note: "true", mode: "fast", depth: 8 });
  expect(readParameters({ param: ["note=null"] }, schema)).toEqual({ note: null });
});

test("a whole number beyond 2^53 keeps its digits: as a bigint, or as text where only text will do", () => {
  const param = [
    "id=12345678901234567890",
    'ids=[9007199254740993,{"big":-1180591620717411303424}]',
    "share=1.0",
    "n=9007199254740991",
  ];
  const expected = { ids: [9007199254740993n, { big: -1180591620717411303424n }], share: 1, n: 9007199254740991 };
  expect(readParameters({ param }, undefined)).toEqual({ id: 12345678901234567890n, ...expected });
  expect(readParameters({ param: ["train=12345678901234567890"] }, schema)).toEqual({ train: "12345678901234567890" });
  expect(readParameters({ params: '{"depth": 9007199254740993}' }, schema)).toEqual({ depth: 9007199254740993n });
});

test("single parameters go before those of the object, the last before the first", () => {
  const given = { params: '{"train": "a", "depth": 1}', param: ["depth=2", "depth=3"] };
  expect(readParameters(given, schema)).toEqual({ train: "a", depth: 3 });
});

test.each([
  [{ param: ["depth"] }, '"depth" is not a parameter. Write it as name=value.'],
  [{ param: ["=8"] }, '"=8" is not a parameter'],
  [{ params: "{depth: 8}" }, "-P is not valid JSON"],
  [{ params: "[1]" }, "-P is not a JSON object of parameters"],
  [{ params: "@nowhere.json" }, "The parameters can't be read: nowhere.json does not exist."],
])("%j is refused", (given, message) => {
  expect(() => readParameters(given, schema)).toThrow(message);
});

test("an unknown name is answered with what exists", () => {
  const check = () => checkNames({ trian: "a" }, { flowName: "learn", schema });
  expect(check).toThrow(
    'Flow learn takes no parameter "trian". Did you mean "train"? It takes: train: string, depth?: integer',
  );
  expect(() => checkNames({ x: 1 }, { flowName: "idle", schema: { type: "object", properties: {} } })).toThrow(
    "It takes none.",
  );
});

test("a missing one is named; one with a default is not missing", () => {
  expect(() => checkNames({}, { flowName: "learn", schema })).toThrow("Flow learn needs the parameter train.");
  expect(() => checkNames({ train: "a" }, { flowName: "learn", schema })).not.toThrow();
});

test("nothing is checked where nothing is known, or anything goes", () => {
  expect(() => checkNames({ x: 1 }, { flowName: "learn", schema: undefined })).not.toThrow();
  const open = { ...schema, additionalProperties: {} };
  expect(() => checkNames({ train: "a", x: 1 }, { flowName: "learn", schema: open })).not.toThrow();
});

test("a signature reads like one", () => {
  expect(signature(schema)).toBe(
    'train: string, depth?: integer, columns?: string[], mode?: "fast" | "exact", note?: string | null',
  );
});
