import { ExactNumber, parseJson } from "@ostinato/core";
import { describe, expect, test } from "vitest";
import { inputProblem, problemWithInput } from "./input-problem.rules.ts";

const integer = { type: "integer" };
const text = { type: "string" };
const object = (properties: object, more: object = {}) => ({ type: "object", properties, ...more });

function problemOf(schema: unknown, input: unknown): string | undefined {
  return problemWithInput(input, JSON.stringify(schema));
}

/** All sentences are what a Prefect 3.9.1 server answers to the same. */
describe("the reason why an input is refused", () => {
  test.each<[string, object, unknown]>([
    ["'x' is not of type 'integer'", integer, "x"],
    ["True is not of type 'integer'", integer, true],
    ["1 is not of type 'string', 'null'", { type: ["string", "null"] }, 1],
    ["1180591620717411303424 is not of type 'string'", text, new ExactNumber("1180591620717411303424")],
    ["'z' is not one of ['x', 'y']", { enum: ["x", "y"] }, "z"],
    ["False is not one of [1, None, True, 's', 1.5, {'x': []}]", { enum: [1, null, true, "s", 1.5, { x: [] }] }, false],
    ["True is not one of [1, 0]", { enum: [1, 0] }, true],
    ["5 was expected", { const: 5 }, "it's"],
    ["1 is less than the minimum of 3", { minimum: 3 }, 1],
    ["1.0 is greater than or equal to the maximum of 1e-05", { exclusiveMaximum: 0.00001 }, new ExactNumber("1.0")],
    ["1.3 is not a multiple of 0.5", { multipleOf: 0.5 }, 1.3],
    [`'b\\n"q" \\'é\\' \\x01 😀' does not match '^a'`, { pattern: "^a" }, "b\n\"q\" 'é' \u0001 😀"],
    ["'' should be non-empty", { minLength: 1 }, ""],
    ["'😀' is too short", { minLength: 2 }, "😀"],
    ["[1, 1] is too long", { maxItems: 1, uniqueItems: true }, [1, 1]],
    ["['x'] does not contain items matching the given schema", { contains: integer }, ["x"]],
    ["Expected at most 1 item but found 1 extra: 2", { items: false, prefixItems: [integer] }, [1, 2]],
    ["'x' should not be valid under {'type': 'string'}", { not: text }, "x"],
    ["1 is valid under each of {'type': 'number'}, {'type': 'integer'}", { oneOf: [integer, { type: "number" }] }, 1],
    ["2 is less than the minimum of 4", { allOf: [integer, { minimum: 4 }] }, 2],
    [
      "1 is less than the minimum of 2",
      JSON.parse('{"if":{"type":"integer"},"then":{"minimum":2},"else":{"type":"string"}}'),
      1,
    ],
    [
      "[1, {'b': None, 'c': True}] is not valid under any of the given schemas",
      { anyOf: [integer, text] },
      [1, { b: null, c: true }],
    ],
    ["'x' is too short", { anyOf: [{ ...text, minLength: 3 }, integer] }, "x"],
  ])("%s", (reason, field, value) => {
    const found = problemOf(object({ a: field }, { required: ["a"] }), parseJson(JSON.stringify({ a: value })));
    expect(found).toBe(`Reason: Validation failed for field 'a'. Failure reason: ${reason}`);
  });

  test.each<[string, object, unknown]>([
    ["'a' is a required property", object({ a: integer }, { required: ["a", "b"] }), {}],
    ["'a' is a required property", object({ b: object({ c: integer }) }, { required: ["a"] }), { b: { c: "x" } }],
    [
      "Additional properties are not allowed ('b', 'z' were unexpected)",
      object({ a: integer }, { additionalProperties: false }),
      { z: 1, b: 2 },
    ],
    ["{'a': 1} does not have enough properties", object({}, { minProperties: 2 }), { a: 1 }],
    ["'abc' is too long", object({}, { propertyNames: { maxLength: 1 } }), { abc: 1 }],
    ["'b' is a dependency of 'a'", object({}, { dependentRequired: { a: ["b"] } }), { a: 1 }],
    [
      "PointerToNowhere: '/definitions/No' does not exist within {'type': 'object', 'properties': {'a': {'$ref': '#/definitions/No'}}, 'definitions': {}}",
      object({ a: { $ref: "#/definitions/No" } }, { definitions: {} }),
      { a: 1 },
    ],
  ])("of the whole input: %s", (reason, schema, input) => {
    expect(problemOf(schema, input)).toBe(`Reason: Validation failed. Failure reason: ${reason}`);
  });

  const alternative = (kind: string, field: object) =>
    object({ k: { const: kind }, ...field }, { required: ["k", ...Object.keys(field)] });
  const kinds = { A: alternative("a", { x: integer }), B: alternative("b", { y: integer }) };

  test.each<[string, string, object, unknown]>([
    [
      "'a.x'",
      "'y' is not of type 'integer'",
      object({ a: { $ref: "#/$defs/M" } }, { $defs: { M: object({ x: integer }) } }),
      { a: { x: "y" } },
    ],
    ["'a.a'", "1 is not of type 'object'", object({ a: { $ref: "#" } }, { required: ["a"] }), { a: { a: 1 } }],
    ["'a[2]'", "None is not of type 'integer'", object({ a: { items: integer } }), { a: [1, "b", null] }],
    ["'a[1]'", "1 is not of type 'string'", object({ a: { items: [integer, text] } }), { a: ["x", 1] }],
    [`"$['c-d']"`, "'x' is not of type 'integer'", object({ "c-d": integer }, { required: ["c-d"] }), { "c-d": "x" }],
    ["'b'", "1 is not of type 'string'", object({ a: integer, b: text }, { required: ["a", "b"] }), { a: "x", b: 1 }],
    [
      "'a[0]'",
      "'x' is not of type 'integer'",
      object({ a: { anyOf: [{ type: "array", items: integer }, { type: "null" }] } }),
      { a: ["x"] },
    ],
    [
      "'a.k'",
      "'b' was expected",
      object({ a: { anyOf: [{ $ref: "#/$defs/A" }, { $ref: "#/$defs/B" }] } }, { $defs: kinds }),
      { a: { k: "a", x: "no" } },
    ],
    [
      "'a.b[1]'",
      "'c' is a required property",
      object({ a: object({ b: { items: object({ c: integer }, { required: ["c"] }) } }) }),
      { a: { b: [{ c: 1 }, {}] } },
    ],
  ])("of a part, the best of several: %s", (field, reason, schema, input) => {
    expect(problemOf(schema, input)).toBe(`Reason: Validation failed for field ${field}. Failure reason: ${reason}`);
  });

  test("a field that need not be given may be null, unless it has a default, as pydantic 1 means it", () => {
    const field = "Reason: Validation failed for field 'a'. Failure reason: ";
    expect(problemOf(object({ a: integer }), { a: null })).toBeUndefined();
    expect(problemOf(object({ a: { ...integer, default: 1 } }), { a: null })).toBe(
      `${field}None is not of type 'integer'`,
    );
    expect(problemOf(object({ a: integer }), { a: "x" })).toBe(
      `${field}'x' is not valid under any of the given schemas`,
    );
    const definitions = { M: object({ n: text }) };
    const nested = object({ a: { $ref: "#/definitions/M" } }, { definitions });
    expect(problemOf(nested, { a: { n: null } })).toBeUndefined();
  });

  test("formats are no reason", () => {
    expect(problemOf(object({ a: { ...text, format: "date-time" } }), { a: "no date" })).toBeUndefined();
  });

  test("a schema that can't be used says so", () => {
    expect(problemWithInput({}, "{")).toBe("Run input schema is not valid JSON.");
    expect(problemWithInput({}, "[]")).toBe("Invalid schema: it is not an object.");
    const circular = "Invalid schema: Unable to validate schema with circular references.";
    expect(problemWithInput({}, '{"$ref": "#"}')).toBe(circular);
    expect(problemOf({ pattern: "(" }, "x")).toMatch(/^Invalid schema: Invalid regular expression/);
  });

  test("rare keywords count as well", () => {
    expect(problemOf({ ...object({ a: integer }), unevaluatedProperties: false }, { b: 1 })).toMatch(/^Reason: /);
  });

  test("a block that needs none of its fields may be given by its id or by its fields", () => {
    const Account = object({ region: text }, { title: "Account", block_type_slug: "account" });
    const schema = () => ({ ...object({ account: { $ref: "#/definitions/Account" } }), definitions: { Account } });
    const problem = (account: object) => inputProblem({ account }, schema())?.sentence;
    expect(problem({ $ref: { block_document_id: "a" } })).toBeUndefined();
    expect(problem({ region: "eu" })).toBeUndefined();
    expect(problem({ region: 1 })).toContain("is not valid under any of the given schemas");
  });

  test("where nothing has to be there, a block may still be given by its id, and parts of its values are no block", () => {
    const Login = object({ user: text, password: text }, { title: "Login", block_type_slug: "login" });
    const schema = () => ({
      ...object({ login: { $ref: "#/definitions/Login" } }),
      definitions: { Login: { ...Login, required: ["user", "password"] } },
    });
    const problem = (login: object) => inputProblem({ login }, schema(), { ignoreRequired: true })?.sentence;
    expect(problem({ $ref: { block_document_id: "a" } })).toBeUndefined();
    expect(problem({ user: "me", password: "x" })).toBeUndefined();
    expect(inputProblem({}, schema(), { ignoreRequired: true })).toBeUndefined();
    expect(problem({ user: "me" })).toContain("is not valid under any of the given schemas");
  });
});
