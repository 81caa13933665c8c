import { type listTaskRuns, type ReplyOf, taskRunListSorts } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../../test/harness.ts";
import { type Story, story } from "../../../test/page-fixtures.ts";

type List = ReplyOf<typeof listTaskRuns>;

describeOnEachDatabase("the list of task runs", (database) => {
  let server: TestServer;
  let told: Story;
  let train: string;
  let run: string;
  const ids: string[] = [];
  beforeAll(async () => {
    server = await startTestServer(database.url);
    told = story(server);
    train = await told.flow("train");
    run = await told.flowRun(train, { states: [{ type: "RUNNING", at: 0 }], name: "monday", tags: ["nightly"] });
    const other = await told.flowRun(await told.flow("other"), { states: [{ type: "RUNNING", at: 0 }] });
    for (let index = 0; index < 23; index += 1) {
      const start = 1000 - Math.floor(index / 2) * 10; // Two at a time, and ids go up as times go down.
      const end =
        index % 4 === 0 ? [] : [{ type: index % 3 === 0 ? "FAILED" : "COMPLETED", at: start + 5 + (index % 3) }];
      const given = {
        states: [
          { type: "RUNNING", at: start },
          ...end.map((state) => ({ ...state, message: `${state.type} ${index}` })),
        ],
        name: `task-${index % 7}`,
        key: `key-${index}`,
      };
      ids.push(await told.taskRun(index === 22 ? null : index % 5 === 0 ? other : run, given));
    }
  });
  afterAll(() => server.stop());

  const list = async (body: object) => {
    const reply = await server.call<List>("POST", "/ui/task_runs/list", body);
    expect([reply.status, reply.body]).toEqual([200, expect.anything()]);
    return reply.body;
  };

  async function pages(body: object, limit: number): Promise<readonly string[]> {
    const rows: string[] = [];
    for (let cursor: string | null = null, page = 0; page < 50; page += 1) {
      const { results, next_cursor } = await list({ ...body, limit, cursor });
      rows.push(...results.map(({ id }) => id));
      if (next_cursor === null) break;
      cursor = next_cursor;
    }
    return rows;
  }

  test.each(taskRunListSorts)("sorted by %s, every one comes once, whatever the size of a page", async (sort) => {
    const whole = (await list({ sort, limit: 200 })).results.map(({ id }) => id);
    expect(new Set(whole)).toEqual(new Set(ids));
    for (const limit of [1, 5, 23]) expect(await pages({ sort }, limit)).toEqual(whole);
  });

  test("a row says where it belongs and how it went", async () => {
    const { results } = await list({ task_runs: { id: { any_: [ids[3]] } } });
    expect(results).toMatchObject([
      {
        id: ids[3],
        name: "task-3",
        state_type: "FAILED",
        state_message: "FAILED 3",
        run_count: 1,
        flow_run_id: run,
        flow_run_name: "monday",
        flow_id: train,
        flow_name: "train",
      },
    ]);
    const alone = await list({ task_runs: { id: { any_: [ids[22]] } } });
    expect(alone.results).toMatchObject([{ flow_run_id: null, flow_run_name: null, flow_id: null, flow_name: null }]);
  });

  test("is narrowed by state, name, task, time, and by the flow and the tags of the run, and counted", async () => {
    const failed = await list({ task_runs: { state: { type: { any_: ["FAILED"] } } }, count: true, limit: 2 });
    expect(failed.count).toBe(ids.filter((_, index) => index % 3 === 0 && index % 4 !== 0).length);
    expect(failed.results.every(({ state_type }) => state_type === "FAILED")).toBe(true);
    const named = await list({ task_runs: { name: { like_: "TASK-6" } }, count: true });
    expect(named.count).toBe(3);
    const late = await list({ task_runs: { expected_start_time: { after_: told.at(995) } }, count: true });
    expect(late.count).toBe(2);
    const trained = await list({ flows: { id: { any_: [train] } }, count: true });
    const nightly = await list({ flow_runs: { tags: { all_: ["nightly"] } }, count: true });
    const ofRun = ids.filter((_, index) => index % 5 !== 0 && index !== 22).length;
    expect([trained.count, nightly.count]).toEqual([ofRun, ofRun]);
    const ofTask = await list({ task_key: "key-1", count: true });
    expect([ofTask.count, ofTask.results.map(({ id }) => id)]).toEqual([1, [ids[1]]]);
  });

  test("a cursor of another order is refused", async () => {
    const { next_cursor } = await list({ sort: "NAME_ASC", limit: 5 });
    const reply = await server.call("POST", "/ui/task_runs/list", { sort: "END_TIME_DESC", cursor: next_cursor });
    expect(reply.status).toBe(422);
  });
});
