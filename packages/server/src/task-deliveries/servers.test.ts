import type { BackgroundTask, TaskRun } from "@ostinato/protocol";
import { fakeClock } from "@ostinato/testing/clock";
import { openDatabase } from "@ostinato/testing/databases";
import { describe, expect, test } from "vitest";
import { delayOn, parametersId } from "../../test/background-task-harness.ts";
import { commitCut, startCuttingProxy } from "../../test/cutting-proxy.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { openTestSocket } from "../../test/socket-harness.ts";

const key = "shared-1a2b3c4d";

/** A worker as Prefect's, which takes whatever it gets. */
async function workOn(server: TestServer, client_id: string, got: (run: TaskRun) => void) {
  const socket = await openTestSocket(await server.listen(), "/task_runs/subscriptions/scheduled");
  socket.send({ type: "subscribe", keys: [key], client_id });
  await socket.settled();
  const collect = async () => {
    for (;;) {
      got(await socket.next<TaskRun>());
      socket.send({ type: "ack" });
    }
  };
  void collect();
  return socket;
}

describe("background tasks on two servers of one PostgreSQL", () => {
  test("what is delayed through either server goes to a worker of any, once, and both know all workers", async () => {
    const database = await openDatabase("postgresql");
    const [one, other] = [await startTestServer(database.url), await startTestServer(database.url)];
    const got: string[] = [];
    const workers = [
      await workOn(one, "host-1", ({ id }) => got.push(id)),
      await workOn(other, "host-2", ({ id }) => got.push(id)),
    ];
    const made: string[] = [];
    const delays = Array.from({ length: 30 }, (_, index) => delayOn(index % 2 === 0 ? one : other, key));
    for (const { id } of await Promise.all(delays)) made.push(id);
    await expect.poll(() => got.length, { timeout: 20_000 }).toBe(30);
    expect(got.toSorted()).toEqual(made.toSorted());
    const { body } = await one.call<BackgroundTask[]>("POST", "/background_tasks/filter", {});
    expect(body).toMatchObject([{ task_key: key, waiting: 0, held: 30, workers: ["host-1", "host-2"] }]);
    for (const worker of workers) await worker.close();
    await Promise.all([one.stop(), other.stop()]);
    await database.dispose();
  });
});

describe("2,000 runs that are delayed at once on PostgreSQL", () => {
  test("are each handed out once, by whichever server", async () => {
    const database = await openDatabase("postgresql");
    const servers = [await startTestServer(database.url), await startTestServer(database.url)];
    const got: string[] = [];
    const workers = await Promise.all(
      servers.map(async (server, index) => {
        const socket = await openTestSocket(await server.listen(), "/task_runs/subscriptions/scheduled");
        socket.socket.on("message", (data) => {
          const { task_runs = [] }: { readonly task_runs?: readonly TaskRun[] } = JSON.parse(String(data));
          got.push(...task_runs.map(({ id }) => id));
        });
        socket.send({ type: "subscribe", keys: [key], client_id: `own-${index}`, slots: 2000 });
        return socket;
      }),
    );
    const requests = Array.from({ length: 10 }, (_, part) => {
      const task_runs = Array.from({ length: 200 }, (_, index) => ({
        name: `run ${index}`,
        task_key: key,
        dynamic_key: `${part}-${index}`,
        state: { type: "SCHEDULED", state_details: { deferred: true, task_parameters_id: parametersId } },
      }));
      return servers[part % 2]?.call<{ ids: string[] }>("POST", "/task_runs/bulk_create", { task_runs });
    });
    const made = (await Promise.all(requests)).flatMap((reply) => reply?.body.ids ?? []);
    await expect.poll(() => got.length, { timeout: 60_000 }).toBe(2000);
    expect(got.toSorted()).toEqual(made.toSorted());
    for (const worker of workers) await worker.close();
    for (const server of servers) await server.stop();
    await database.dispose();
  }, 120_000);
});

describe("background tasks and a database that is lost while a run is handed over", () => {
  test("the worker that was not sent what it has is sent away, and gets it when it comes back", async () => {
    const database = await openDatabase("postgresql");
    const proxy = await startCuttingProxy(database.url, {
      ...commitCut,
      after: "UPDATE task_delivery SET worker_id = given",
    });
    const clock = fakeClock();
    const [server, beside] = [await startTestServer(proxy.url, { clock }), await startTestServer(database.url)];
    const address = await server.listen();
    const join = async () => {
      const socket = await openTestSocket(address, "/task_runs/subscriptions/scheduled");
      socket.send({ type: "subscribe", keys: [key], client_id: "own-1", slots: 1, held: [] });
      expect(await socket.next()).toEqual({ type: "subscribed", lost: [] });
      return socket;
    };
    const worker = await join();
    await clock.advance(0.05);
    await worker.settled();

    const run = await delayOn(beside, key);
    proxy.loseNextCommit("answer", { thenRefuse: true });
    let closed: number | undefined;
    void worker.closed.then(({ code }) => {
      closed = code;
    });
    const closedBy = async () => {
      await clock.advance(5);
      return closed;
    };
    await expect.poll(closedBy, { timeout: 60_000 }).toBe(1011);
    const held = await beside.call<BackgroundTask[]>("POST", "/background_tasks/filter", {});
    expect(held.body).toMatchObject([{ task_key: key, waiting: 0, held: 1 }]);

    proxy.accept();
    const again = await join();
    const sent = again.next<{ task_runs: TaskRun[] }>();
    let got: TaskRun[] | undefined;
    void sent.then(({ task_runs }) => {
      got = task_runs;
    });
    const received = async () => {
      await clock.advance(0.05);
      return got?.map(({ id }) => id);
    };
    await expect.poll(received, { timeout: 60_000 }).toEqual([run.id]);
    await again.close();
    await Promise.all([server.stop(), beside.stop()]);
    await proxy.close();
    await database.dispose();
  }, 150_000);
});

describe.each(["sqlite", "postgresql"] as const)("background tasks and a restart on %s", (kind) => {
  test("what was delayed before waits for the workers of the server that comes after it", async () => {
    const database = await openDatabase(kind);
    const before = await startTestServer(database.url);
    const made = [await delayOn(before, key), await delayOn(before, key)];
    await before.stop();
    const after = await startTestServer(database.url);
    const got: string[] = [];
    const worker = await workOn(after, "host-1", ({ id }) => got.push(id));
    await expect.poll(() => got, { timeout: 20_000 }).toEqual(made.map(({ id }) => id));
    await worker.close();
    await after.stop();
    await database.dispose();
  });
});
