import { connect, createServer as createTcpServer, type Socket } from "node:net";
import { type Client, createClient } from "@ostinato/client";
import { type Clock, deserialize, systemClock } from "@ostinato/core";
import { filterTaskWorkers, listTaskRunStates, readTaskRun, readTaskRunValue } from "@ostinato/protocol";
import { createServer, readConfig, type Server } from "@ostinato/server";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { home, nextJson, run, type Script } from "../test/script-harness.ts";
import { patience, said } from "../test/serving-harness.ts";

vi.setConfig({ testTimeout: 180_000 });

/** Workers in processes of their own. The server's time is the test's, so that the rights of a lost worker end when the test says so. */
describeOnEachDatabase("background tasks whose worker is lost", (database) => {
  let clock: SkippingClock;
  let server: Server;
  let address: string;
  let client: Client;
  let cable: Cable;
  beforeEach(async () => {
    // Workers have the same time of day, and the ends of rights are a matter of elapsed time.
    clock = clockThatSkips();
    const config = readConfig({
      OSTINATO_DATABASE_URL: database.url,
      OSTINATO_HOME: home,
      OSTINATO_LOG_LEVEL: process.env.OSTINATO_TEST_LOG ?? "silent",
      OSTINATO_SERVER_PORT: "0",
    });
    server = await createServer({ config, clock });
    address = await server.listen();
    client = createClient({ baseUrl: `${address}/api` });
    cable = await layCable(Number(new URL(address).port));
  });
  afterEach(async () => {
    await cable.close();
    await server.stop();
  });

  const script = (args: readonly string[], port = Number(new URL(address).port)) =>
    run("works", args, { OSTINATO_API_URL: `http://127.0.0.1:${port}/api` });
  async function startWorker(name: string, port?: number): Promise<Script> {
    const worker = script(["work", name], port);
    await said({ script: worker }, "working on held");
    await vi.waitFor(async () => expect(await workers()).toContain(worker.child.pid), patience);
    return worker;
  }
  async function delay(how: string): Promise<string> {
    return (await nextJson<{ id: string }>(script(["delay", how]))).id;
  }
  /** The processes of the connected workers. */
  async function workers(): Promise<readonly number[]> {
    const known = await client.call(filterTaskWorkers, { body: {} });
    return known.map(({ identifier }) => Number(identifier.split("-").at(-2)));
  }
  /** Lets the server's time go by until the function has come to its end. */
  async function whileTimePasses<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    work.then(over, over);
    const giveUpAt = performance.now() + patience.timeout;
    while (!isOver && performance.now() < giveUpAt) {
      clock.skip(1);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return work;
  }
  const stateOf = async (id: string) => (await client.call(readTaskRun, { params: { id } })).state_name;
  /** Waits until the worker has begun the run, and the server knows it. */
  async function begins(worker: Script, id: string): Promise<void> {
    expect(await nextJson(worker)).toMatchObject({ says: "begun", attempt: 1 });
    await vi.waitFor(async () => expect(await stateOf(id)).toBe("Running"), patience);
  }
  const ended = (id: string) =>
    vi.waitFor(async () => {
      const { state_type, run_count } = await client.call(readTaskRun, { params: { id } });
      expect(state_type).toBe("COMPLETED");
      return run_count;
    }, patience);
  async function keptValueOf(id: string): Promise<unknown> {
    const stored = await client.call(readTaskRunValue, { params: { id } });
    return deserialize(stored?.data ?? "");
  }
  const statesOf = async (id: string) =>
    (await client.call(listTaskRunStates, { query: { task_run_id: id } })).map(({ name }) => name);

  test("are given to another one when its process is killed, and are never with two at once", async () => {
    const first = await startWorker("first");
    const id = await delay("until input");
    await begins(first, id);
    const second = await startWorker("second");
    first.child.kill("SIGKILL");
    await vi.waitFor(async () => expect(await workers()).toEqual([second.child.pid]), patience);
    expect(await whileTimePasses(nextJson(second))).toMatchObject({ says: "begun", attempt: 2, worker: "second" });
    expect(await ended(id)).toBe(2);
    expect(await keptValueOf(id)).toBe("second");
  });

  test.each([
    { how: "until aborted", title: "stops them when it comes back" },
    { how: "until input", title: "does not finish them when they return meanwhile" },
  ])("by a cut cable: it $title", async ({ how }) => {
    const first = await startWorker("first", cable.port);
    const id = await delay(how);
    await begins(first, id);
    const second = await startWorker("second");
    cable.cut();
    await vi.waitFor(async () => expect(await workers()).toEqual([second.child.pid]), patience);
    if (how === "until input") {
      first.child.stdin?.write("\n");
      expect(await nextJson(first)).toMatchObject({ says: "returns" });
    }
    expect(await whileTimePasses(nextJson(second))).toMatchObject({ says: "begun", attempt: 2 });
    await ended(id);
    cable.mend();
    if (how === "until aborted") {
      expect(await nextJson(first)).toMatchObject({ says: "aborted", reason: "ClaimLost" });
    }
    await said({ script: first }, "is not this process's any more");
    first.child.kill("SIGTERM");
    expect(await first.ended()).toMatchObject({ code: 0 });
    // What the first one sent before it ended is there by now.
    expect(await keptValueOf(id)).toBe("second");
    expect((await statesOf(id)).filter((name) => name === "Completed")).toEqual(["Completed"]);
  });

  test("by a cut cable for a moment go on, and finish", async () => {
    const first = await startWorker("first", cable.port);
    const id = await delay("until input");
    await begins(first, id);
    cable.cut();
    await vi.waitFor(async () => expect(await workers()).toEqual([]), patience);
    first.child.stdin?.write("\n");
    expect(await nextJson(first)).toMatchObject({ says: "returns" });
    cable.mend();
    expect(await ended(id)).toBe(1);
    expect(await keptValueOf(id)).toBe("first");
  });

  test("and that is told to stop while nobody answers ends all the same, and says what it could not tell", async () => {
    const first = await startWorker("first", cable.port);
    const id = await delay("until SIGTERM");
    await begins(first, id);
    cable.cut();
    await vi.waitFor(async () => expect(await workers()).toEqual([]), patience);
    first.child.kill("SIGTERM");
    expect(await nextJson(first)).toMatchObject({ says: "returns" });
    expect(await first.ended()).toMatchObject({ code: 0 });
    expect(first.errors()).toContain("the server was not told how the last runs ended");
  });
});

interface SkippingClock extends Clock {
  /** Has so many seconds pass at once. */
  skip(seconds: number): void;
}

/** The machine's clock, and its timers, which a test can have run sooner. */
function clockThatSkips(): SkippingClock {
  const real = systemClock();
  const timers = new Set<() => void>();
  let skipped = 0;
  const elapsed = () => real.elapsed() + skipped;
  return {
    now: real.now,
    elapsed,
    after(seconds, callback) {
      const due = elapsed() + seconds;
      let cancel = () => {};
      const arm = () => {
        cancel();
        cancel = real.after(Math.max(0, due - elapsed()), () => {
          timers.delete(arm);
          callback();
        });
      };
      timers.add(arm);
      arm();
      return () => {
        timers.delete(arm);
        cancel();
      };
    },
    skip(seconds) {
      skipped += seconds;
      for (const arm of [...timers]) arm();
    },
  };
}

interface Cable {
  readonly port: number;
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Passes on what comes to its port, until it is cut. */
async function layCable(to: number): Promise<Cable> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const proxy = createTcpServer((near) => {
    if (isCut) return near.destroy();
    const far = connect(to, "127.0.0.1");
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => sockets.delete(one));
      one.pipe(other);
    }
    return undefined;
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const address = proxy.address();
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    cut,
    mend() {
      isCut = false;
    },
    async close() {
      cut();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}
