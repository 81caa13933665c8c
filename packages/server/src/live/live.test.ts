import { timeOrderedId } from "@ostinato/core";
import type { Flow, FlowRun, LiveChange, LiveMessage, LiveTopic, Variable } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { registerBlock } from "../../test/block-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { openTestSocket, type TestSocket } from "../../test/socket-harness.ts";
import type { SocketConnection } from "../kernel/socket.ts";
import { createLive } from "./live.service.ts";

describeOnEachDatabase("live", (database) => {
  let server: TestServer;
  let clock: FakeClock;
  let address: string;
  let page: TestSocket;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
    address = await server.listen();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    page = await openTestSocket(address, "/ui/live", { protocols: [] });
  });
  afterEach(() => page.close());

  async function subscribe(topic: LiveTopic, id = 1): Promise<void> {
    page.send({ type: "subscribe", id, topic });
    expect(await page.next()).toEqual({ type: "subscribed", id });
  }

  async function changes(): Promise<readonly LiveChange[]> {
    await clock.advance(0.05);
    const message = await page.next<LiveMessage>();
    if (message.type !== "changes") throw new Error(JSON.stringify(message));
    return message.changes;
  }

  async function newFlowRun(more: object = {}): Promise<FlowRun> {
    const { body: flow } = await server.call<Flow>("POST", "/flows/", { name: "train" });
    const { body } = await server.call<FlowRun>("POST", "/flow_runs/", { flow_id: flow.id, ...more });
    return body;
  }

  const setState = (id: string, type: string) =>
    server.call("POST", `/flow_runs/${id}/set_state`, { state: { type }, force: true });

  function taskEvent(flowRunId: string, taskRunId: string, type = "RUNNING") {
    const now = clock.now();
    return {
      id: timeOrderedId(now),
      occurred: new Date(now / 1000).toISOString(),
      event: `prefect.task-run.${type}`,
      resource: {
        "prefect.resource.id": `prefect.task-run.${taskRunId}`,
        "prefect.orchestration": "client",
        "prefect.state-type": type,
        "prefect.state-name": type,
      },
      related: [{ "prefect.resource.id": `prefect.flow-run.${flowRunId}`, "prefect.resource.role": "flow-run" }],
      payload: {
        intended: { from: null, to: type },
        initial_state: null,
        validated_state: { type, name: type, message: "", state_details: {}, data: null },
        task_run: {
          name: "fit",
          task_key: taskRunId,
          dynamic_key: "0",
          empirical_policy: {},
          tags: [],
          labels: {},
          task_inputs: {},
          run_count: 1,
        },
      },
    };
  }

  test("a limit is told of when it is made, when its slots are taken, awaited and given back, and when it is deleted", async () => {
    await subscribe({ kind: "concurrency-limits" });
    const call = <T>(method: "POST" | "DELETE", path: string, body?: object) =>
      server.call<T>(method, `/v2/concurrency_limits/${path}`, body);
    const { body: limit } = await call<{ id: string }>("POST", "", { name: "database", limit: 1 });
    const told = [{ kind: "concurrency-limit", row: { id: limit.id, name: "database" } }];
    expect(await changes()).toEqual(told);
    await subscribe({ kind: "concurrency-limit", limit_id: limit.id }, 2);
    const both = async () => expect([await changes(), await changes()]).toEqual([told, told]);
    const take = () =>
      call<{ lease_id: string }>("POST", "increment-with-lease", {
        names: ["database"],
        slots: 1,
        waiter_id: timeOrderedId(clock.now()),
      });
    const { body: lease } = await take();
    await both();
    expect((await take()).status).toBe(423);
    await both();
    await call("POST", `leases/${lease.lease_id}/renew`, {});
    await both();
    await call("POST", "decrement-with-lease", { lease_id: lease.lease_id });
    await both();
    await call("DELETE", "database");
    const gone = [{ kind: "deleted", of: "concurrency-limit", id: limit.id }];
    expect([await changes(), await changes()]).toEqual([gone, gone]);
  });

  test("a change of a flow run reaches the lists as the row that they show", async () => {
    await subscribe({ kind: "flow-runs" });
    const run = await newFlowRun({ parameters: { rows: 3 } });
    expect(await changes()).toMatchObject([
      {
        kind: "flow-run",
        row: { id: run.id, flow_name: "train", task_counts: {}, state: { type: "PENDING" }, parameters: { rows: 3 } },
      },
    ]);
  });

  test("blocks and variables are told by their names alone, and so is what goes with the type of a block", async () => {
    const { type, save } = await registerBlock(server, { slug: "told", secretFields: ["token"] });
    await subscribe({ kind: "block-documents" });
    await subscribe({ kind: "variables" }, 2);
    const { id } = await save("main", { token: "planted-in-live" });
    expect(await changes()).toEqual([{ kind: "block-document", row: { id, name: "main" } }]);
    await server.call("DELETE", `/block_types/${type.id}`);
    expect(await changes()).toEqual([{ kind: "deleted", of: "block-document", id }]);
    const { body: variable } = await server.call<Variable>("POST", "/variables/", { name: "told", value: "kept" });
    expect(await changes()).toEqual([{ kind: "variable", row: { id: variable.id, name: "told" } }]);
    await server.call("DELETE", "/variables/name/told");
    expect(await changes()).toEqual([{ kind: "deleted", of: "variable", id: variable.id }]);
  });

  test("a burst of changes is one message with the newest row", async () => {
    const run = await newFlowRun();
    await subscribe({ kind: "flow-run", flow_run_id: run.id });
    for (const type of ["RUNNING", "PAUSED", "RUNNING", "COMPLETED"]) await setState(run.id, type);
    expect(await changes()).toMatchObject([{ kind: "flow-run", row: { state_type: "COMPLETED" } }]);
  });

  test("a page of a run gets its task runs and logs, and its counts twice a second", async () => {
    const run = await newFlowRun();
    const [first, second] = [timeOrderedId(clock.now()), timeOrderedId(clock.now())];
    await subscribe({ kind: "flow-run", flow_run_id: run.id });
    await server.call("POST", "/events", [taskEvent(run.id, first)]);
    const line = { name: "x", level: 20, message: "hello", timestamp: "2030-01-01T00:00:00Z", flow_run_id: run.id };
    await server.call("POST", "/logs/", [line, { ...line, message: "again" }]);
    expect(await changes()).toMatchObject([
      { kind: "flow-run", row: { task_counts: { RUNNING: 1 } } },
      { kind: "task-run", row: { id: first, state_type: "RUNNING" } },
      { kind: "log", row: { message: "hello" } },
      { kind: "log", row: { message: "again" } },
    ]);

    await server.call("POST", "/events", [taskEvent(run.id, second)]);
    expect(await changes()).toMatchObject([{ kind: "task-run", row: { id: second } }]);
    await clock.advance(0.5);
    expect(await changes()).toMatchObject([{ kind: "flow-run", row: { task_counts: { RUNNING: 2 } } }]);
  });

  test("others' task runs and logs stay away", async () => {
    const [mine, other] = [await newFlowRun(), await newFlowRun()];
    await subscribe({ kind: "task-run", task_run_id: timeOrderedId(clock.now()) });
    await server.call("POST", "/events", [taskEvent(other.id, timeOrderedId(clock.now()))]);
    await clock.advance(1);
    await subscribe({ kind: "flow-run", flow_run_id: mine.id }, 2);
    await setState(mine.id, "RUNNING");
    expect(await changes()).toMatchObject([{ kind: "flow-run", row: { id: mine.id } }]);
  });

  test("subflows are told on their parent's page", async () => {
    const parent = await newFlowRun();
    const tracking = timeOrderedId(clock.now());
    await server.call("POST", "/events", [taskEvent(parent.id, tracking)]);
    await subscribe({ kind: "flow-run", flow_run_id: parent.id });
    const child = await newFlowRun({ parent_task_run_id: tracking });
    const rows = (await changes()).filter((change) => change.kind === "flow-run");
    expect(rows).toContainEqual(
      expect.objectContaining({ row: expect.objectContaining({ id: child.id, parent_flow_run_id: parent.id }) }),
    );
  });

  describe("the log of a flow run", () => {
    const at = "2030-01-01T00:00:00Z";
    const lineOf = (flowRunId: string, message: string) => ({
      ...{ name: "x", level: 20, timestamp: at },
      ...{ message, flow_run_id: flowRunId },
    });

    async function subflowOf(parent: FlowRun): Promise<FlowRun> {
      const tracking = timeOrderedId(clock.now());
      await server.call("POST", "/events", [taskEvent(parent.id, tracking)]);
      return await newFlowRun({ parent_task_run_id: tracking });
    }

    test("has the lines of its subflows at any depth, whenever they began, in their order, and of no other run", async () => {
      const [top, other] = [await newFlowRun(), await newFlowRun()];
      const middle = await subflowOf(top);
      await subscribe({ kind: "log", flow_run_id: top.id });
      const inner = await subflowOf(middle);
      const lines = [lineOf(top.id, "a"), lineOf(inner.id, "b"), lineOf(other.id, "c"), lineOf(middle.id, "d")];
      await server.call("POST", "/logs/", lines);
      const told = (all: readonly LiveChange[]) => all.map((change) => change.kind === "log" && change.row.message);
      expect(told(await changes())).toEqual(["a", "b", "d"]);
      await server.call("POST", "/logs/", [lineOf(other.id, "e"), lineOf(inner.id, "f")]);
      expect(told(await changes())).toEqual(["f"]);
    });

    test("keeps the lines of a run from its subflow's readers", async () => {
      const top = await newFlowRun();
      const child = await subflowOf(top);
      await subscribe({ kind: "log", flow_run_id: child.id.toUpperCase() });
      await server.call("POST", "/logs/", [lineOf(top.id, "a"), lineOf(child.id, "b")]);
      expect(await changes()).toMatchObject([{ kind: "log", row: { message: "b" } }]);
    });
  });

  test("what was deleted is told by its id, and nothing of it before", async () => {
    const run = await newFlowRun();
    await subscribe({ kind: "flow-runs" });
    await setState(run.id, "RUNNING");
    await server.call("DELETE", `/flow_runs/${run.id}`);
    expect(await changes()).toEqual([{ kind: "deleted", of: "flow-run", id: run.id }]);
  });

  test("more lines than a page can use are answered by the advice to read again", async () => {
    const run = await newFlowRun();
    await subscribe({ kind: "flow-run", flow_run_id: run.id });
    const line = { name: "x", level: 20, message: "", timestamp: "2030-01-01T00:00:00Z", flow_run_id: run.id };
    await server.call(
      "POST",
      "/logs/",
      Array.from({ length: 1001 }, () => line),
    );
    await clock.advance(0.05);
    expect(await page.next()).toMatchObject({ type: "resync", id: 1 });
  });

  test("lines that are too long for a message are answered by the same advice, and what follows is told again", async () => {
    const run = await newFlowRun();
    await subscribe({ kind: "flow-run", flow_run_id: run.id });
    const common = { name: "x", level: 20, timestamp: "2030-01-01T00:00:00Z", flow_run_id: run.id };
    const long = { ...common, message: "x".repeat(1_000_000) };
    for (const count of [3, 3])
      await server.call(
        "POST",
        "/logs/",
        Array.from({ length: count }, () => long),
      );
    await clock.advance(0.05);
    expect(await page.next()).toMatchObject({ type: "resync", id: 1 });
    await server.call("POST", "/logs/", [{ ...common, message: "short" }]);
    expect(await changes()).toMatchObject([{ kind: "log", row: { message: "short" } }]);
  });

  test("a page that takes too slowly gets nothing more until it has caught up, then is told to read again", async () => {
    const sent: LiveMessage[] = [];
    let backlog = 0;
    let heldBack = 0;
    const connection = {
      send: (text: string) => sent.push(JSON.parse(text)),
      get backlog() {
        if (backlog > 0) heldBack += 1;
        return backlog;
      },
    } as unknown as SocketConnection;
    const live = createLive(server.context)(connection);
    live.message(JSON.stringify({ type: "subscribe", id: 7, topic: { kind: "flow-runs" } }));
    backlog = 10_000_000;
    const run = await newFlowRun();
    await expect
      .poll(async () => {
        await clock.advance(0.05);
        return heldBack;
      })
      .toBeGreaterThan(0);
    expect(sent).toEqual([{ type: "subscribed", id: 7 }]);
    backlog = 0;
    await setState(run.id, "RUNNING");
    await expect
      .poll(async () => {
        await clock.advance(0.5);
        return sent.at(-1);
      })
      .toMatchObject({ type: "resync", id: 7 });
    live.closed?.();
  });

  test("nobody listens to the bus when no page does", async () => {
    expect(server.context.bus.watched).toBe(false);
    await subscribe({ kind: "artifacts" });
    expect(server.context.bus.watched).toBe(true);
    page.send({ type: "unsubscribe", id: 1 });
    await expect.poll(() => server.context.bus.watched).toBe(false);
    await subscribe({ kind: "artifacts" });
    await page.close();
    await expect.poll(() => server.context.bus.watched).toBe(false);
    page = await openTestSocket(address, "/ui/live", { protocols: [] });
  });

  test.each([
    ["nonsense", null, "A message is a JSON object."],
    ["[1", null, "A message is a JSON object."],
    [JSON.stringify({ type: "subscribe", topic: { kind: "flows" } }), null, "`id` is missing."],
    [JSON.stringify({ type: "unsubscribe", id: "x" }), null, '`id` must be integer, but is "x".'],
    [JSON.stringify({ type: "subscribe", id: 3 }), 3, "`topic` is missing."],
    [
      JSON.stringify({ type: "subscribe", id: 4, topic: { kind: "weather" } }),
      4,
      /^`topic\.kind` must be one of .*"flow-runs", "flow-run", "task-run".*, but is "weather"\.$/,
    ],
    [
      JSON.stringify({ type: "subscribe", id: 5, topic: { kind: "flow-run", flow_run_id: "x" } }),
      5,
      '`topic.flow_run_id` must match format "uuid", but is "x".',
    ],
    [
      JSON.stringify({ type: "dance", id: 6 }),
      6,
      '`type` must be one of "subscribe", "unsubscribe", "ping", but is "dance".',
    ],
  ])("%s is answered by an error that names the field and the value", async (text, id, message) => {
    page.send(text);
    const matching = message instanceof RegExp ? expect.stringMatching(message) : message;
    expect(await page.next()).toEqual({ type: "error", id, message: matching });
  });

  test("a ping is answered", async () => {
    page.send({ type: "ping" });
    expect(await page.next()).toEqual({ type: "pong" });
  });
});
