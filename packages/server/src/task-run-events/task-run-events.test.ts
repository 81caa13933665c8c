import { addSeconds, type Timestamp, timeOrderedId, toTimestamp } from "@ostinato/core";
import type { EventCreate } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addFlowRun } from "../../test/flow-run-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { type TaskRunEventOptions, taskRunEvent } from "../../test/task-run-event-harness.ts";

const start = toTimestamp("2030-01-01T00:00:00.000001Z");

function at(seconds: number): Timestamp {
  return addSeconds(start, seconds);
}

describeOnEachDatabase("task runs told by events", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(database.url);
  });
  afterAll(() => server.stop());

  const post = (events: readonly EventCreate[]) => server.call("POST", "/events", events);
  const { clock } = { clock: { now: () => server.context.clock.now() } };
  const newId = () => timeOrderedId(clock.now());
  const taskRun = (id: string) =>
    server.context.db.read.selectFrom("task_run").selectAll().where("id", "=", id).executeTakeFirst();
  const statesOf = (id: string) =>
    server.context.db.read
      .selectFrom("task_run_state")
      .selectAll()
      .where("task_run_id", "=", id)
      .orderBy("timestamp")
      .orderBy("id")
      .execute();

  test("a run through its three states is recorded as the client tells it", async () => {
    const flowRunId = await addFlowRun(server.context);
    const taskRunId = newId();
    const run = { taskRunId, flowRunId };
    const pending = taskRunEvent({ ...run, type: "PENDING", occurred: at(0) });
    const running = taskRunEvent({ ...run, type: "RUNNING", occurred: at(1) });
    const completed = taskRunEvent({
      ...run,
      type: "COMPLETED",
      occurred: at(3),
      run: { start_time: "2030-01-01T00:00:01.000001Z", end_time: "2030-01-01T00:00:03.000001Z", total_run_time: 2 },
    });
    expect((await post([pending, running, completed])).status).toBe(204);
    expect(await taskRun(taskRunId)).toMatchObject({
      flow_run_id: flowRunId,
      name: "add-003",
      state_id: completed.id,
      state_type: "COMPLETED",
      state_name: "Completed",
      state_timestamp: at(3),
      run_count: 1,
      start_time: at(1),
      end_time: at(3),
      total_run_time: 2_000_000,
      tags: expect.stringMatching(/^\["a"\]$/),
      task_inputs: '{"x":[],"y":[]}',
    });
    const states = await statesOf(taskRunId);
    expect(states.map(({ id, type }) => [id, type])).toEqual([
      [pending.id, "PENDING"],
      [running.id, "RUNNING"],
      [completed.id, "COMPLETED"],
    ]);
    expect(JSON.parse(states[0]?.state_details ?? "")).toEqual({ flow_run_id: flowRunId, task_run_id: taskRunId });
  });

  test.each([
    ["CANCELLED", "CANCELLED"],
    ["CRASHED", "CRASHED"],
  ])(
    "what a process said last, heard after its run was %s, is ended with it, unless it says more",
    async (type, end) => {
      const flowRunId = await addFlowRun(server.context);
      await server.call("POST", `/flow_runs/${flowRunId}/set_state`, { state: { type }, force: true });
      const run = { taskRunId: newId(), flowRunId };
      await post([taskRunEvent({ ...run, type: "RUNNING", occurred: at(1) })]);
      expect(await taskRun(run.taskRunId)).toMatchObject({ state_type: end });
      await post([taskRunEvent({ ...run, type: "COMPLETED", occurred: at(2) })]);
      expect(await taskRun(run.taskRunId)).toMatchObject({ state_type: "COMPLETED" });
    },
  );

  test("the natural key names the run, whatever id a client gives it later", async () => {
    const flowRunId = await addFlowRun(server.context);
    const [first, second] = [newId(), newId()];
    const run = { flowRunId, dynamicKey: "same" };
    await post([taskRunEvent({ ...run, taskRunId: first, type: "PENDING", occurred: at(0) })]);
    await post([taskRunEvent({ ...run, taskRunId: second, type: "RUNNING", occurred: at(1) })]);
    expect(await taskRun(second)).toBeUndefined();
    expect(await taskRun(first)).toMatchObject({ state_type: "RUNNING" });
    expect(await statesOf(first)).toHaveLength(2);
  });

  test("outside of a flow the id names the run", async () => {
    const taskRunId = newId();
    await post([taskRunEvent({ taskRunId, flowRunId: null, type: "COMPLETED", occurred: at(1) })]);
    await post([taskRunEvent({ taskRunId, flowRunId: null, type: "RUNNING", occurred: at(0) })]);
    expect(await taskRun(taskRunId)).toMatchObject({ flow_run_id: null, state_type: "COMPLETED" });
    expect(await statesOf(taskRunId)).toHaveLength(2);
  });

  test("events of servers, and of flow runs that are not here, move no task run and are kept", async () => {
    const [ours, theirs] = [newId(), newId()];
    const lost = taskRunEvent({ taskRunId: ours, flowRunId: newId(), type: "RUNNING", occurred: at(0) });
    const told = taskRunEvent({ taskRunId: theirs, flowRunId: null, type: "RUNNING", occurred: at(0) });
    const { "prefect.orchestration": _, ...resource } = told.resource;
    expect((await post([lost, { ...told, resource }])).status).toBe(204);
    expect([await taskRun(ours), await taskRun(theirs)]).toEqual([undefined, undefined]);
    const kept = await server.context.db.read
      .selectFrom("event")
      .select("id")
      .where("id", "in", [lost.id, told.id])
      .execute();
    expect(kept).toHaveLength(2);
  });

  test("a payload that is not understood costs its own state only", async () => {
    const flowRunId = await addFlowRun(server.context);
    const ids = [newId(), newId(), newId(), newId()];
    const events = ids.map((taskRunId, index) =>
      taskRunEvent({ taskRunId, flowRunId, type: "RUNNING", occurred: at(index) }),
    );
    const broken = events.map((event, index) => {
      if (index === 1) return { ...event, payload: { ...event.payload, task_run: { task_key: 5 } } };
      if (index === 2) return overflowing(event);
      return event;
    });
    expect((await post(broken)).status).toBe(204);
    expect(await taskRun(ids[0] ?? "")).toMatchObject({ state_type: "RUNNING" });
    expect(await taskRun(ids[1] ?? "")).toBeUndefined();
    // What it can do without costs nothing but itself.
    expect(await taskRun(ids[2] ?? "")).toMatchObject({ state_type: "RUNNING", run_count: 1 });
    expect(await statesOf(ids[2] ?? "")).toMatchObject([
      { message: "(left out, because it was not understood: task_run.run_count)" },
    ]);
    expect(await taskRun(ids[3] ?? "")).toMatchObject({ state_type: "RUNNING" });
    const kept = await server.context.db.read
      .selectFrom("event")
      .select("id")
      .where(
        "id",
        "in",
        broken.map(({ id }) => id),
      )
      .execute();
    expect(kept).toHaveLength(4);
  });

  test("keys and names that are too long are cut, and tell task runs apart", async () => {
    const flowRunId = await addFlowRun(server.context);
    const long = "\u6f22".repeat(5000);
    const runs = ["a", "b"].map((end) => ({
      taskRunId: newId(),
      flowRunId,
      taskKey: `${long}${end}`,
      dynamicKey: long,
    }));
    const named = runs.map((run) => ({ ...run, run: { name: long } }));
    await post(named.map((run) => taskRunEvent({ ...run, type: "RUNNING", occurred: at(0) })));
    await post(named.map((run) => taskRunEvent({ ...run, taskRunId: newId(), type: "COMPLETED", occurred: at(1) })));
    for (const { taskRunId } of runs) {
      expect(await taskRun(taskRunId)).toMatchObject({
        state_type: "COMPLETED",
        name: expect.stringMatching(/^\u6f22{700}/),
        task_key: expect.stringMatching(/^\u6f22{300}/),
      });
    }
    const { body } = await server.call<{ id: string }>("POST", "/task_runs/", {
      flow_run_id: flowRunId,
      task_key: `${long}a`,
      dynamic_key: long,
    });
    expect(body.id).toBe(runs[0]?.taskRunId);
  });

  test("a state is kept however large its event is, and says what was cut", async () => {
    const flowRunId = await addFlowRun(server.context);
    const failed = () => {
      const taskRunId = newId();
      return { taskRunId, event: taskRunEvent({ taskRunId, flowRunId, type: "FAILED", occurred: at(2) }) };
    };
    const large = { x: ["y".repeat(2_000_000)] };
    const said = failed();
    const payload = said.event.payload as { validated_state: object; task_run: object };
    const message = "m".repeat(2_000_000);
    const withMessage = {
      ...said.event,
      resource: { ...said.event.resource, "prefect.state-message": message },
      payload: { ...payload, validated_state: { ...payload.validated_state, message } },
    };
    const brought = failed();
    const withData = {
      ...brought.event,
      payload: {
        ...payload,
        validated_state: { ...payload.validated_state, message: "No luck.", data: large },
        task_run: { ...payload.task_run, dynamic_key: brought.taskRunId, task_inputs: large },
      },
    };
    const odd = failed();
    const labels = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [`label-${index}`, "\u0001".repeat(9000)]),
    );
    const withLabels = {
      ...odd.event,
      resource: { ...odd.event.resource, ...labels },
      related: odd.event.related?.map((each) => ({ ...each, ...labels })) ?? [],
    };
    for (const event of [withMessage, withData, withLabels]) expect((await post([event])).status).toBe(204);
    const [ofMessage] = await statesOf(said.taskRunId);
    expect(ofMessage).toMatchObject({ type: "FAILED", id: said.event.id });
    expect(ofMessage?.message).toMatch(/^m{100000}… \(1900000 more characters were cut\)$/);
    const [ofData] = await statesOf(brought.taskRunId);
    expect(ofData).toMatchObject({
      type: "FAILED",
      data: null,
      message: expect.stringMatching(/^No luck\. \(left out, because the event was too large: .*validated_state\.data/),
    });
    expect(await taskRun(odd.taskRunId)).toMatchObject({ state_type: "FAILED", flow_run_id: flowRunId });
  });

  test("text that a database can't hold is shown with a mark", async () => {
    const taskRunId = newId();
    const run = { name: "a\0b\ud800", tags: ["\0"], labels: { "\0": "\0" } };
    await post([taskRunEvent({ taskRunId, flowRunId: null, type: "RUNNING", occurred: at(0), run })]);
    expect(await taskRun(taskRunId)).toMatchObject({ name: "a\ufffdb\ufffd", labels: '{"\ufffd":"\ufffd"}' });
  });

  test("two servers that are told of the same task runs at once, under different ids, make one of each", async () => {
    const flowRunId = await addFlowRun(server.context);
    const second = await startTestServer(database.url);
    const told = (index: number, type: "RUNNING" | "COMPLETED", seconds: number) =>
      taskRunEvent({ taskRunId: newId(), flowRunId, dynamicKey: `race-${index}`, type, occurred: at(seconds) });
    const keys = Array.from({ length: 60 }, (_, index) => index);
    const replies = await Promise.all(
      [server, second].flatMap((each, which) =>
        [0, 20, 40].map((from) => {
          const own = keys.slice(from, from + 20);
          const events = own.map((index) => (which === 0 ? told(index, "RUNNING", 1) : told(index, "COMPLETED", 2)));
          return each.call("POST", "/events", which === 0 ? events : events.toReversed());
        }),
      ),
    );
    expect(replies.map(({ status }) => status)).toEqual(Array(6).fill(204));
    const runs = await server.context.db.read
      .selectFrom("task_run")
      .innerJoin("task_run_state", "task_run_state.task_run_id", "task_run.id")
      .select(["dynamic_key", "state_type", ({ fn }) => fn.countAll<number>().as("states")])
      .where("flow_run_id", "=", flowRunId)
      .groupBy(["task_run.id", "dynamic_key", "state_type"])
      .execute();
    expect(runs).toHaveLength(60);
    for (const run of runs) expect(run).toMatchObject({ state_type: "COMPLETED", states: 2 });
    await second.stop();
  });

  test("the same events in any order, cut anyhow and repeated, give the same rows", async () => {
    const arrivals = fc.record({
      order: fc.shuffledSubarray([...Array(24).keys()], { minLength: 24, maxLength: 24 }),
      repeated: fc.array(fc.nat(23), { maxLength: 12 }),
      cuts: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }),
    });
    const expected = await outcome(await arrivalsOf([...Array(24).keys()], [24]));
    await fc.assert(
      fc.asyncProperty(arrivals, async ({ order, repeated, cuts }) => {
        expect(await outcome(await arrivalsOf([...order, ...repeated], cuts))).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });

  /** Sends the events of a fresh flow run in the given order, in requests of the given sizes, one after the other. */
  async function arrivalsOf(order: readonly number[], cuts: readonly number[]): Promise<string> {
    const flowRunId = await addFlowRun(server.context);
    const events = story(flowRunId, newId);
    for (let sent = 0, turn = 0; sent < order.length; turn += 1) {
      const size = cuts[turn % cuts.length] ?? 1;
      const batch = order.slice(sent, sent + size).flatMap((index) => events[index] ?? []);
      expect((await post(batch)).status).toBe(204);
      sent += size;
    }
    return flowRunId;
  }

  /** The rows of a flow run without what differs from run to run: ids and the server's own moments. */
  async function outcome(flowRunId: string): Promise<unknown> {
    const { read } = server.context.db;
    const runs = await read
      .selectFrom("task_run")
      .leftJoin("task_run_value", "task_run_value.task_run_id", "task_run.id")
      .leftJoin("result", "result.id", "task_run_value.result_id")
      .selectAll("task_run")
      .select(["task_run_value.inputs", "task_run_value.inputs_at", "task_run_value.result_at", "result.data"])
      .where("task_run.flow_run_id", "=", flowRunId)
      .orderBy("task_run.dynamic_key")
      .execute();
    const states = await read
      .selectFrom("task_run_state")
      .innerJoin("task_run", "task_run.id", "task_run_state.task_run_id")
      .select(["task_run.dynamic_key", "task_run_state.type", "task_run_state.name", "task_run_state.timestamp"])
      .where("task_run.flow_run_id", "=", flowRunId)
      .orderBy("task_run.dynamic_key")
      .orderBy("task_run_state.timestamp")
      .orderBy("task_run_state.type")
      .execute();
    const results = await read
      .selectFrom("result")
      .select(["data", "flow_run_attempt"])
      .where("flow_run_id", "=", flowRunId)
      .orderBy("data")
      .execute();
    const shown = runs.map(({ id: _, created: _c, updated: _u, flow_run_id: _f, state_id: _s, ...row }) => row);
    return { runs: shown, states, results };
  }
});

/** Six task runs with four states each: a retry, two ids for one key, states of one moment. */
function story(flowRunId: string, newId: () => string): readonly EventCreate[] {
  return Array.from({ length: 6 }, (_, task) => {
    const ids = [newId(), newId()];
    const event = (step: number, options: Pick<TaskRunEventOptions, "type"> & Partial<TaskRunEventOptions>) =>
      taskRunEvent({
        id: timeOrderedId(at(step)),
        taskRunId: ids[task === 3 ? step % 2 : 0] ?? "",
        flowRunId,
        dynamicKey: `task-${task}`,
        occurred: at(task === 4 && step > 1 ? 2 : step),
        run: { run_count: step, tags: [`step-${step}`], total_run_time: step / 2 },
        ...options,
      });
    return [
      event(0, { type: "PENDING", values: { inputs: [input(task)] } }),
      event(1, { type: "RUNNING" }),
      event(2, { type: "FAILED", name: "AwaitingRetry", values: { result: result(`"early ${task}"`) } }),
      event(3, { type: "COMPLETED", values: { result: result(`"late ${task}"`), inputs: [input(task + 10)] } }),
    ];
  }).flat();
}

function input(value: number) {
  return { name: "x", preview: { kind: "scalar", size_bytes: 1, truncated: false, value } };
}

function result(data: string) {
  return { format: "devalue", data, preview: { kind: "scalar", size_bytes: 1, truncated: false, value: data } };
}

function overflowing(event: EventCreate): EventCreate {
  const payload = event.payload as { task_run: object };
  return { ...event, payload: { ...payload, task_run: { ...payload.task_run, run_count: 2 ** 40 } } };
}
