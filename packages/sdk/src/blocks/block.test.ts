import { createFlow, createFlowRun, filterEvents, readBlockDocumentByName, readBlockSchema } from "@ostinato/protocol";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { recordOnOwnServer } from "../../test/harness.ts";
import { describeFlow, flow, resumeRun, runFlow } from "../flow/flow.ts";
import { redact } from "../secrets/redaction.ts";
import { secret } from "../secrets/secret.ts";
import { block } from "./block.ts";
import { blocks } from "./known-blocks.ts";
import { variable } from "./variable.ts";

const recorder = recordOnOwnServer();

const Login = block({ type: "login", schema: z.object({ user: z.string(), password: secret(z.string()) }) });
const Warehouse = block(
  {
    type: "warehouse",
    schema: z.object({
      url: z.string(),
      pool: z.number().default(4),
      login: z.object({ user: z.string(), password: z.string() }),
      keys: z.array(z.object({ key: secret(z.string()) })).default([]),
      headers: z.record(z.string(), z.string()).default({}),
    }),
    secrets: ["url", "headers.*"],
    nested: { login: Login },
  },
  async ({ url, pool, login }) => `${url} by ${login.user}, ${pool} at once`,
);

const shown = (slug: string, block_document_name: string) =>
  recorder.client.call(readBlockDocumentByName, { params: { slug, block_document_name }, query: {} });

describe("a block", () => {
  test("is saved, shown without its secrets, loaded and read", async () => {
    await Login.save("main", { user: "me", password: "pass-of-login" });
    await Warehouse.save("main", {
      url: "postgres://planted-url",
      login: Login.named("main"),
      keys: [{ key: "planted-key" }],
      headers: { token: "planted-token" },
    });
    const { data, block_document_references } = await shown("warehouse", "main");
    expect(data).toEqual({
      url: "********",
      login: { user: "me", password: "********" },
      keys: [{ key: "********" }],
      headers: { token: "********" },
    });
    expect(block_document_references).toMatchObject({ login: { block_document: { name: "main" } } });
    expect(await Warehouse.load("main")).toBe("postgres://planted-url by me, 4 at once");
    expect(await Warehouse.read("main")).toMatchObject({ pool: 4, login: { password: "pass-of-login" } });
    expect(redact("planted-url? pass-of-login planted-key planted-token")).toContain("******** ******** ********");
  });

  test("with a key file of Google in it redacts the key, and not the project that names of buckets begin with", async () => {
    const Account = block({
      type: "account",
      schema: z.object({ key: z.record(z.string(), z.string()) }),
      secrets: ["key.*"],
    });
    const key = {
      type: "service_account",
      project_id: "planted-lab",
      private_key_id: "k1k1",
      private_key: "planted-pem",
    };
    await Account.save("main", { key });
    expect((await shown("account", "main")).data.key).toEqual({
      type: "********",
      project_id: "********",
      private_key_id: "********",
      private_key: "********",
    });
    expect(await Account.read("main")).toEqual({ key });
    expect(redact("gs://planted-lab-claims by a service_account: k1k1 planted-pem")).toBe(
      "gs://planted-lab-claims by a service_account: ******** ********",
    );
    await Account.save("text", { key: { type: "token", project_id: "planted-project" } });
    await Account.read("text");
    expect(redact("planted-project")).toBe("********");
  });

  test("tells by an event that it was loaded, and in which run, as Prefect's clients do", async () => {
    await Login.save("told", { user: "me", password: "x" });
    const { id: documentId } = await shown("login", "told");
    const run = flow({ name: "loads" }, async () => {
      await Login.load("told");
    })();
    await run;
    const filter = { event: { name: ["prefect.block.login.loaded"] } };
    const { events } = await recorder.client.call(filterEvents, { body: { filter } });
    const own = events.filter(({ resource }) => resource["prefect.resource.name"] === "told");
    expect(own).toMatchObject([
      {
        resource: { "prefect.resource.id": `prefect.block-document.${documentId}` },
        related: [
          { "prefect.resource.id": "prefect.block-type.login", "prefect.resource.role": "block-type" },
          { "prefect.resource.id": `prefect.flow-run.${run.id}`, "prefect.resource.role": "flow-run" },
          { "prefect.resource.role": "flow" },
        ],
        payload: {},
      },
    ]);
  });

  test("registers its schema as Prefect's clients would", async () => {
    await Login.save("schema", { user: "me", password: "x" }, { overwrite: true });
    const { block_schema_id } = await shown("login", "schema");
    const { fields } = await recorder.client.call(readBlockSchema, { params: { id: block_schema_id } });
    expect(fields).toEqual({
      block_type_slug: "login",
      block_schema_references: {},
      properties: {
        user: { type: "string", title: "User", position: 0 },
        password: { type: "string", format: "password", writeOnly: true, title: "Password", position: 1 },
      },
      required: ["user", "password"],
      secret_fields: ["password"],
      title: "Login",
      type: "object",
    });
  });

  test("is replaced where that is asked for, and deleted", async () => {
    await Login.save("twice", { user: "one", password: "x" });
    await expect(Login.save("twice", { user: "two", password: "x" })).rejects.toThrow(
      'There is a block "login/twice" already. Save it with { overwrite: true }',
    );
    await Login.save("twice", { user: "two", password: secret("kept-in-a-secret") }, { overwrite: true });
    expect(await Login.read("twice")).toEqual({ user: "two", password: "kept-in-a-secret" });
    await Login.delete("twice");
    await expect(Login.load("twice")).rejects.toThrow('There is no block "login/twice" on the server.');
    await expect(Login.delete("twice")).rejects.toThrow('There is no block "login/twice"');
  });

  test.each([
    ["values that the schema refuses", () => Login.save("bad", { user: 5 } as never), "user"],
    ["values that are none", () => Login.save("bad", "x" as never), "Give an object"],
    [
      "a nested block that is not there",
      () => Warehouse.save("bad", { url: "x", login: Login.named("no") }),
      "login/no",
    ],
    ["a type with a blank", async () => block({ type: "a b", schema: z.object({}) }), "lower-case letters"],
    ["an option that is unknown", async () => block({ type: "a", schem: 1 } as never), "schem"],
  ])("with %s says so", async (_, call, says) => {
    await expect(call()).rejects.toThrow(says);
  });

  test("of a type that the server brings needs no schema of its own", async () => {
    await blocks.secret.save("token", { value: { user: "me", password: "planted-object" } });
    expect((await shown("secret", "token")).data).toEqual({ value: "********" });
    expect(await blocks.secret.read("token")).toEqual({ value: { user: "me", password: "planted-object" } });
    await blocks.webhook.save("hook", { url: "https://example.com/planted-hook", headers: { a: "planted-header" } });
    expect(await blocks.webhook.load("hook")).toMatchObject({ headers: { a: "planted-header" } });
    expect(redact("planted-object planted-header")).toBe("******** ********");
  });
});

test("a parameter of a run may be a block, which the flow gets as its values", async () => {
  await Login.save("parameter", { user: "me", password: "planted-parameter" });
  const { id } = await shown("login", "parameter");
  const connect = flow(
    { name: "connects", parameters: z.object({ login: z.object({ user: z.string(), password: z.string() }) }) },
    async function connects({ login }) {
      return `${login.user}, ${login.password.length} characters, ${redact(login.password)}`;
    },
  );
  const { id: flow_id } = await recorder.client.call(createFlow, { body: { name: "connects" } });
  const parameters = { login: { $ref: { block_document_id: id } } };
  const run = await recorder.client.call(createFlowRun, { body: { flow_id, parameters, state: { type: "PENDING" } } });
  expect(await resumeRun(run.id, connect)).toBe("me, 17 characters, ********");
  expect((await recorder.flowRun(run.id)).parameters).toEqual(parameters);
});

describe("a parameter of a flow that is a block", () => {
  const connect = flow(
    {
      name: "connects by name",
      parameters: z.object({
        login: z.object({ user: z.string(), password: z.string() }),
        times: z.number().default(1),
      }),
      blocks: { login: Login },
    },
    async function connects({ login }) {
      return `${login.user}, ${login.password.length} characters`;
    },
  );

  test("is described as Prefect describes it, by a definition with its type", async () => {
    const { parameterSchema } = await describeFlow(connect);
    expect(parameterSchema).toMatchObject({
      required: ["login"],
      properties: { login: { title: "login", $ref: "#/definitions/Login" }, times: { default: 1 } },
      definitions: {
        Login: { title: "Login", type: "object", block_type_slug: "login", secret_fields: ["password"] },
      },
    });
  });

  test("is given by its name or by a reference, and the run keeps the reference and not the secret", async () => {
    await Login.save("by-name", { user: "me", password: "planted-by-name" });
    const { id } = await shown("login", "by-name");
    const reference = { $ref: { block_document_id: id } };
    for (const login of ["by-name", "login/by-name", reference]) {
      const future = runFlow(connect, { login });
      expect(await future).toBe("me, 15 characters");
      const run = await recorder.flowRun(future.id ?? "");
      expect(run.parameters).toEqual({ login: reference });
      expect(JSON.stringify(run)).not.toContain("planted-by-name");
    }
  });

  test("that is not there says so, and so does one that the schema does not have", async () => {
    await expect(runFlow(connect, { login: "nobody" })).rejects.toThrow('There is no block "login/nobody"');
    await expect(runFlow(connect, { login: "secret/token" })).rejects.toThrow(
      'The parameter "login" takes a block of the type "login", and was given "secret/token". Write login=login/NAME',
    );
    const wrong = flow({ name: "wrong", parameters: z.object({ a: z.string() }), blocks: { b: Login } }, async () => 1);
    await expect(describeFlow(wrong)).rejects.toThrow('blocks has the parameter "b", which the schema does not have');
  });
});

describe("a variable", () => {
  test("is set, read by a schema, replaced and deleted", async () => {
    const schema = z.object({ score: z.number(), since: z.coerce.date() });
    await variable.set("threshold", { score: 0.8, since: "2030-01-01" }, { tags: ["model"] });
    expect(await variable.get("threshold")).toEqual({ score: 0.8, since: "2030-01-01" });
    expect((await variable.get("threshold", { schema })).since).toEqual(new Date("2030-01-01"));
    await variable.set("threshold", 3n);
    expect(await variable.get("threshold")).toBe(3);
    await expect(variable.get("threshold", { schema })).rejects.toThrow('variable "threshold"');
    expect(await variable.delete("threshold")).toBe(true);
    expect(await variable.delete("threshold")).toBe(false);
    await expect(variable.get("threshold")).rejects.toThrow('There is no variable "threshold" on the server.');
    expect(await variable.get("threshold", { fallback: 5 })).toBe(5);
  });
});
