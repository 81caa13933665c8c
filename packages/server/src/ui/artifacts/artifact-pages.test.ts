import type { ArtifactPage, listArtifacts, listArtifactTableRows, ReplyOf } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../../test/harness.ts";
import { type Story, story } from "../../../test/page-fixtures.ts";

type Rows = ReplyOf<typeof listArtifactTableRows>;
type List = ReplyOf<typeof listArtifacts>;

const png = Buffer.from("89504e470d0a1a0a", "hex");

describeOnEachDatabase("the pages of artifacts", (database) => {
  let server: TestServer;
  let told: Story;
  beforeAll(async () => {
    server = await startTestServer(database.url);
    told = story(server);
  });
  afterAll(() => server.stop());

  const make = async (body: object) => (await server.call<{ id: string }>("POST", "/artifacts/", body)).body.id;
  const rowsOf = async (id: string, body: object = {}) =>
    (await server.call<Rows>("POST", `/ui/artifacts/${id}/rows`, body)).body;

  test("a run lists all of its artifacts, newest first, with the tasks that made them and their descriptions", async () => {
    const flow = await told.flow("reporting");
    const run = await told.flowRun(flow, { states: [{ type: "RUNNING", at: 0 }], name: "friday" });
    const task = await told.taskRun(run, { states: [{ type: "RUNNING", at: 1 }], name: "draw" });
    await make({ key: "report", type: "markdown", data: "# One", flow_run_id: run });
    await make({ key: "report", type: "markdown", data: "# Two\n".repeat(2000), flow_run_id: run, description: "why" });
    await make({ type: "result", data: "hidden", flow_run_id: run });
    const image = `data:image/png;base64,${"A".repeat(100_000)}`;
    await make({ key: "chart", type: "image", data: image, flow_run_id: run, task_run_id: task });
    const { body } = await server.call<List>("POST", "/ui/artifacts/list", { flow_run_id: run });
    expect(body.count).toBe(3);
    expect(body.results).toMatchObject([
      { key: "chart", task_run_id: task, task_run_name: "draw", preview: { kind: "image", address: null } },
      { key: "report", description: "why", preview: { kind: "markdown", is_whole: false } },
      { key: "report", flow_name: "reporting", preview: { kind: "markdown", text: "# One", is_whole: true } },
    ]);
    expect(JSON.stringify(body).length).toBeLessThan(8000);
    const second = { flow_run_id: run, limit: 1, offset: 2, types: ["markdown", "image"], name: "repo" };
    expect((await server.call<List>("POST", "/ui/artifacts/list", second)).body).toMatchObject({
      count: 2,
      results: [],
    });
  });

  test("the page of a table has its first rows, and others by page, text and order", async () => {
    const data = Array.from({ length: 250 }, (_, index) => ({ at: index, name: `row ${index}` }));
    const id = await make({ type: "table", data: JSON.stringify(data) });
    const page = (await server.call<ArtifactPage>("GET", `/ui/artifacts/${id}`)).body;
    expect(page.artifact).not.toHaveProperty("data");
    if (page.content?.kind !== "table") throw new Error("not a table");
    expect(page.content).toMatchObject({ columns: ["at", "name"], row_count: 250 });
    expect(page.content.rows).toHaveLength(100);
    expect(await rowsOf(id, { limit: 2, offset: 100 })).toEqual({
      columns: ["at", "name"],
      rows: [
        [100, "row 100"],
        [101, "row 101"],
      ],
      row_count: 250,
      match_count: 250,
    });
    expect(await rowsOf(id, { text: "ROW 24", limit: 3, sort: { column: 0, descending: true } })).toMatchObject({
      rows: [
        [249, "row 249"],
        [248, "row 248"],
        [247, "row 247"],
      ],
      match_count: 11,
    });
    expect((await rowsOf(id, { sort: { column: 1, descending: false } })).rows.slice(0, 3).map(([at]) => at)).toEqual([
      0, 1, 2,
    ]);
  });

  test("numbers are sorted by size and kept exactly, and cells without a value are last in both directions", async () => {
    const text = '[{"n":10},{"n":9007199254740993},{"n":null},{"n":-1.5},{}]';
    const id = await make({ type: "table", data: text });
    const column = async (descending: boolean) => {
      const { payload } = await server.app.inject({
        method: "POST",
        url: `/api/ui/artifacts/${id}/rows`,
        payload: { sort: { column: 0, descending } },
      });
      return payload.slice(payload.indexOf('"rows":'), payload.indexOf(',"row_count"'));
    };
    expect(await column(false)).toBe('"rows":[[-1.5],[10],[9007199254740993],[null],[null]]');
    expect(await column(true)).toBe('"rows":[[9007199254740993],[10],[-1.5],[null],[null]]');
  });

  test("a picture comes with its own type, and can't run anything", async () => {
    const id = await make({ type: "image", data: `data:image/png;base64,${png.toString("base64")}` });
    const answer = await server.app.inject({ method: "GET", url: `/api/ui/artifacts/${id}/image` });
    expect(answer.statusCode).toBe(200);
    expect(answer.rawPayload).toEqual(png);
    expect(answer.headers).toMatchObject({
      "content-type": "image/png",
      "x-content-type-options": "nosniff",
      "content-security-policy": expect.stringMatching(/default-src 'none'.*sandbox/),
    });
    const drawn = await make({ type: "image", data: "data:image/svg+xml,%3Csvg%20xmlns='a'/%3E" });
    const svg = await server.app.inject({ method: "GET", url: `/api/ui/artifacts/${drawn}/image` });
    expect([svg.headers["content-type"], svg.payload]).toEqual(["image/svg+xml", "<svg xmlns='a'/>"]);
  });

  test("what is neither a picture nor a table says so", async () => {
    for (const data of ["data:text/html,hello", "https://example.org/a.png", { a: 1 }, null]) {
      const id = await make({ type: "image", data });
      const answer = await server.call<{ detail: string }>("GET", `/ui/artifacts/${id}/image`);
      expect([answer.status, answer.body.detail]).toEqual([404, `The data of artifact ${id} is not a picture.`]);
    }
    const id = await make({ type: "table", data: "no table" });
    expect((await server.call("POST", `/ui/artifacts/${id}/rows`)).status).toBe(404);
  });
});
