import { addSeconds, timeOrderedId } from "@ostinato/core";
import type { Event } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addFlowRun } from "../../test/flow-run-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { openTestSocket, type TestSocket } from "../../test/socket-harness.ts";
import { taskRunEvent } from "../../test/task-run-event-harness.ts";
import { plainEvent, related } from "./event-harness.ts";

describeOnEachDatabase("events for subscribers", (database) => {
  const backlogBytes = 4_000_000;
  let server: TestServer;
  let address: string;
  beforeAll(async () => {
    server = await startTestServer(database.url, { config: { socketBacklogBytes: backlogBytes } });
    address = await server.listen();
  });
  afterAll(() => server.stop());

  const now = () => server.context.clock.now();
  const post = async (...events: readonly unknown[]) => {
    expect((await server.call("POST", "/events", events)).status).toBe(204);
  };
  async function listen(filter: object, options: object = {}): Promise<TestSocket> {
    const socket = await openTestSocket(address, "/events/out");
    socket.send({ type: "filter", filter, ...options });
    return socket;
  }
  const heard = async (socket: TestSocket) => {
    const { type, event } = await socket.next<{ type: string; event: Event }>();
    expect(type).toBe("event");
    return event;
  };

  test("earlier events come first, oldest first, then new ones; each once, and only those that match", async () => {
    const names = { event: { prefix: ["story."] } };
    const earlier = Array.from({ length: 600 }, (_, index) =>
      plainEvent({ occurred: addSeconds(now(), -600 + index / 2), event: `story.${index}` }),
    );
    const old = plainEvent({ occurred: addSeconds(now(), -20 * 60), event: "story.old" });
    await post(...earlier.toReversed().slice(0, 300), old);
    await post(...earlier.slice(0, 300));
    const socket = await listen({ ...names, occurred: { since: "1999-01-01T00:00:00Z" } });
    for (let index = 0; index < 600; index += 1) expect((await heard(socket)).event).toBe(`story.${index}`);
    const live = plainEvent({
      occurred: now(),
      event: "story.live",
      related: [related("x", "tag")],
      payload: { a: [1] },
    });
    await post(plainEvent({ occurred: now(), event: "other" }), live, live);
    expect(await heard(socket)).toEqual({ ...live, received: expect.any(String) });
    await post(plainEvent({ occurred: now(), event: "story.end" }));
    expect((await heard(socket)).event).toBe("story.end");
    await socket.close();
  });

  test("earlier events that exceed the bound on unread data come as fast as they are read", async () => {
    const payload = { text: "x".repeat(400_000) };
    const earlier = Array.from({ length: 40 }, () => plainEvent({ occurred: now(), event: "large", payload }));
    for (let sent = 0; sent < 40; sent += 10) await post(...earlier.slice(sent, sent + 10));
    const socket = await listen({ event: { name: ["large"] } });
    const ids = [];
    for (const _ of earlier) ids.push((await heard(socket)).id);
    expect(ids).toEqual(earlier.map(({ id }) => id));
    await socket.close();
  });

  test("a new event is sent, however old it is by its client's clock; of earlier events only the last minutes are sent", async () => {
    const hoursAgo = addSeconds(now(), -3 * 3600);
    await post(plainEvent({ occurred: hoursAgo, event: "late.before" }));
    const socket = await listen({ event: { prefix: ["late."] } });
    await socket.settled();
    await post(plainEvent({ occurred: hoursAgo, event: "late.after" }));
    expect((await heard(socket)).event).toBe("late.after");
    await socket.close();
  });

  test("without earlier events, when that is asked", async () => {
    await post(plainEvent({ occurred: now(), event: "quiet.before" }));
    const socket = await listen({ event: { prefix: ["quiet."] } }, { backfill: false });
    await socket.settled();
    await post(plainEvent({ occurred: now(), event: "quiet.after" }));
    expect((await heard(socket)).event).toBe("quiet.after");
    await socket.close();
  });

  test("an event that arrives while earlier ones are read is sent once", async () => {
    const event = { event: { prefix: ["race."] } };
    const sockets = await Promise.all(Array.from({ length: 5 }, () => openTestSocket(address, "/events/out")));
    const posts = Array.from({ length: 30 }, (_, index) =>
      post(plainEvent({ occurred: now(), event: `race.${index}` })),
    );
    for (const socket of sockets) socket.send({ type: "filter", filter: event });
    await Promise.all(posts);
    await post(plainEvent({ occurred: addSeconds(now(), 1), event: "race.end" }));
    for (const socket of sockets) {
      const names: string[] = [];
      while (names.at(-1) !== "race.end") names.push((await heard(socket)).event);
      expect(names.toSorted()).toEqual(
        [...Array.from({ length: 30 }, (_, index) => `race.${index}`), "race.end"].sort(),
      );
      await socket.close();
    }
  });

  test("the states of task runs are sent without their results and inputs, and their rows are published", async () => {
    const rows: unknown[] = [];
    const unsubscribe = server.context.bus.subscribe((change) => {
      if (change.kind === "changed" && change.noun === "task-run") rows.push(...(change.rows ?? []));
    });
    const flowRunId = await addFlowRun(server.context);
    const taskRunId = timeOrderedId(now());
    const socket = await listen({ related: { id: [`prefect.flow-run.${flowRunId}`] } });
    const inputs = [{ name: "x", preview: { kind: "scalar", size_bytes: 1, truncated: false, value: 1 } }];
    const sent = taskRunEvent({ taskRunId, flowRunId, type: "RUNNING", occurred: now(), values: { inputs } });
    await post(sent);
    const { ostinato: _, ...payload } = sent.payload as Record<string, unknown>;
    expect(await heard(socket)).toEqual({ ...sent, payload, received: expect.any(String) });
    expect(rows).toEqual([
      expect.objectContaining({
        id: taskRunId,
        flow_run_id: flowRunId,
        state_type: "RUNNING",
        total_run_time: 0,
        state: expect.objectContaining({ id: sent.id, timestamp: sent.occurred, type: "RUNNING" }),
      }),
    ]);
    unsubscribe();
    await socket.close();
  });

  test.each([
    ["another message", { type: "hello" }, "Expected 'filter' message"],
    ["no JSON", "filter", "Expected 'filter' message"],
    [
      "an unknown criterion",
      { type: "filter", filter: { colour: "red" } },
      "Invalid filter: colour: Extra inputs are not permitted",
    ],
  ])("%s ends the connection with the reason", async (_what, message, reason) => {
    const socket = await openTestSocket(address, "/events/out");
    socket.send(message);
    expect(await socket.closed).toEqual({ code: 1002, reason });
  });

  test("a subscriber that does not read is disconnected, and others are not held up", async () => {
    const slow = await listen({ event: { name: ["heavy"] } }, { backfill: false });
    const quick = await listen({ event: { name: ["heavy", "light"] } }, { backfill: false });
    await Promise.all([slow.settled(), quick.settled()]);
    slow.socket.pause();
    const payload = { text: "x".repeat(1_000_000) };
    for (let index = 0; index < 40; index += 1) await post(plainEvent({ occurred: now(), event: "heavy", payload }));
    await post(plainEvent({ occurred: now(), event: "light" }));
    for (let index = 0; index < 40; index += 1) expect((await heard(quick)).event).toBe("heavy");
    expect((await heard(quick)).event).toBe("light");
    slow.socket.resume();
    expect(await slow.closed).toEqual({ code: 1013, reason: "Too far behind: connect again, and read faster" });
    await quick.close();
  });
});
