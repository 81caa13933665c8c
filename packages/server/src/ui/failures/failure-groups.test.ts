import type { FailureGroups, listFlowRuns, ReplyOf } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../../test/harness.ts";
import { type Story, story } from "../../../test/page-fixtures.ts";

type List = ReplyOf<typeof listFlowRuns>;

describeOnEachDatabase("failures of the same cause", (database) => {
  let server: TestServer;
  let told: Story;
  let churn: string;
  const nan: string[] = [];
  const day = 86_400;
  const failed = (message: string, at: number) => ({
    states: [
      { type: "RUNNING", at },
      { type: "FAILED", at: at + 5, message },
    ],
  });
  beforeAll(async () => {
    server = await startTestServer(database.url);
    told = story(server);
    churn = await told.flow("train-churn");
    const quality = await told.flow("data-quality");
    for (const [index, at] of [0, 5 * day, 9 * day].entries()) {
      const id = await told.flowRun(churn, failed(`Task 'fit' failed: loss is NaN in round ${index}`, at));
      await told.taskRun(id, {
        ...failed(`loss is NaN in round ${index}`, at + 1),
        name: `fit-${index}`,
        key: "fit-1adec0a0",
      });
      nan.push(id);
    }
    await told.flowRun(churn, failed("out of memory", 2 * day));
    await told.flowRun(quality, failed("loss is NaN in round 1", 3 * day));
    await told.flowRun(quality, {
      states: [
        { type: "RUNNING", at: 8 * day },
        { type: "COMPLETED", at: 8 * day + 5 },
      ],
    });
  });
  afterAll(() => server.stop());

  const groups = async (body: object) => (await server.call<FailureGroups>("POST", "/ui/failures", body)).body;
  const list = async (body: object) => (await server.call<List>("POST", "/ui/flow_runs/list", body)).body;

  test("are told once, with how often, since when and of which flow and task", async () => {
    const found = await groups({});
    expect(found).toMatchObject({ examined: 5, capped: false });
    expect(found.groups.map(({ flow_name, message, count }) => [flow_name, message, count])).toEqual([
      ["train-churn", "loss is NaN in round …", 3],
      ["data-quality", "loss is NaN in round 1", 1],
      ["train-churn", "out of memory", 1],
    ]);
    expect(found.groups[0]).toMatchObject({
      task_name: "fit",
      first: told.at(5),
      last: told.at(9 * day + 5),
      newest: { id: nan[2], state_type: "FAILED" },
    });
  });

  test("are those of the criteria alone, and lists have exactly the runs that are counted", async () => {
    const criteria = {
      flows: { id: { any_: [churn] } },
      flow_runs: { expected_start_time: { after_: told.at(day) } },
    };
    const [group, other, ...more] = (await groups(criteria)).groups;
    expect(more).toEqual([]);
    expect([group?.count, other?.count]).toEqual([2, 1]);
    const { results, count } = await list({ ...criteria, failure: group?.key, count: true });
    expect(results.map(({ id }) => id)).toEqual([nan[2], nan[1]]);
    expect(count).toBe(2);
    const points = await server.call<unknown[]>("POST", "/ui/flow_runs/history", { ...criteria, failure: group?.key });
    expect(points.body).toHaveLength(2);
    expect((await list({ failure: "0000000000000000" })).results).toEqual([]);
  });

  test("are at most as many as asked for, the newest first", async () => {
    expect((await groups({ limit: 1 })).groups.map(({ count }) => count)).toEqual([3]);
  });
});
