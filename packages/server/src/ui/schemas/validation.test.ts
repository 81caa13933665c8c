import { readFileSync } from "node:fs";
import { parseJson } from "@ostinato/core";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../../test/harness.ts";

interface Case {
  readonly title: string;
  readonly schema: object;
  readonly values: object;
}

interface Answer {
  readonly title: string;
  readonly status: number;
  readonly body: object;
}

const folder = new URL("../../../test/schema-validation/", import.meta.url);
const cases = parseJson(readFileSync(new URL("cases.json", folder), "utf8")) as readonly Case[];
const { answers }: { readonly answers: readonly Answer[] } = JSON.parse(
  readFileSync(new URL("answers.json", folder), "utf8"),
);

describeOnEachDatabase("values are compared with a schema", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(database.url);
  });
  afterAll(() => server.stop());

  const validate = (body: object) => server.call<object>("POST", "/ui/schemas/validate", body);

  test.each(cases.map((asked) => [asked.title, asked] as const))("as Prefect does: %s", async (title, asked) => {
    const { status, body } = await validate({ schema: asked.schema, values: asked.values });
    const answer = answers.find((one) => one.title === title);
    expect(status).toBe(answer?.status);
    expect(body).toEqual(status === 200 ? answer?.body : { ...answer?.body, code: "INVALID_SCHEMA" });
  });

  test("where something is wrong with the whole and deep within, which a Prefect server answers with 500", async () => {
    const properties = { a: { type: "object", properties: { b: { type: "string" } }, required: ["b"] } };
    const { body } = await validate({ schema: { minProperties: 2, properties }, values: { a: { b: 1 } } });
    expect(body).toEqual({
      valid: false,
      errors: [
        "{'a': {'b': 1}} does not have enough properties",
        { property: "a", errors: [{ property: "b", errors: ["1 is not of type 'string'"] }] },
      ],
    });
  });

  test("unless the schema has so many alternatives that nobody would wait for them", async () => {
    const level = (n: number) => ({ allOf: [{ $ref: `#/$defs/l${n + 1}` }, { $ref: `#/$defs/l${n + 1}` }] });
    const levels = Array.from({ length: 24 }, (_, n) => [`l${n}`, level(n)] as const);
    const schema = { $ref: "#/$defs/l0", $defs: { ...Object.fromEntries(levels), l24: {} } };
    const { status, body } = await validate({ schema, values: {} });
    expect(status).toBe(422);
    expect(body).toEqual({
      code: "INVALID_SCHEMA",
      detail: "Unable to validate: comparing the values with the schema takes too long.",
    });
  });

  test.each([
    [{ schema: {} }, "values"],
    [{ schema: [], values: {} }, "schema"],
    [{ schema: {}, values: "x" }, "values"],
  ])("only where both are objects: %j", async (body, field) => {
    const answer = await validate(body);
    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.body)).toContain(`"${field}"`);
  });
});
