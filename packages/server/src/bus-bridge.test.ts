import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { timeOrderedId } from "@ostinato/core";
import type { Artifact, Flow, LiveNoun } from "@ostinato/protocol";
import { fakeClock } from "@ostinato/testing/clock";
import { openDatabase, type TestDatabase } from "@ostinato/testing/databases";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { addFlowRun } from "../test/flow-run-harness.ts";
import { startTestServer, type TestServer } from "../test/harness.ts";
import { openTestSocket } from "../test/socket-harness.ts";
import { taskRunEvent } from "../test/task-run-event-harness.ts";
import { plainEvent } from "./events/event-harness.ts";
import type { Change } from "./kernel/bus.ts";

describe("two servers on one PostgreSQL", () => {
  let database: TestDatabase;
  let one: TestServer;
  let other: TestServer;
  beforeAll(async () => {
    database = await openDatabase("postgresql");
    [one, other] = await Promise.all([startTestServer(database.url), startTestServer(database.url)]);
  });
  afterAll(async () => {
    await Promise.all([one.stop(), other.stop()]);
    await database.dispose();
  });

  const now = () => one.context.clock.now();

  /** Resolves with the first change on a server that is wanted. */
  function heardOn(server: TestServer, wanted: (change: Change) => boolean): Promise<Change> {
    return new Promise((resolve) => {
      const unsubscribe = server.context.bus.subscribe((change) => {
        if (!wanted(change)) return;
        unsubscribe();
        resolve(change);
      });
    });
  }

  const changeOf = (noun: LiveNoun) => heardOn(other, (change) => change.kind === "changed" && change.noun === noun);

  test("an event told to one is heard by those who listen to the other, and once by those who listen to both", async () => {
    const addresses = [await one.listen(), await other.listen()];
    const sockets = await Promise.all(addresses.map((address) => openTestSocket(address, "/events/out")));
    for (const socket of sockets) socket.send({ type: "filter", filter: { event: { prefix: ["bridge."] } } });
    await Promise.all(sockets.map((socket) => socket.settled()));
    const events = Array.from({ length: 500 }, (_, index) => plainEvent({ occurred: now(), event: `bridge.${index}` }));
    await one.call("POST", "/events", events);
    await one.call("POST", "/events", [plainEvent({ occurred: now(), event: "bridge.end" })]);
    for (const socket of sockets) {
      const names: string[] = [];
      while (names.at(-1) !== "bridge.end") names.push((await socket.next<{ event: { event: string } }>()).event.event);
      expect(names).toEqual([...events.map(({ event }) => event), "bridge.end"]);
      await socket.close();
    }
  });

  test("rows of all kinds reach the other as they are", async () => {
    const flowRunId = await addFlowRun(one.context);
    const taskRunId = timeOrderedId(now());
    const taskRuns = changeOf("task-run");
    await one.call("POST", "/events", [taskRunEvent({ taskRunId, flowRunId, type: "RUNNING", occurred: now() })]);
    expect(await taskRuns).toMatchObject({
      rows: [{ id: taskRunId, state_type: "RUNNING", state: { type: "RUNNING" } }],
    });

    const logs = changeOf("log");
    // More than one notice of PostgreSQL holds.
    const message = "x".repeat(20_000);
    const line = { name: "a", level: 20, message, timestamp: "2030-01-01T00:00:00Z", flow_run_id: flowRunId };
    await one.call("POST", "/logs/", [line]);
    expect(await logs).toMatchObject({ rows: [{ message, flow_run_id: flowRunId }] });

    const artifact = changeOf("artifact");
    const made = await one.call<Artifact>("POST", "/artifacts/", { key: "k", data: { rows: 3 } });
    const { data: _, ...shown } = made.body;
    expect(await artifact).toEqual({ kind: "changed", noun: "artifact", ids: [shown.id], rows: [shown] });

    const flow = changeOf("flow");
    const created = await one.call<Flow>("POST", "/flows/", { name: "bridged" });
    expect(await flow).toEqual({
      kind: "changed",
      noun: "flow",
      ids: [created.body.id],
      rows: [created.body],
    });
    const deleted = heardOn(other, ({ kind }) => kind === "deleted");
    await one.call("DELETE", `/flows/${created.body.id}`);
    expect(await deleted).toEqual({ kind: "deleted", noun: "flow", ids: [created.body.id] });

    const flowRun = changeOf("flow-run");
    await one.call("POST", `/flow_runs/${flowRunId}/set_state`, { state: { type: "RUNNING" }, force: true });
    expect(await flowRun).toEqual({ kind: "changed", noun: "flow-run", ids: [flowRunId], rows: undefined });
  });

  describe("one of which ends", () => {
    const watching = fakeClock();
    let watcher: TestServer;
    const heard: string[] = [];
    beforeAll(async () => {
      watcher = await startTestServer(database.url, { clock: watching });
      watcher.context.bus.subscribe((change) => change.kind === "event" && heard.push(change.event.event));
    });
    afterAll(() => watcher.stop());

    /** Notices arrive in the order in which they were sent, so everything before this one has. */
    async function untilAllHeardOn(server: TestServer): Promise<void> {
      const flow = heardOn(server, (change) => change.kind === "changed" && change.noun === "flow");
      await one.call("POST", "/flows/", { name: `flow ${timeOrderedId(now())}` });
      await flow;
    }

    test("what it committed without telling anybody is heard when its signs of life are missed", async () => {
      // Its clock stands still, so that no notice of a change leaves it.
      const dying = await startTestServer(database.url, { clock: fakeClock() });
      await watcher.tick("other-servers");
      await untilAllHeardOn(dying);
      await dying.tick("other-servers");
      await untilAllHeardOn(watcher);
      await dying.call("POST", "/events", [plainEvent({ occurred: watching.now(), event: "last.words" })]);
      await watching.advance(14);
      await watcher.tick("other-servers");
      await untilAllHeardOn(watcher);
      expect(heard).not.toContain("last.words");
      const found = heardOn(watcher, (change) => change.kind === "event" && change.event.event === "last.words");
      await watching.advance(1);
      await watcher.tick("other-servers");
      await found;
      await dying.stop();
    });

    test("in order, nothing is looked for: its events are heard once", async () => {
      const leaving = await startTestServer(database.url, { clock: fakeClock() });
      await leaving.tick("other-servers");
      await leaving.call("POST", "/events", [plainEvent({ occurred: watching.now(), event: "good.bye" })]);
      await leaving.stop();
      await untilAllHeardOn(watcher);
      await watching.advance(20);
      await watcher.tick("other-servers");
      await untilAllHeardOn(watcher);
      expect(heard.filter((event) => event === "good.bye")).toHaveLength(1);
    });
  });

  test("when the connection for notices breaks, what was told meanwhile is heard afterwards", async () => {
    const missed = heardOn(other, (change) => change.kind === "event" && change.event.event === "while.away");
    await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'ostinato-listen'`.execute(one.context.db.read);
    await one.call("POST", "/events", [plainEvent({ occurred: now(), event: "while.away" })]);
    expect(await missed).toMatchObject({ event: { event: "while.away" } });
  });

  test("a server on whose connection nothing comes finds the changes of others by their events, and listens on another", async () => {
    const proxy = await proxyTo(database.url);
    const clock = fakeClock(now());
    const deaf = await startTestServer(proxy.url, { clock });
    onTestFinished(async () => {
      await deaf.stop();
      await proxy.close();
    });
    const heard: string[] = [];
    deaf.context.bus.subscribe((change) => change.kind === "event" && heard.push(change.event.event));
    const say = (event: string) => one.call("POST", "/events", [plainEvent({ occurred: now(), event })]);
    await deaf.tick("other-servers");
    await say("before");
    await expect.poll(() => heard, { timeout: 10_000 }).toEqual(["before"]);

    proxy.silenceListeners();
    await deaf.tick("other-servers");
    await say("meanwhile");
    await clock.advance(9);
    await deaf.tick("other-servers");
    expect(heard).toEqual(["before"]);
    await clock.advance(1);
    await deaf.tick("other-servers");
    await expect.poll(() => heard, { timeout: 10_000 }).toContain("meanwhile");

    let said = 0;
    const isHeard = async () => {
      said += 1;
      await say(`afterwards ${said}`);
      return heard.some((event) => event.startsWith("afterwards"));
    };
    await expect.poll(isHeard, { timeout: 10_000 }).toBe(true);
  });
});

/** A way to PostgreSQL. It can keep back what PostgreSQL says on the connections that listen now. */
async function proxyTo(databaseUrl: string) {
  const target = new URL(databaseUrl);
  const listeners = new Set<Socket>();
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    client.on("data", (sent) => {
      if (sent.includes("LISTEN ostinato")) listeners.add(upstream);
    });
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", () => {}).on("close", () => [client, upstream].map((each) => each.destroy()));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    silenceListeners() {
      for (const upstream of listeners) upstream.unpipe().resume();
    },
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
