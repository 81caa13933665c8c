import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";

describeOnEachDatabase("a template that somebody writes", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(database.url);
  });
  afterAll(() => server.stop());

  test.each(["", "plain", "{{ flow_run.name }} is {{ state.name | upper }}", "{% for a in b %}{{ a }}{% endfor %}"])(
    "is taken: %j",
    async (template) => {
      expect((await server.call("POST", "/templates/validate", template)).status).toBe(204);
    },
  );

  test.each([
    ["a\n{{ b | nosuch }}", { line: 2, message: 'there is no filter named "nosuch"' }],
    ["{% for a in b %}", { line: 1, message: expect.stringContaining("{% endfor %}") }],
    ["{% for i in a %}{% endfor %}".repeat(11), { line: 0, message: expect.stringContaining("11 for loops") }],
  ])("is refused with the line and the reason: %j", async (source, error) => {
    expect(await server.call("POST", "/templates/validate", source)).toMatchObject({
      status: 422,
      body: { error: { ...error, source } },
    });
  });

  test("has to be a text", async () => {
    expect(await server.call("POST", "/templates/validate", { template: "a" })).toMatchObject({
      status: 422,
      body: { exception_detail: [expect.objectContaining({ loc: ["body"] })] },
    });
  });
});
