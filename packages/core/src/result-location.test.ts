import { expect, test } from "vitest";
import {
  describeResultLocation,
  formatResultLocation,
  isResultScheme,
  localResultFile,
  localResultPlace,
  parseLocalResultPlace,
  parseResultLocation,
  storeOfResult,
} from "./result-location.ts";

test.each([
  ["local:ab/name", { scheme: "local", place: "ab/name" }],
  ["s3://bucket/a key:with colons", { scheme: "s3", place: "//bucket/a key:with colons" }],
  ["gcs-eu:", { scheme: "gcs-eu", place: "" }],
  ["s3://bucket/line\nbreak", { scheme: "s3", place: "//bucket/line\nbreak" }],
])("%j has a scheme and a place, and is written the same way", (text, location) => {
  expect(parseResultLocation(text)).toEqual(location);
  expect(formatResultLocation(location)).toBe(text);
});

test.each(["", "bucket/key", "/etc/passwd", ":place", "3s:place", "S3:place", " s3:place", "s 3:place"])(
  "%j is not a location",
  (text) => expect(parseResultLocation(text)).toBeUndefined(),
);

test("a scheme is a word of lower-case letters, digits, plus, dot and dash", () => {
  expect(["s3", "my-store", "a+b.c"].filter(isResultScheme)).toHaveLength(3);
  expect(["", "S3", "3s", "s3:", "a:b", "a/b", "ä"].filter(isResultScheme)).toEqual([]);
});

test("a local file is found again by its place", () => {
  const file = localResultFile("3f0c_-ab");
  expect(localResultPlace(file)).toBe("ab/3f0c_-ab");
  expect(parseLocalResultPlace(localResultPlace(file))).toEqual(file);
});

test.each(["", "ab", "ab/", "/name", "../name", "ab/../../x", "ab/.hidden", "ab/a b", "ab/c/d", "ab/x\n", "ab\\x"])(
  "%j does not lead to a local file",
  (place) => expect(parseLocalResultPlace(place)).toBeUndefined(),
);

test("people are told where a result is", () => {
  expect(describeResultLocation("local:ab/x")).toBe("in a file on the machine that made it (local:ab/x)");
  expect(describeResultLocation("s3://bucket/x")).toBe("at s3://bucket/x");
  expect(["local:ab/x", "s3://bucket/x", "odd"].map(storeOfResult)).toEqual(["a file", "s3", "a store"]);
});
