import { expect, test } from "vitest";
import { blockSchemaChecksum, pythonJson } from "./block-schema.ts";
import { parseJson } from "./exact-json.ts";

const inner = {
  block_schema_references: {},
  block_type_slug: "inner",
  properties: { pw: { format: "password", title: "Pw", type: "string", writeOnly: true, position: 0 } },
  required: ["pw"],
  secret_fields: ["pw"],
  title: "Inner",
  type: "object",
};

const innerChecksum = "sha256:0eeced82cd8a59c9a3f406fe4aacc98d35a36d2188a5c10669efb374cbc3a1bd";

/** The checksums are those that Prefect 3.9.1 gave for the same fields. */
test("the checksum of a schema is Prefect's", () => {
  expect(blockSchemaChecksum(inner)).toBe(innerChecksum);
});

test("secret fields do not count, and neither do the definitions of nested blocks", () => {
  const outer = {
    block_schema_references: { inner: { block_schema_checksum: innerChecksum, block_type_slug: "inner" } },
    block_type_slug: "outer-x",
    properties: {
      name_: { default: "x", title: "Name", type: "string", position: 0 },
      inner: { $ref: "#/definitions/Inner", position: 1 },
    },
    required: ["inner"],
    secret_fields: ["inner.pw"],
    title: "Outer",
    type: "object",
  };
  const expected = "sha256:a899b7583885013f3b81856e9418e4ced2a27122cfd371b3531b1da3d8ba7ccb";
  expect(blockSchemaChecksum({ ...outer, definitions: { Inner: inner } })).toBe(expected);
  expect(blockSchemaChecksum({ ...outer, secret_fields: ["other"] })).toBe(expected);
});

test("a definition that refers to itself ends", () => {
  const node = { type: "object", properties: { next: { $ref: "#/definitions/Node" } } };
  const fields = { properties: { first: { $ref: "#/definitions/Node" } }, definitions: { Node: node } };
  expect(blockSchemaChecksum(fields)).toMatch(/^sha256:[0-9a-f]{64}$/);
});

test.each([
  ['{"b": 1, "a": [true, null, "x"]}', '{"a": [true, null, "x"], "b": 1}'],
  [
    '{"n": [1, 1.0, 1e5, 1e-7, 1e16, -0.5, 12345678901234567890]}',
    '{"n": [1, 1.0, 100000.0, 1e-07, 1e+16, -0.5, 12345678901234567890]}',
  ],
  ['{"é": "\\u00fc\\ud83d\\ude00\\u007f\\n\\"/"}', '{"\\u00e9": "\\u00fc\\ud83d\\ude00\\u007f\\n\\"/"}'],
  // Python orders by characters, JavaScript by halves of characters.
  ['{"\\ud83d\\ude00": 1, "\\uffee": 2}', '{"\\uffee": 2, "\\ud83d\\ude00": 1}'],
])("JSON is written as Python writes it: %s", (given, written) => {
  expect(pythonJson(parseJson(given))).toBe(written);
});
