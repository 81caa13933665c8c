import { timeOrderedId } from "@ostinato/core";
import type { EventCreate } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addFlowRun } from "../../test/flow-run-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { openTestSocket } from "../../test/socket-harness.ts";
import { taskRunEvent } from "../../test/task-run-event-harness.ts";
import { plainEvent, related, resource } from "./event-harness.ts";

describeOnEachDatabase("events from clients", (database) => {
  let server: TestServer;
  let address: string;
  beforeAll(async () => {
    server = await startTestServer(database.url);
    address = await server.listen();
  });
  afterAll(() => server.stop());

  const now = () => server.context.clock.now();
  const open = () => openTestSocket(address, "/events/in");
  const kept = async (events: readonly EventCreate[]) => {
    const ids = events.map(({ id }) => id.toLowerCase());
    const rows = await server.context.db.read.selectFrom("event").selectAll().where("id", "in", ids).execute();
    return rows.map(({ id }) => id).sort();
  };
  const idsOf = (events: readonly EventCreate[]) => events.map(({ id }) => id).sort();

  test("the pong comes when everything before it is durable: single frames and arrays", async () => {
    const socket = await open();
    const events = Array.from({ length: 700 }, () => plainEvent({ occurred: now() }));
    for (const event of events.slice(0, 300)) socket.send(event);
    socket.send(events.slice(300));
    await socket.settled();
    expect(await kept(events)).toEqual(idsOf(events));
    await socket.close();
  });

  test("events that are sent again, even over another connection, are stored once", async () => {
    const events = Array.from({ length: 20 }, () => plainEvent({ occurred: now(), related: [related("r", "tag")] }));
    const [one, other] = [await open(), await open()];
    one.send([...events, ...events]);
    other.send(events);
    one.send({ ...events[0], id: events[0]?.id.toUpperCase() });
    await Promise.all([one.settled(), other.settled()]);
    expect(await kept(events)).toEqual(idsOf(events));
    const names = await server.context.db.read
      .selectFrom("event_resource")
      .select("resource_id")
      .where("event_id", "=", events[0]?.id ?? "")
      .execute();
    expect(names.map(({ resource_id }) => resource_id).sort()).toEqual(["r", "thing.1"]);
    await Promise.all([one.close(), other.close()]);
  });

  test("invalid events are left out, and those around them are stored", async () => {
    const socket = await open();
    const events = Array.from({ length: 4 }, () => plainEvent({ occurred: now() }));
    const broken = { ...plainEvent({ occurred: now() }), id: "not an id" };
    socket.send(events[0]);
    socket.send("{ this is not JSON");
    socket.send("7");
    socket.send([events[1], broken, null, events[2]]);
    socket.send(events[3]);
    await socket.settled();
    expect(await kept(events)).toEqual(idsOf(events));
    await socket.close();
  });

  test("a client that sends invalid events is told what is wrong and where, a few times, and is counted", async () => {
    const counted = async () => {
      const { body } = await server.call<string>("GET", "/metrics");
      return Number(/^ostinato_events_refused_total (\d+)$/m.exec(body)?.[1]);
    };
    const before = await counted();
    const flowRunId = await addFlowRun(server.context);
    const socket = await open();
    const good = plainEvent({ occurred: now() });
    const broken = { ...plainEvent({ occurred: now() }), occurred: "some day" };
    const taskRunId = timeOrderedId(now());
    const odd = taskRunEvent({ taskRunId, flowRunId, type: "ODD" as "FAILED", occurred: now() });
    socket.send([good, broken]);
    socket.send("{ this is not JSON");
    socket.send(odd);
    expect(await socket.next()).toEqual({
      type: "refused",
      id: broken.id,
      problem: expect.stringMatching(/^occurred: /),
    });
    expect(await socket.next()).toEqual({ type: "refused", id: null, problem: expect.stringMatching(/not JSON/) });
    expect(await socket.next()).toEqual({
      type: "refused",
      id: odd.id,
      problem: expect.stringContaining("validated_state.type"),
    });
    socket.send(Array.from({ length: 30 }, () => broken));
    await socket.settled();
    expect(await kept([good, odd])).toEqual(idsOf([good, odd]));
    expect(await counted()).toBe(before + 33);
    for (let told = 3; told < 8; told += 1) expect(await socket.next()).toMatchObject({ id: broken.id });
    const more = socket.next();
    await socket.settled();
    expect(await Promise.race([more, "nothing"])).toBe("nothing");
    await socket.close();
  });

  test("only the event that is nested too deeply to be serialized is left out", async () => {
    const socket = await open();
    const [deep, good] = [plainEvent({ occurred: now() }), plainEvent({ occurred: now() })];
    const nested = `${"[".repeat(800_000)}${"]".repeat(800_000)}`;
    socket.send(JSON.stringify({ ...deep, payload: { x: 0 } }).replace('{"x":0}', `{"x":${nested}}`));
    const taskRunId = timeOrderedId(now());
    const state = taskRunEvent({ taskRunId, flowRunId: null, type: "FAILED", occurred: now() });
    socket.send(JSON.stringify(state).replace('"data":null', `"data":${nested}`));
    socket.send(good);
    await socket.settled();
    expect(await socket.next()).toMatchObject({ type: "refused", id: deep.id, problem: expect.stringMatching("deep") });
    expect(await kept([deep, state, good])).toEqual(idsOf([state, good]));
    await socket.close();
  });

  test("a thousand tasks of a flow are finished when the pong comes", async () => {
    const flowRunId = await addFlowRun(server.context);
    const socket = await open();
    const tasks = Array.from({ length: 1000 }, () => timeOrderedId(now()));
    for (const type of ["PENDING", "RUNNING", "COMPLETED"] as const) {
      for (const taskRunId of tasks) socket.send(taskRunEvent({ taskRunId, flowRunId, type, occurred: now() }));
    }
    await socket.settled();
    const counts = await server.context.db.read
      .selectFrom("task_run")
      .select(["state_type", ({ fn }) => fn.countAll<number>().as("count")])
      .where("flow_run_id", "=", flowRunId)
      .groupBy("state_type")
      .execute();
    expect(counts.map(({ state_type, count }) => [state_type, Number(count)])).toEqual([["COMPLETED", 1000]]);
    await socket.close();
  });

  test("a client that sends faster than the database writes is made to wait, and loses nothing", async () => {
    const socket = await open();
    const payload = { text: "x".repeat(900_000) };
    const events = Array.from({ length: 12 }, () => plainEvent({ occurred: now(), payload }));
    for (const event of events) socket.send(event);
    await socket.settled();
    expect(await kept(events)).toEqual(idsOf(events));
    await socket.close();
  });

  test("a server that stops first writes the events that it has accepted", async () => {
    const { url } = await database.another();
    const first = await startTestServer(url);
    const socket = await openTestSocket(await first.listen(), "/events/in");
    const events = Array.from({ length: 500 }, () => plainEvent({ occurred: now() }));
    socket.send(events);
    const settled = socket.settled();
    await settled;
    socket.send(events.map((event) => ({ ...event, id: timeOrderedId(now()) })));
    const stopped = first.stop();
    expect((await socket.closed).code).toBe(1001);
    await stopped;
    const second = await startTestServer(url);
    const { count } = await second.context.db.read
      .selectFrom("event")
      .select(({ fn }) => fn.countAll<number>().as("count"))
      .executeTakeFirstOrThrow();
    expect(Number(count)).toBeGreaterThanOrEqual(500);
    await second.stop();
  });

  test("events that can't be stored now are not acknowledged, and are stored when they are sent again", async () => {
    const { url } = await database.another();
    const ill = await startTestServer(url);
    const at = await ill.listen();
    const { db } = ill.context;
    const sick = {
      sqlite: ["PRAGMA max_page_count = 1", "PRAGMA max_page_count = 4294967294"],
      postgresql: ["ALTER TABLE event RENAME TO elsewhere", "ALTER TABLE elsewhere RENAME TO event"],
    }[db.kind];
    const payload = { text: "x".repeat(500_000) };
    const events = Array.from({ length: 10 }, () => plainEvent({ occurred: now(), payload }));
    await db.execute(sick[0] ?? "");
    const first = await openTestSocket(at, "/events/in");
    for (const event of events) first.send(event);
    const refused = expect(first.settled()).rejects.toThrow("the socket was closed (1013");
    expect(await first.closed).toMatchObject({ code: 1013, reason: expect.stringContaining("send them again") });
    await refused;
    expect((await ill.call("POST", "/events", events)).status).toBeGreaterThanOrEqual(500);
    await db.execute(sick[1] ?? "");
    const second = await openTestSocket(at, "/events/in");
    second.send(events);
    await second.settled();
    const kept = await db.read.selectFrom("event").select("id").execute();
    expect(kept.map(({ id }) => id).sort()).toEqual(idsOf(events));
    await second.close();
    await ill.stop();
  });

  test("an invalid posted event is answered with its problem and place, and nothing of the request is stored", async () => {
    const good = plainEvent({ occurred: now() });
    const problemOf = async (event: object) => {
      const reply = await server.call<{ exception_detail: { loc: unknown[]; msg: string }[] }>("POST", "/events", [
        good,
        event,
      ]);
      expect(reply.status).toBe(422);
      const [problem] = reply.body.exception_detail;
      return [problem?.loc, problem?.msg];
    };
    const labels = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`label-${index}`, "x"]));
    const large = { text: "x".repeat(1_500_000) };
    expect(await problemOf({ ...good, event: "x".repeat(1025) })).toEqual([["body", 1, "event"], expect.any(String)]);
    expect(await problemOf({ ...good, resource: {} })).toEqual([
      ["body", 1, "resource"],
      "A resource needs the label prefect.resource.id",
    ]);
    expect(await problemOf({ ...good, resource: resource("x", labels) })).toEqual([
      ["body", 1, "resource"],
      "At most 500 labels per resource are allowed",
    ]);
    expect(await problemOf({ ...good, related: [resource("x")] })).toEqual([
      ["body", 1, "related", 0],
      "A related resource needs the label prefect.resource.role",
    ]);
    expect(await problemOf({ ...good, related: Array(101).fill(related("x", "y")) })).toEqual([
      ["body", 1, "related"],
      "At most 100 related resources are allowed",
    ]);
    expect(await problemOf({ ...good, payload: large })).toEqual([
      ["body", 1, "payload"],
      expect.stringContaining("more than the 1500000 allowed"),
    ]);
    expect(await problemOf({ ...good, resource: resource("é".repeat(600)) })).toEqual([
      ["body", 1, "resource"],
      expect.stringContaining("more than 1024 bytes"),
    ]);
    expect(await kept([good])).toEqual([]);
    expect((await server.call("POST", "/events", [])).status).toBe(204);
  });
});
