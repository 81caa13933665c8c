import type { Failure, FlowRunPage, listFlowRuns, ReplyOf, Timeline } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../../test/harness.ts";
import { type Story, story } from "../../../test/page-fixtures.ts";

type List = ReplyOf<typeof listFlowRuns>;

const failing = (message: string, at = 0) => [
  { type: "RUNNING", at },
  { type: "FAILED", at: at + 5, message },
];

describeOnEachDatabase("the causes of failures", (database) => {
  let server: TestServer;
  let told: Story;
  beforeAll(async () => {
    server = await startTestServer(database.url);
    told = story(server);
  });
  afterAll(() => server.stop());

  const page = async (id: string) => (await server.call<FlowRunPage>("GET", `/ui/flow_runs/${id}`)).body;
  const timeline = async (id: string) => (await server.call<Timeline>("GET", `/ui/flow_runs/${id}/timeline`)).body;
  const ofAttempt = async (id: string, attempt: number) =>
    (await server.call<Failure | null>("GET", `/ui/flow_runs/${id}/failure?attempt=${attempt}`)).body;

  test("page and list tell the same cause, with the way down to it", async () => {
    const [nightly, ingest, load] = [
      await told.flow("nightly-lake"),
      await told.flow("ingest-lake"),
      await told.flow("load-partition"),
    ];
    const message = "Task 'download part' failed: HTTP 503";
    const outer = await told.flowRun(nightly, { states: failing(message), name: "top" });
    const callIngest = await told.taskRun(outer, { states: failing(message, 1), name: "ingest-lake-0" });
    await told.taskRun(outer, { states: [{ type: "PENDING", name: "NotReady", at: 2 }], name: "mosaic-0" });
    const middle = await told.flowRun(ingest, { states: failing(message, 1), name: "middle", parent: callIngest });
    const callLoad = await told.taskRun(middle, { states: failing(message, 2), name: "load-partition-0" });
    const inner = await told.flowRun(load, { states: failing(message, 2), name: "inner", parent: callLoad });
    const part = await told.taskRun(inner, { states: failing("HTTP 503", 3), name: "download part-1" });
    const { failure } = await page(outer);
    expect(failure).toMatchObject({ message: "HTTP 503", task_run_id: part, flow_run_id: inner, attempt: 1 });
    expect(failure?.path).toEqual([
      {
        ...{ flow_run_id: outer, flow_run_name: "top", flow_name: "nightly-lake" },
        ...{ task_run_id: callIngest, task_run_name: "ingest-lake-0" },
      },
      {
        ...{ flow_run_id: middle, flow_run_name: "middle", flow_name: "ingest-lake" },
        ...{ task_run_id: callLoad, task_run_name: "load-partition-0" },
      },
      {
        ...{ flow_run_id: inner, flow_run_name: "inner", flow_name: "load-partition" },
        ...{ task_run_id: part, task_run_name: "download part-1" },
      },
    ]);
    const { results } = (
      await server.call<List>("POST", "/ui/flow_runs/list", {
        flow_runs: { id: { any_: [outer, middle, inner] } },
        sort: "NAME_ASC",
      })
    ).body;
    const cause = { message: "HTTP 503", flow_run_id: inner, flow_name: "load-partition", task_run_id: part };
    expect(results.map((row) => row.cause)).toEqual(
      Array.from({ length: 3 }, () => ({ ...cause, task_run_name: "download part-1" })),
    );
  });

  test("each attempt has its own cause, and tasks say to which they belong", async () => {
    const flow = await told.flow("retried");
    const id = await told.flowRun(flow, {
      states: [
        { type: "RUNNING", at: 0 },
        {
          type: "SCHEDULED",
          name: "AwaitingRetry",
          at: 10,
          message: "Flow run encountered an exception: ValueError: a",
        },
        { type: "RUNNING", name: "Retrying", at: 100 },
        { type: "FAILED", at: 110, message: "Flow run encountered an exception: KeyError: b" },
      ],
    });
    const ended = (message: string, at: number) => ({ states: failing(message, at), flowRunAttempt: at < 100 ? 1 : 2 });
    const first = await told.taskRun(id, {
      name: "fit-1",
      ...ended("Task run encountered an exception ValueError: a", 1),
    });
    const last = await told.taskRun(id, {
      name: "fit-2",
      ...ended("Task run encountered an exception KeyError: b", 101),
    });
    expect((await page(id)).failure).toMatchObject({ message: "KeyError: b", task_run_id: last });
    expect(await ofAttempt(id, 1)).toMatchObject({ message: "ValueError: a", task_run_id: first });
    expect(await ofAttempt(id, 2)).toMatchObject({ message: "KeyError: b", task_run_id: last });
    expect(await ofAttempt(id, 3)).toBeNull();
    const { id: ids, attempt } = await timeline(id);
    expect(new Map(ids.map((task, row) => [task, attempt[row]]))).toEqual(
      new Map([
        [first, 1],
        [last, 2],
      ]),
    );
  });

  test("the subflows that Prefect's client calls by the same task run belong to the attempts in which they began", async () => {
    const flow = await told.flow("outer");
    const inner = await told.flow("inner");
    const id = await told.flowRun(flow, {
      states: [
        { type: "RUNNING", at: 0 },
        { type: "SCHEDULED", name: "AwaitingRetry", at: 10 },
        { type: "RUNNING", name: "Retrying", at: 100 },
        { type: "COMPLETED", at: 110 },
      ],
    });
    const call = await told.taskRun(id, {
      name: "inner-0",
      states: [
        { type: "RUNNING", at: 1 },
        { type: "COMPLETED", at: 108 },
      ],
      flowRunAttempt: 0,
    });
    const failed = await told.flowRun(inner, { states: failing("no luck", 2), parent: call });
    const completed = await told.flowRun(inner, {
      states: [
        { type: "RUNNING", at: 102 },
        { type: "COMPLETED", at: 107 },
      ],
      parent: call,
    });
    const { child_flow_run_id, attempt } = await timeline(id);
    expect(new Map(child_flow_run_id.map((child, row) => [child, attempt[row]]))).toEqual(
      new Map([
        [failed, 1],
        [completed, 2],
      ]),
    );
    expect(await ofAttempt(id, 1)).toMatchObject({ message: "no luck", flow_run_id: failed });
    expect(await ofAttempt(id, 2)).toBeNull();
  });
});
