import { addSeconds, timeOrderedId } from "@ostinato/core";
import type { InputsView, ReplyOf, ResultView, readTaskRunEnds, StoredResult, TaskResult } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addFlowRun } from "../../test/flow-run-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { type TaskRunEventOptions, taskRunEvent } from "../../test/task-run-event-harness.ts";

const limit = 1000;

function preview(value: unknown, kind = "scalar") {
  return { kind, size_bytes: 3, truncated: false, value };
}

function result(data: string | null, more: object = {}) {
  return { format: data === null ? "none" : "devalue", data, preview: preview(data), ...more };
}

describeOnEachDatabase("results", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(database.url, { config: { resultSizeLimitBytes: limit } });
  });
  afterAll(() => server.stop());

  const now = () => server.context.clock.now();
  const newId = () => timeOrderedId(now());
  async function tell(options: Partial<TaskRunEventOptions> & Pick<TaskRunEventOptions, "taskRunId">): Promise<string> {
    const event = taskRunEvent({ flowRunId: null, type: "COMPLETED", occurred: now(), ...options });
    expect((await server.call("POST", "/events", [event])).status).toBe(204);
    return event.id;
  }
  const viewOf = async (taskRunId: string) =>
    (await server.call<ResultView>("GET", `/task_runs/${taskRunId}/result`)).body;
  const read = async (id: string) => (await server.call<StoredResult>("GET", `/results/${id}`)).body;
  const find = async (cache_key: string) =>
    (await server.call<StoredResult | null>("POST", "/results/find", { cache_key })).body;

  test("inputs and result are kept with the state that brings them, and the event is kept without them", async () => {
    const flowRunId = await addFlowRun(server.context);
    const taskRunId = newId();
    const inputs = [
      { name: "b", preview: preview(1) },
      { name: "a", preview: preview("x\0") },
    ];
    await tell({ taskRunId, flowRunId, type: "RUNNING", values: { inputs } });
    const given = result('["0"]', { identity: "call-1", cache_key: "k", expires: "2100-01-01T00:00:00Z" });
    const id = await tell({ taskRunId, flowRunId, values: { result: given } });

    const shown = await server.call<InputsView>("GET", `/task_runs/${taskRunId}/inputs`);
    expect(shown.body.inputs.map(({ name, preview }) => [name, preview.value])).toEqual([
      ["b", 1],
      ["a", "x\ufffd"],
    ]);
    expect(await viewOf(taskRunId)).toEqual({
      preview: given.preview,
      persisted: null,
      location: null,
      created: expect.any(String),
      expires: "2100-01-01T00:00:00Z",
      cache_key: "k",
      reused_from: null,
      reason: null,
    });
    expect(await read(id)).toEqual({
      id,
      created: expect.any(String),
      task_run_id: taskRunId,
      flow_run_id: flowRunId,
      task_key: "add-d943deb9",
      format: "devalue",
      data: '["0"]',
      location: null,
      identity: "call-1",
      cache_key: "k",
      expires: "2100-01-01T00:00:00Z",
      flow_run_attempt: 1,
    });
    const event = await server.context.db.read
      .selectFrom("event")
      .select("payload")
      .where("id", "=", id)
      .executeTakeFirst();
    expect(JSON.parse(event?.payload ?? "")).not.toHaveProperty("ostinato");
  });

  test("a result that was reused leads to the run that made it", async () => {
    const flowRunId = await addFlowRun(server.context);
    const [maker, user] = [newId(), newId()];
    const id = await tell({ taskRunId: maker, flowRunId, values: { result: result("[7]") } });
    await tell({ taskRunId: user, name: "Cached", values: { reused_result_id: id.toUpperCase() } });
    expect(await viewOf(user)).toMatchObject({
      preview: { value: "[7]" },
      reused_from: { task_run_id: maker, flow_run_id: flowRunId },
    });
  });

  test.each([
    [
      "what is too large",
      result("x".repeat(limit + 1)),
      "It takes 1001 bytes, more than the 1000 that the server keeps",
    ],
    ["what is secret", { ...result("[1]"), preview: preview("hunter2", "secret") }, "It is secret"],
    [
      "what could not be written down",
      { ...result(null), preview: preview("a function cannot", "unserializable") },
      "a function cannot",
    ],
    ["what the client keeps to itself", result(null), "The client did not keep it."],
  ])("%s leaves the state, its picture and the reason", async (_what, given, reason) => {
    const taskRunId = newId();
    const id = await tell({ taskRunId, values: { result: { ...given, cache_key: `none-${taskRunId}` } } });
    const view = await viewOf(taskRunId);
    expect(view.reason).toContain(reason);
    expect(JSON.stringify(view)).not.toContain("hunter2");
    expect(await read(id)).toMatchObject({ format: "none", data: null, cache_key: null });
    expect(await find(`none-${taskRunId}`)).toBeNull();
  });

  test("values that are not understood cost the state nothing", async () => {
    const taskRunId = newId();
    await tell({ taskRunId, values: { result: { data: 5 } } });
    expect(await viewOf(taskRunId)).toMatchObject({
      preview: { kind: "none" },
      reason: "The client that ran the task run does not keep its result on this server.",
    });
  });

  test("the results of a flow run's tasks are listed by pages and by name, each with where it is and where it came from", async () => {
    const flowRunId = await addFlowRun(server.context);
    const [one, other, reusing, lost] = [newId(), newId(), newId(), newId()];
    const run = (name: string, second: number) => ({ name, expected_start_time: `2030-01-01T00:00:0${second}Z` });
    const made = await tell({ taskRunId: one, flowRunId, run: run("add-1", 1), values: { result: result('["0"]') } });
    const elsewhere = result(null, { format: "devalue", location: "file:///there", preview: preview(null, "table") });
    await tell({ taskRunId: other, flowRunId, run: run("add-2", 2), values: { result: elsewhere } });
    await tell({ taskRunId: reusing, flowRunId, run: run("again", 3), values: { reused_result_id: made } });
    await tell({ taskRunId: lost, flowRunId, run: run("lost", 4), values: { reused_result_id: newId() } });
    await tell({ taskRunId: newId(), flowRunId, run: run("none", 5) });
    type Page = { results: TaskResult[]; next_cursor: string | null };
    const list = async (body: object) =>
      (await server.call<Page>("POST", `/ui/flow_runs/${flowRunId}/results`, body)).body;
    const first = await list({ limit: 3 });
    expect(first.results).toMatchObject([
      { task_run_id: one, name: "add-1", kind: "scalar", size_bytes: 3, in_database: true, reused_from: null },
      { task_run_id: other, kind: "table", location: "file:///there", in_database: false, reused_from: null },
      { task_run_id: reusing, in_database: true, reused_from: { task_run_id: one, flow_run_id: flowRunId } },
    ]);
    const second = await list({ limit: 3, cursor: first.next_cursor });
    expect(second).toMatchObject({
      results: [{ task_run_id: lost, kind: null, reason: "The result that it reused has been deleted." }],
      next_cursor: null,
    });
    expect((await list({ text: "ADD-" })).results.map(({ name }) => name)).toEqual(["add-1", "add-2"]);
  });

  test("a run without a result says why", async () => {
    const [running, failed] = [newId(), newId()];
    await tell({ taskRunId: running, type: "RUNNING" });
    await tell({ taskRunId: failed, type: "FAILED" });
    expect((await viewOf(running)).reason).toBe("The task run has not finished: it is Running.");
    expect((await viewOf(failed)).reason).toBe("The task run ended as Failed, without a result.");
    expect((await server.call("GET", `/task_runs/${newId()}/result`)).status).toBe(404);
    expect((await server.call("GET", `/task_runs/${newId()}/inputs`)).status).toBe(404);
    expect((await server.call("GET", `/flow_runs/${newId()}/result`)).status).toBe(404);
    expect((await server.call("GET", `/results/${newId()}`)).status).toBe(404);
  });

  test("a flow run keeps one result for each attempt", async () => {
    const flowRunId = await addFlowRun(server.context);
    const put = (given: object) => server.call("PUT", `/flow_runs/${flowRunId}/result`, given);
    expect((await put(result("[1]"))).status).toBe(204);
    expect((await put(result("[2]", { location: null }))).status).toBe(204);
    const shown = await server.call("GET", `/flow_runs/${flowRunId}/result`);
    expect(shown.body).toMatchObject({ preview: { value: "[2]" }, reason: null });
    const kept = await server.context.db.read
      .selectFrom("result")
      .select("data")
      .where("flow_run_id", "=", flowRunId)
      .execute();
    expect(kept).toEqual([{ data: "[2]" }]);
    expect((await put({ ...result("[1]"), colour: "red" })).status).toBe(422);
    expect((await server.call("PUT", `/flow_runs/${newId()}/result`, result("[1]"))).status).toBe(404);
  });

  test("a run that goes on starts from the kept results of its tasks, of its subflows and its own, by pages", async () => {
    const flowRunId = await addFlowRun(server.context);
    const child = await addFlowRun(server.context);
    const tracking = newId();
    await tell({ taskRunId: tracking, flowRunId, type: "RUNNING" });
    await server.context.db.write((tx) =>
      tx.updateTable("flow_run").set({ parent_task_run_id: tracking }).where("id", "=", child).execute(),
    );
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      ids.push(await tell({ taskRunId: newId(), flowRunId, values: { result: result(`[${index}]`) } }));
    }
    await tell({ taskRunId: newId(), flowRunId, values: { result: result(null) } });
    await tell({ taskRunId: newId(), flowRunId: child, values: { result: result('["of the child"]') } });
    await server.call("PUT", `/flow_runs/${child}/result`, result("[9]", { identity: "sub" }));
    await server.call("PUT", `/flow_runs/${flowRunId}/result`, result('["own"]'));
    const elsewhere = result(null, { location: "file:///results/1" });
    await tell({ taskRunId: newId(), flowRunId, values: { result: elsewhere } });

    const seen: (string | null)[] = [];
    let after: string | null = null;
    do {
      const page: { body: { results: StoredResult[]; next: string | null } } = await server.call(
        "POST",
        `/flow_runs/${flowRunId}/results`,
        { after, limit: 3 },
      );
      expect(page.body.results.length).toBeLessThanOrEqual(3);
      seen.push(...page.body.results.map(({ data, location }) => data ?? location));
      after = page.body.next;
    } while (after !== null);
    expect(seen).toEqual(["[0]", "[1]", "[2]", "[3]", "[4]", "[9]", '["own"]', "file:///results/1"]);
    expect((await server.call("POST", `/flow_runs/${newId()}/results`)).status).toBe(404);
  });

  test("the states of many task runs come with their results, and those that do not fit are named", async () => {
    const ids = Array.from({ length: 18 }, newId);
    for (const taskRunId of ids) await tell({ taskRunId, values: { result: result("x".repeat(900)) } });
    const failed = newId();
    await tell({ taskRunId: failed, type: "FAILED" });
    const gone = newId();
    type Ends = ReplyOf<typeof readTaskRunEnds>;
    const ask = async (task_run_ids: readonly string[]) =>
      (await server.call<Ends>("POST", "/task_runs/ends", { task_run_ids })).body;
    const first = await ask(ids);
    expect(first.ends).toHaveLength(17);
    expect(first.ends.every(({ result }) => result?.data?.length === 900)).toBe(true);
    const rest = await ask([...first.left, failed, gone]);
    expect(rest.left).toEqual([]);
    expect(new Map(rest.ends.map(({ id, state, result }) => [id, [state?.type, result?.data?.length]]))).toEqual(
      new Map<string | undefined, unknown>([
        [first.left[0], ["COMPLETED", 900]],
        [failed, ["FAILED", undefined]],
      ]),
    );
    expect((await server.call("POST", "/task_runs/ends", { task_run_ids: [] })).status).toBe(422);
  });

  test("under a cache key the newest result is found that has not expired", async () => {
    const keep = (data: string, seconds?: number) =>
      tell({
        taskRunId: newId(),
        values: {
          result: result(data, {
            cache_key: "shared key",
            expires: seconds === undefined ? null : addSeconds(now(), seconds) / 1_000_000,
          }),
        },
      });
    expect(await find("shared key")).toBeNull();
    await keep("[1]");
    await keep("[2]", 3600);
    await keep("[3]", -1);
    expect(await find("shared key")).toMatchObject({ data: "[2]" });
    await keep("[4]");
    expect(await find("shared key")).toMatchObject({ data: "[4]", expires: null });
  });
});
