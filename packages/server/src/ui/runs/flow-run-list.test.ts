import { type FlowRunPoint, flowRunSorts, type listFlowRuns, type ReplyOf } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../../test/harness.ts";
import { type Story, story } from "../../../test/page-fixtures.ts";

type List = ReplyOf<typeof listFlowRuns>;

describeOnEachDatabase("the list of runs", (database) => {
  let server: TestServer;
  let told: Story;
  let train: string;
  let other: string;
  const ids: string[] = [];
  beforeAll(async () => {
    server = await startTestServer(database.url);
    told = story(server);
    train = await told.flow("train");
    other = await told.flow("other");
    for (let index = 0; index < 23; index += 1) {
      const start = 1000 - index * 10; // Ids go up as times go down.
      const states = [
        { type: "SCHEDULED", at: start },
        ...(index % 4 === 0 ? [] : [{ type: "RUNNING", at: start + 2 }]),
        ...(index % 4 < 2 ? [] : [{ type: index % 2 === 0 ? "COMPLETED" : "FAILED", at: start + 5 + (index % 3) }]),
      ];
      const name = `run-${index % 7}`;
      ids.push(
        await told.flowRun(index % 5 === 0 ? other : train, { states, name, tags: index % 2 === 0 ? ["even"] : [] }),
      );
    }
  });
  afterAll(() => server.stop());

  const list = async (body: object) => {
    const reply = await server.call<List>("POST", "/ui/flow_runs/list", body);
    expect([reply.status, reply.body]).toEqual([200, expect.anything()]);
    return reply.body;
  };

  async function pages(body: object, limit: number): Promise<List["results"]> {
    const rows: List["results"] = [];
    for (let cursor: string | null = null, page = 0; page < 50; page += 1) {
      const { results, next_cursor } = await list({ ...body, limit, cursor });
      rows.push(...results);
      if (next_cursor === null) break;
      cursor = next_cursor;
    }
    return rows;
  }

  test.each(flowRunSorts)("sorted by %s, every run comes once, whatever the size of a page", async (sort) => {
    const whole = (await list({ sort, limit: 200 })).results.map(({ id }) => id);
    expect(new Set(whole)).toEqual(new Set(ids));
    for (const limit of [1, 5, 23]) {
      expect((await pages({ sort }, limit)).map(({ id }) => id)).toEqual(whole);
    }
  });

  test("sorts are what they are called", async () => {
    const starts = (await list({ sort: "START_TIME_DESC", limit: 200 })).results.map(
      ({ start_time, expected_start_time }) => start_time ?? expected_start_time ?? "",
    );
    expect(starts).toEqual(starts.toSorted().toReversed());
    const ends = (await list({ sort: "END_TIME_DESC", limit: 200 })).results.map(({ end_time }) => end_time);
    const ended = ends.filter((end) => end !== null);
    expect(ends.slice(0, ended.length)).toEqual(ended.toSorted().toReversed());
  });

  test("runs that are added while somebody turns pages shift nothing", async () => {
    const first = await list({ sort: "START_TIME_DESC", limit: 10 });
    const added = await told.flowRun(train, { states: [{ type: "RUNNING", at: 5000 }], name: "added" });
    const second = await list({ sort: "START_TIME_DESC", limit: 10, cursor: first.next_cursor });
    const seen = [...first.results, ...second.results].map(({ id }) => id);
    expect(new Set(seen).size).toBe(20);
    await server.call("DELETE", `/flow_runs/${added}`);
  });

  test.each([
    ["a flow", () => ({ flows: { id: { any_: [other] } } }), 5],
    ["a state", () => ({ flow_runs: { state: { type: { any_: ["FAILED"] } } } }), 5],
    ["a name of a state", () => ({ flow_runs: { state: { name: { any_: ["Scheduled"] } } } }), 6],
    ["a tag", () => ({ flow_runs: { tags: { all_: ["even"] } } }), 12],
    ["a text", () => ({ flow_runs: { name: { like_: "N-6" } } }), 3],
    ["a time", () => ({ flow_runs: { expected_start_time: { after_: told.at(955) } } }), 5],
    ["nothing that exists", () => ({ flow_runs: { id: { any_: [] } } }), 0],
  ])("narrowed by %s, it is counted and paged alike", async (_, criteria, expected) => {
    const { count, count_capped } = await list({ ...criteria(), limit: 2, count: true });
    expect({ count, count_capped }).toEqual({ count: expected, count_capped: false });
    expect(await pages(criteria(), 2)).toHaveLength(expected);
  });

  test("a row has the names around it and the counts of its task runs", async () => {
    const parent = await told.flowRun(other, { states: [{ type: "RUNNING", at: 0 }], name: "parent" });
    const tracking = await told.taskRun(parent, { states: [{ type: "RUNNING", at: 1 }], name: "child-0" });
    const child = await told.flowRun(train, { states: [{ type: "RUNNING", at: 2 }], name: "child", parent: tracking });
    await told.taskRun(parent, {
      states: [
        { type: "RUNNING", at: 1 },
        { type: "COMPLETED", at: 2 },
      ],
    });
    const { results } = await list({ flow_runs: { id: { any_: [parent, child] } }, sort: "NAME_DESC" });
    expect(results).toMatchObject([
      { id: parent, flow_name: "other", parent_flow_run_id: null, task_counts: { RUNNING: 1, COMPLETED: 1 } },
      { id: child, flow_name: "train", parent_flow_run_id: parent, parent_flow_run_name: "parent", task_counts: {} },
    ]);
    for (const id of [child, parent]) await server.call("DELETE", `/flow_runs/${id}`);
  });

  test("as points, runs have their begin, duration and lateness", async () => {
    const body = { flow_runs: { name: { any_: ["run-2"] } }, sort: "EXPECTED_START_TIME_ASC", limit: 2 };
    const points = await server.call<FlowRunPoint[]>("POST", "/ui/flow_runs/history", body);
    expect(points.body).toMatchObject([
      { id: ids[16], flow_name: "train", timestamp: told.at(840), state_type: "SCHEDULED", duration: 0 },
      { id: ids[9], flow_name: "train", timestamp: told.at(912), state_type: "RUNNING", lateness: 2 },
    ]);
    const [done] = (
      await server.call<FlowRunPoint[]>("POST", "/ui/flow_runs/history", { flow_runs: { id: { any_: [ids[2]] } } })
    ).body;
    expect(done).toMatchObject({ state_name: "Completed", duration: 5, lateness: 2 });
  });

  test("points can be skipped", async () => {
    const all = await server.call<FlowRunPoint[]>("POST", "/ui/flow_runs/history", {});
    const some = await server.call<FlowRunPoint[]>("POST", "/ui/flow_runs/history", { offset: 3, limit: 4 });
    expect(some.body.map(({ id }) => id)).toEqual(all.body.slice(3, 7).map(({ id }) => id));
  });
});
