import { describe, expect, test } from "vitest";
import { drawnSchema } from "../forms/drawn-schema.ts";
import { mentionsSecret, withoutSecrets } from "./answer-draft.ts";

describe("what is kept of an answer that was not sent", () => {
  const kept = (schema: object, value: object) =>
    JSON.parse(
      JSON.stringify(withoutSecrets(value as Record<string, unknown>, drawnSchema(schema), mentionsSecret(schema))),
    );
  const secret = { type: "string", format: "password", writeOnly: true };
  const object = (properties: object) => ({ type: "object", properties });

  test("is all of it where nothing is a secret", () => {
    const schema = object({ name: { type: "string" }, more: { type: "object" }, days: { type: "array" } });
    const value = { name: "a", more: { b: [1] }, days: [1, 2] };
    expect(kept(schema, value)).toEqual(value);
    expect(kept({ type: "object" }, value)).toEqual(value);
  });

  test.each([
    ["a secret", object({ name: { type: "string" }, token: secret }), { name: "a", token: "s" }, { name: "a" }],
    [
      "one in an object",
      object({ login: object({ user: { type: "string" }, password: secret }) }),
      { login: { user: "u", password: "s" } },
      { login: { user: "u" } },
    ],
    ["one in a list", object({ tokens: { type: "array", items: secret } }), { tokens: ["s"] }, { tokens: [null] }],
    [
      "one of two choices",
      object({ either: { anyOf: [{ type: "integer" }, object({ token: secret })] } }),
      { either: { token: "s" } },
      {},
    ],
    ["JSON beside a secret", object({ token: secret, more: { type: "object" } }), { more: { token: "s" } }, {}],
    ["a whole answer of JSON", { type: "object", additionalProperties: secret }, { a: "s" }, {}],
  ])("is not %s", (_what, schema, value, left) => {
    expect(kept(schema, value)).toEqual(left);
  });
});
