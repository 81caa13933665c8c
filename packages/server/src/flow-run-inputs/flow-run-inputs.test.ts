import type { FlowRun, FlowRunInput } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";

describeOnEachDatabase("inputs of flow runs", (database) => {
  let server: TestServer;
  let id: string;
  beforeAll(async () => {
    server = await startTestServer(database.url);
    const flow = await server.call<{ id: string }>("POST", "/flows/", { name: "ask" });
    id = (await server.call<FlowRun>("POST", "/flow_runs/", { flow_id: flow.body.id })).body.id;
  });
  afterAll(() => server.stop());

  const keep = (given: object) => server.call("POST", `/flow_runs/${id}/input`, given);
  const find = async (given: object) =>
    (await server.call<FlowRunInput[]>("POST", `/flow_runs/${id}/input/filter`, given)).body;

  test("are kept once for each key, and read as plain text", async () => {
    expect(await keep({ key: "a/b c", value: '"naïve"', sender: "prefect.flow-run.x" })).toMatchObject({
      status: 201,
      body: null,
    });
    expect(await keep({ key: "a/b c", value: "other" })).toMatchObject({
      status: 409,
      body: { detail: "A flow run input with this key already exists." },
    });
    const reply = await server.call("GET", `/flow_runs/${id}/input/${encodeURIComponent("a/b c")}`);
    expect(reply).toMatchObject({ status: 200, body: '"naïve"' });
    expect(reply.headers["content-type"]).toMatch(/^text\/plain/);
  });

  test("are found by the beginning of their keys, oldest first, one unless more are asked for", async () => {
    for (const key of ["in-1", "in-2", "in-3", "in_4", "out"]) await keep({ key, value: key });
    expect((await find({ prefix: "in-" })).map(({ key }) => key)).toEqual(["in-1"]);
    expect((await find({ prefix: "in-", limit: 9 })).map(({ key }) => key)).toEqual(["in-1", "in-2", "in-3"]);
    expect(await find({ prefix: "in-", limit: 9, exclude_keys: ["in-1", "in-3"] })).toMatchObject([
      { key: "in-2", value: "in-2", flow_run_id: id, sender: null },
    ]);
    expect(await find({ prefix: "%", limit: 9 })).toEqual([]);
  });

  test("go on after one of them, and leave out as many keys as a client names", async () => {
    for (const key of ["on-1", "on-2", "on-3"]) await keep({ key, value: key });
    const [first, second] = await find({ prefix: "on-", limit: 9 });
    const after = ({ created, id: inputId }: FlowRunInput) => ({ created, id: inputId });
    if (first === undefined || second === undefined) throw new Error("the inputs are not there");
    expect((await find({ prefix: "on-", limit: 9, after: after(first) })).map(({ key }) => key)).toEqual([
      "on-2",
      "on-3",
    ]);
    const others = Array.from({ length: 70_000 }, (_, n) => `other-${n}`);
    const left = await find({ prefix: "on-", limit: 9, after: after(first), exclude_keys: ["on-3", ...others] });
    expect(left.map(({ key }) => key)).toEqual(["on-2"]);
    const wrong = await server.call("POST", `/flow_runs/${id}/input/filter`, { prefix: "", after: { created: "x" } });
    expect(wrong.status).toBe(422);
  });

  test("are deleted, and missed afterwards", async () => {
    await keep({ key: "short-lived", value: "" });
    expect((await server.call("DELETE", `/flow_runs/${id}/input/short-lived`)).status).toBe(204);
    expect((await server.call("DELETE", `/flow_runs/${id}/input/short-lived`)).status).toBe(404);
    expect(await server.call("GET", `/flow_runs/${id}/input/short-lived`)).toMatchObject({
      status: 404,
      body: { detail: "Flow run input not found" },
    });
  });

  test("need a run", async () => {
    const path = "/flow_runs/00000000-0000-4000-8000-000000000000/input";
    expect((await server.call("POST", path, { key: "a", value: "b" })).status).toBe(404);
  });
});
