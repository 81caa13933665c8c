import { timeOrderedId } from "@ostinato/core";
import type { Artifact, ArtifactCollection } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addFlowRun } from "../../test/flow-run-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { eventsAbout } from "../events/event-harness.ts";

describeOnEachDatabase("artifacts", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(database.url);
  });
  afterAll(() => server.stop());

  async function create(given: object): Promise<Artifact> {
    const reply = await server.call<Artifact>("POST", "/artifacts/", given);
    expect(reply.status).toBe(201);
    return reply.body;
  }
  const filter = async (body: object) => (await server.call<Artifact[]>("POST", "/artifacts/filter", body)).body;
  const latest = async (body: object) =>
    (await server.call<ArtifactCollection[]>("POST", "/artifacts/latest/filter", body)).body;
  const keysOf = (rows: readonly { key: string | null }[]) => rows.map(({ key }) => key);

  test("an artifact is read as it was created, whatever its data is", async () => {
    const table = [{ b: 1, a: [null, true, "ä\u2028"] }];
    const given = { key: "kept", type: "table", description: "*d*", data: table, metadata_: { a: "b" } };
    const made = await create(given);
    expect(made).toMatchObject({ ...given, flow_run_id: null, task_run_id: null });
    expect(JSON.stringify(made.data)).toBe(JSON.stringify(table));
    expect((await server.call("GET", `/artifacts/${made.id}`)).body).toEqual(made);
    for (const data of [0, "", false, "text", 1.5, null]) expect(await create({ data })).toMatchObject({ data });
  });

  test("a key has versions, and the newest is found by it", async () => {
    const first = await create({ key: "model report", data: 1 });
    const second = await create({ key: "model report", type: "markdown", data: 2 });
    expect((await server.call("GET", "/artifacts/model%20report/latest")).body).toEqual(second);
    const [collection] = await latest({ artifacts: { key: { any_: ["model report"] } } });
    expect(collection).toMatchObject({ key: "model report", latest_id: second.id, type: "markdown", data: 2 });
    expect(await filter({ artifacts: { key: { any_: ["model report"] } }, sort: "CREATED_DESC" })).toEqual([
      second,
      first,
    ]);
    expect(await server.call("GET", "/artifacts/nothing/latest")).toMatchObject({
      status: 404,
      body: { detail: "Artifact not found." },
    });
  });

  test("a key's first version, its newer ones and its end are events", async () => {
    const runId = await addFlowRun(server.context);
    const first = await create({ key: "told", type: "markdown", description: "d", data: "x", flow_run_id: runId });
    const second = await create({ key: "told", data: 2 });
    await create({ data: "without a key" });
    await server.call("PATCH", `/artifacts/${second.id}`, { description: "said of no key" });
    await server.call("DELETE", `/artifacts/${second.id}`);
    await server.call("DELETE", `/artifacts/${first.id}`);
    const told = await eventsAbout(server, `prefect.artifact.${first.id}`);
    const latest = { "prefect.resource.id": `prefect.artifact.${first.id}`, "prefect.resource.role": "latest" };
    const maker = { "prefect.resource.id": `prefect.flow-run.${runId}`, "prefect.resource.role": "flow-run" };
    const about = {
      resource: {
        "prefect.resource.id": expect.stringMatching(/^prefect.artifact-collection/),
        "prefect.resource.name": "told",
      },
      related: [latest, maker],
      payload: { key: "told", type: "markdown", data: "x", description: "d" },
    };
    expect(told).toMatchObject([
      { event: "prefect.artifact-collection.created", ...about },
      { event: "prefect.artifact-collection.updated", ...about },
      { event: "prefect.artifact-collection.deleted", ...about },
    ]);
    expect(await eventsAbout(server, `prefect.artifact.${second.id}`)).toMatchObject([
      { event: "prefect.artifact-collection.updated", payload: { type: null, description: null } },
    ]);
  });

  test("the event of a key leaves data of megabytes to the artifact", async () => {
    const { id } = await create({ key: "large", data: "x".repeat(100_000) });
    const [told] = await eventsAbout(server, `prefect.artifact.${id}`);
    expect(told?.payload).toEqual({ key: "large", type: null, description: null });
    await server.call("DELETE", `/artifacts/${id}`);
  });

  test("when the newest version goes, the one before it is the newest; with the last one goes the key", async () => {
    const [first, second, third] = [
      await create({ key: "gone", data: 1 }),
      await create({ key: "gone", data: 2 }),
      await create({ key: "gone", data: 3 }),
    ];
    const remove = (id: string) => server.call("DELETE", `/artifacts/${id}`);
    expect((await remove(second.id)).status).toBe(204);
    expect((await server.call<Artifact>("GET", "/artifacts/gone/latest")).body.id).toBe(third.id);
    await remove(third.id);
    expect((await server.call<Artifact>("GET", "/artifacts/gone/latest")).body.id).toBe(first.id);
    await remove(first.id);
    expect((await server.call("GET", "/artifacts/gone/latest")).status).toBe(404);
    expect((await remove(first.id)).status).toBe(404);
  });

  test("twenty that create the same key at once make twenty versions and one key", async () => {
    const made = await Promise.all(Array.from({ length: 20 }, (_, data) => create({ key: "crowded", data })));
    const found = await latest({ artifacts: { key: { any_: ["crowded"] } } });
    expect(found).toHaveLength(1);
    expect(made.map(({ id }) => id)).toContain(found[0]?.latest_id);
    expect((await server.call("POST", "/artifacts/count", { artifacts: { key: { any_: ["crowded"] } } })).body).toBe(
      20,
    );
  });

  test("a change touches what it names only; null is a value", async () => {
    const { id } = await create({ key: "progress", type: "progress", description: "d", data: 0 });
    expect((await server.call("PATCH", `/artifacts/${id}`, { data: 50 })).status).toBe(204);
    expect((await server.call("GET", `/artifacts/${id}`)).body).toMatchObject({ data: 50, description: "d" });
    await server.call("PATCH", `/artifacts/${id}`, { description: null });
    const changed = (await server.call<Artifact>("GET", `/artifacts/${id}`)).body;
    expect(changed).toMatchObject({ data: 50, description: null });
    const [collection] = await latest({ artifacts: { latest_id: { any_: [id] } } });
    expect(collection?.updated).toBe(changed.updated);
    expect((await server.call("PATCH", `/artifacts/${id}`, { key: "other" })).status).toBe(422);
    const missing = "00000000-0000-4000-8000-000000000000";
    expect((await server.call("PATCH", `/artifacts/${missing}`, { data: 1 })).status).toBe(404);
  });

  test("criteria of the artifacts and of their runs narrow, in both forms", async () => {
    const [run, other] = [await addFlowRun(server.context, "run one"), await addFlowRun(server.context, "run two")];
    await create({ key: "n-a", type: "table", flow_run_id: run });
    await create({ key: "n-b", type: "result", flow_run_id: run });
    await create({ key: "n-c", type: "table", flow_run_id: other.toUpperCase() });
    await create({ type: "note", flow_run_id: run });
    const named = { key: { like_: "N-" } };
    expect(keysOf(await filter({ artifacts: named, sort: "KEY_ASC" }))).toEqual(["n-a", "n-b", "n-c"]);
    expect(keysOf(await filter({ artifacts: named, sort: "KEY_DESC", limit: 1, offset: 1 }))).toEqual(["n-b"]);
    expect(keysOf(await filter({ flow_runs: { id: { any_: [run] } }, sort: "KEY_ASC" }))).toEqual(["n-a", "n-b", null]);
    expect(keysOf(await filter({ flow_runs: { name: { any_: ["run two"] } } }))).toEqual(["n-c"]);
    expect(keysOf(await filter({ artifacts: { ...named, type: { not_any_: ["result"] } }, sort: "KEY_ASC" }))).toEqual([
      "n-a",
      "n-c",
    ]);
    expect(keysOf(await filter({ artifacts: { key: { exists_: false }, flow_run_id: { any_: [run] } } }))).toEqual([
      null,
    ]);
    const either = { operator: "or_", key: { any_: ["n-b"] }, flow_run_id: { any_: [other] } };
    expect(keysOf(await filter({ artifacts: either, sort: "KEY_ASC" }))).toEqual(["n-b", "n-c"]);
    expect(keysOf(await latest({ artifacts: named, flow_runs: { id: { any_: [run] } }, sort: "KEY_ASC" }))).toEqual([
      "n-a",
      "n-b",
    ]);
    const countOf = async (body: object) => (await server.call("POST", "/artifacts/latest/count", body)).body;
    expect(await countOf({ artifacts: named })).toBe(3);
    expect(await countOf({ artifacts: { id: { any_: [] } } })).toMatchObject({ exception_message: expect.any(String) });
    expect(await filter({ artifacts: { id: { any_: [] } } })).toEqual([]);
    expect(await filter({ task_runs: { name: { any_: ["none"] } } })).toEqual([]);
  });

  test("what can't be kept is refused in words", async () => {
    expect(await server.call("POST", "/artifacts/", { key: "x".repeat(3000) })).toMatchObject({
      status: 422,
      body: { exception_detail: [{ loc: ["body", "key"], msg: expect.stringContaining("2000") }] },
    });
    expect((await server.call("POST", "/artifacts/", { data: "x".repeat(17 * 1024 * 1024) })).status).toBe(413);
    expect(await create({ data: "a\0b" })).toMatchObject({ data: "a\ufffdb" });
  });

  test("a page that would not fit in one answer is refused, with how many would", async () => {
    const data = "x".repeat(9 * 1024 * 1024);
    for (let index = 0; index < 4; index += 1) await server.call("POST", "/artifacts/", { key: "large", data });
    const find = (path: string, body: object) =>
      server.call<{ detail: string }>("POST", path, { artifacts: { key: { any_: ["large"] } }, ...body });
    const refused = await find("/artifacts/filter", {});
    expect(refused.status).toBe(422);
    expect(refused.body.detail).toMatch(/^Invalid limit: these 4 rows take 377\d+ bytes.*Ask for at most 3 at once\.$/);
    expect(await find("/artifacts/filter", { limit: 3 })).toMatchObject({ status: 200, body: { length: 3 } });
    expect((await find("/artifacts/latest/filter", {})).status).toBe(200);
  });

  test("an artifact that is sent again under its id is kept once, as it was", async () => {
    const body = { id: timeOrderedId(server.context.clock.now()), key: "again", data: "first" };
    const made = await server.call<Artifact>("POST", "/artifacts/", body);
    const again = await server.call<Artifact>("POST", "/artifacts/", { ...body, data: "second" });
    expect([made.status, again.status]).toEqual([201, 200]);
    expect(again.body).toEqual(made.body);
    const found = await server.call<Artifact[]>("POST", "/artifacts/filter", {
      artifacts: { key: { any_: ["again"] } },
    });
    expect(found.body).toEqual([made.body]);
  });
});
