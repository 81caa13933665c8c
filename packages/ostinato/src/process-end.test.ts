import { writeFile } from "node:fs/promises";
import { connect, createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { type Client, createClient } from "@ostinato/client";
import { deleteFlowRun, filterEvents, filterLogs, filterTaskRuns, readFlowRun } from "@ostinato/protocol";
import { createServer, readConfig } from "@ostinato/server";
import { openDatabase } from "@ostinato/testing/databases";
import { describe, expect, test, vi } from "vitest";
import { home, nextJson, run, type Script, withServer } from "../test/script-harness.ts";

// Whoever waits for a program on a busy machine waits long.
vi.setConfig({ testTimeout: 60_000 });

/** The runs of a program that leaves in the middle of a subflow, by `process.exit()`. */
async function idsOf(script: Script) {
  const ids = [await nextJson<{ id: string }>(script), await nextJson<{ id: string }>(script)].map(({ id }) => id);
  expect(await script.ended()).toEqual({ code: 3, signal: null });
  return ids;
}

async function expectLeft(client: Client, ids: readonly string[]): Promise<void> {
  const message = "The process ended with code 3 before the run did: something called process.exit().";
  for (const id of ids) {
    const { state } = await client.call(readFlowRun, { params: { id } });
    expect(state).toMatchObject({ type: "CRASHED", message });
  }
  const tasks = await client.call(filterTaskRuns, {});
  expect(tasks.map(({ name, state_type }) => [name, state_type])).toContainEqual(["forever-0", "CRASHED"]);
  const logs = await client.call(filterLogs, { body: { logs: { flow_run_id: { any_: [...ids] } } } });
  expect(logs.map((line) => line.message)).toEqual(expect.arrayContaining(["the last line", `crashed: ${message}`]));
}

describe("a program that calls process.exit() in a flow", () => {
  test("leaves no run behind that is Running, without a server", async () => {
    const ids = await idsOf(run("leaves"));
    await withServer((client) => expectLeft(client, ids));
  });

  test("the same on a PostgreSQL", async () => {
    const database = await openDatabase("postgresql");
    try {
      const ids = await idsOf(run("leaves", [], { OSTINATO_DATABASE_URL: database.url }));
      const config = readConfig({
        OSTINATO_DATABASE_URL: database.url,
        OSTINATO_LOG_LEVEL: "silent",
        OSTINATO_SERVER_PORT: "0",
      });
      const server = await createServer({ config });
      try {
        await expectLeft(createClient({ baseUrl: `${await server.listen()}/api` }), ids);
      } finally {
        await server.stop();
      }
    } finally {
      await database.dispose();
    }
  });

  test("nor on a server, which hears what it had not heard yet", async () => {
    await withServer(async (client) => {
      await expectLeft(client, await idsOf(run("leaves", [], { OSTINATO_API_URL: client.baseUrl })));
    });
  });

  test("ends all the same where its server is away", async () => {
    await withServer(async (client) => {
      const line = await blindLine(Number(new URL(client.baseUrl).port));
      const script = run("leaves", ["when told"], { OSTINATO_API_URL: line.apiUrl });
      for (const _ of ["leaves", "inner"]) await nextJson(script);
      line.close();
      script.child.stdin?.write("go\n");
      expect((await script.ended()).code).toBe(3);
    });
  });
});

test("a run whose program was killed is ended by the next program without a server", async () => {
  const first = run("interrupted", [join(home, "counts")]);
  const { id } = await nextJson<{ id: string }>(first);
  expect((await first.ended()).signal).toBe("SIGKILL");
  await run("hello").ended();
  await withServer(async (client) => {
    expect((await client.call(readFlowRun, { params: { id } })).state).toMatchObject({
      type: "CRASHED",
      message: expect.stringMatching(/^Its process is gone: /),
    });
  });
});

test("a program whose run is deleted ends as by a cancel, and says why", async () => {
  await withServer(async (client) => {
    const script = run("endless", [], { OSTINATO_API_URL: client.baseUrl });
    const { id } = await nextJson<{ id: string }>(script);
    await client.call(deleteFlowRun, { params: { id } });
    expect((await script.lines.next()).value).toBe("the cancellation hook");
    expect((await script.ended()).code).toBe(1);
    expect(script.errors()).toContain("was deleted on the server while it worked");
    expect(await client.call(filterTaskRuns, {})).toEqual([]);
  });
});

/**
 * A way to the server on which that does not learn the name of the program's process, as if they were on different machines: the
 * question keeps its length.
 */
async function blindLine(targetPort: number) {
  const sockets = new Set<{ destroy(): void }>();
  const server = createTcpServer((from) => {
    const to = connect(targetPort, "127.0.0.1");
    sockets.add(from).add(to);
    from.on("data", (data) => {
      const text = data.toString("latin1").replace("/ostinato?process=", "/ostinato?unknown=");
      to.write(Buffer.from(text, "latin1"));
    });
    to.pipe(from);
    for (const [socket, other] of [
      [from, to],
      [to, from],
    ] as const) {
      socket.on("error", () => other.destroy());
      socket.on("close", () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    apiUrl: `http://127.0.0.1:${port}/api`,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

describe.each(["here", "thread"])("a program that computes (%s)", (where) => {
  test("says that it is alive while its main thread has no turn, to a server that does not see its process", async () => {
    await withServer(async (client) => {
      const line = await blindLine(Number(new URL(client.baseUrl).port));
      const file = join(home, "go-on");
      try {
        const script = run("busy", [file, where], { OSTINATO_API_URL: line.apiUrl, OSTINATO_HEARTBEAT_SECONDS: "1" });
        const { id } = await nextJson<{ id: string }>(script);
        while ((await signsOfLife(client, id)) < 4) await new Promise(setImmediate);
        await writeFile(file, "");
        expect(await nextJson(script)).toEqual({ value: "waited" });
        expect(await script.ended()).toEqual({ code: 0, signal: null });
      } finally {
        line.close();
      }
    });
  });
});

async function signsOfLife(client: Client, flowRunId: string): Promise<number> {
  const filter = {
    event: { name: ["prefect.flow-run.heartbeat"] },
    resource: { id: [`prefect.flow-run.${flowRunId}`] },
  };
  return (await client.call(filterEvents, { body: { filter } })).total;
}
