import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ExactNumber, exactNumber, jsonText, parseJson, withBigInts, withNearestNumbers } from "./exact-json.ts";

const written = (text: string) => JSON.stringify(parseJson(text));

describe("a number comes back as it was written", () => {
  test.each([
    ["a whole one beyond 2^53", "9007199254740993"],
    ["2^70", "1180591620717411303424"],
    ["negative", "-12345678901234567890"],
    ["a fraction that is whole", "1.0"],
    ["zero with a sign", "-0.0"],
    ["with an exponent", "[1e16,1E5,1.5e3]"],
    ["beyond what JavaScript counts", "[1e400,-1e400]"],
    ["with many digits and a fraction", "[9007199254740993.0,123456789012345678901234567890.5]"],
    ["beside texts that look like it", '{"a":"[1.0,","b\\\\":1.0,"c":"\\"","d:":[1.0,"1.0"]}'],
    ["under a name that objects have of their own", '{"1":2.0,"__proto__":1.0,"constructor":{"__proto__":{"x":3.0}}}'],
  ])("%s", (_, text) => {
    expect(written(text)).toBe(text);
  });

  test("with blanks around it", () => {
    expect(written(' { "a" :\t9007199254740993 ,\n"b":[ 1.0 ] } ')).toBe('{"a":9007199254740993,"b":[1.0]}');
    expect(written(" 1.0\n")).toBe("1.0");
  });

  test("what JavaScript keeps by itself stays its own", () => {
    const text =
      '[0,1,-2,0.5,9007199254740991,-9007199254740991,1234567890123456,0.1234567890123456,2.5e-7,{"a":"1.0"}]';
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  test("whatever values stand around it", () => {
    const numbers = fc.oneof(
      fc.bigInt().map(String),
      fc.integer().map((value) => `${value}.0`),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    );
    const leaf = fc.oneof(
      fc.string(),
      fc.constantFrom(null, true),
      numbers.map((text) => ({ number: text })),
    );
    const values = fc.letrec((tie) => ({
      value: fc.oneof(leaf, fc.array(tie("value")), fc.dictionary(fc.string(), tie("value"))),
    })).value;
    const textOf = (value: unknown): string => {
      if (typeof value !== "object" || value === null) return JSON.stringify(value);
      if (Array.isArray(value)) return `[${value.map(textOf).join(",")}]`;
      if ("number" in value && typeof value.number === "string") return value.number;
      return `{${Object.entries(value).map(([key, part]) => `${JSON.stringify(key)}:${textOf(part)}`)}}`;
    };
    // Keys that are numbers are sorted by JavaScript, and zero has no sign without a fraction.
    const plain = (text: string) =>
      JSON.stringify(JSON.parse(text.replace(/-?\d[\d.]{14,}(e[+-]?\d+)?|\d\.0\b/g, "7")));
    fc.assert(
      fc.property(values, (value) => {
        const text = textOf(value);
        const again = JSON.stringify(parseJson(text));
        expect(JSON.stringify(parseJson(again))).toBe(again);
        expect(plain(again)).toBe(plain(text));
        expect(numbersIn(parseJson(again))).toEqual(numbersIn(parseJson(text)));
      }),
    );
  });
});

function numbersIn(value: unknown): unknown[] {
  if (value instanceof ExactNumber) return [value.text];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

test.each([
  "{1.0:2}",
  "[1.0",
  "01.0",
  "[1.0 2.0]",
  '{"a":1,2.0:3}',
  "[1.]",
  '{"a":1.0',
  '["1.0,1.0]',
  "NaN",
  "[Infinity]",
])("%s is no JSON, and the error is that of JSON.parse", (text) => {
  const error = (read: () => unknown) => {
    try {
      return read();
    } catch (thrown) {
      return String(thrown);
    }
  };
  expect(error(() => parseJson(text))).toBe(error(() => JSON.parse(text)));
  expect(error(() => parseJson(text))).toMatch(/SyntaxError/);
});

test("a whole number that Python could not read is refused", () => {
  expect(written(`[${"9".repeat(4300)}]`)).toHaveLength(4302);
  expect(() => parseJson(`[${"9".repeat(4301)}]`)).toThrow("A whole number has 4301 digits, and the maximum is 4300");
  expect(() => parseJson("9".repeat(4301))).toThrow(SyntaxError);
});

test("looking for such numbers does not take long, whatever the text", () => {
  const texts = [
    `[${Array.from({ length: 20_000 }, () => "1.0").join(",")}]`,
    JSON.stringify(Array.from({ length: 20_000 }, () => ',"1.0,\\')),
    `{"a":${" ".repeat(200_000)}1.0${" ".repeat(200_000)}}`,
    `[1.${"0".repeat(200_000)}1]`,
  ];
  // One that took the square of their lengths would take minutes.
  for (const text of texts) expect(parseJson(text)).toBeDefined();
});

test("a program gets bigints and numbers, a reader the nearest numbers", () => {
  const value = parseJson('{"id":9007199254740993,"rate":1.0,"few":3,"list":[{"big":1e300}],"none":{}}');
  expect(withBigInts(value)).toEqual({ id: 9007199254740993n, rate: 1, few: 3, list: [{ big: 1e300 }], none: {} });
  expect(withNearestNumbers(value)).toMatchObject({ id: 9007199254740992, rate: 1 });
  const few = JSON.parse('{"a":[1]}');
  expect(withBigInts(few)).toBe(few);
});

test("text shows the digits, and arithmetic takes the nearest number", () => {
  const number = parseJson("9007199254740993");
  expect(`${number}`).toBe("9007199254740993");
  expect(Number(number)).toBe(9007199254740992);
});

test("bigints are written as whole numbers", () => {
  expect(jsonText({ id: 12345678901234567890n, few: [1n, "1"] })).toBe('{"id":12345678901234567890,"few":[1,"1"]}');
  expect(jsonText(undefined)).toBeUndefined();
  const circle: unknown[] = [];
  circle.push(circle);
  expect(() => jsonText(circle)).toThrow(TypeError);
  expect([exactNumber(5n), exactNumber("2.5"), exactNumber("2.0")]).toEqual([5, 2.5, new ExactNumber("2.0")]);
});
