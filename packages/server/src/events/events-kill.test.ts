import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { timeOrderedId } from "@ostinato/core";
import type { EventCreate } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterEach, expect, test } from "vitest";
import { addFlowRun } from "../../test/flow-run-harness.ts";
import { startTestServer } from "../../test/harness.ts";
import { openTestSocket } from "../../test/socket-harness.ts";
import { taskRunEvent } from "../../test/task-run-event-harness.ts";

const childServer = fileURLToPath(new URL("../../test/child-server-harness.ts", import.meta.url));

describeOnEachDatabase("a server that is killed", (database) => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });

  async function startChild(): Promise<{ child: ChildProcess; address: string }> {
    const child = fork(childServer, {
      execArgv: [],
      env: {
        ...process.env,
        OSTINATO_DATABASE_URL: database.url,
        OSTINATO_SERVER_PORT: "0",
        OSTINATO_LOG_LEVEL: "error",
      },
    });
    children.push(child);
    const [address] = await once(child, "message");
    return { child, address: String(address) };
  }

  test("has every event, state and result that it acknowledged", async () => {
    const before = await startTestServer(database.url);
    const flowRunId = await addFlowRun(before.context);
    const { clock } = before.context;
    await before.stop();

    const { child, address } = await startChild();
    const acknowledged: EventCreate[] = [];
    let sent = 0;
    const stream = async () => {
      const socket = await openTestSocket(address, "/events/in");
      let open = true;
      const ended = socket.closed.then(() => {
        open = false;
      });
      while (open) {
        const batch = Array.from({ length: 40 }, () => event(timeOrderedId(clock.now())));
        for (const each of batch) socket.send(each);
        sent += batch.length;
        await Promise.race([socket.settled().then(() => acknowledged.push(...batch)), ended]).catch(() => {});
        if (acknowledged.length > 1000) child.kill("SIGKILL");
      }
    };
    const event = (taskRunId: string) => {
      const preview = { kind: "scalar", size_bytes: 1, truncated: false, value: 1 };
      const values = { result: { format: "devalue", data: "[1]", preview } };
      return taskRunEvent({ taskRunId, flowRunId, type: "COMPLETED", occurred: clock.now(), values });
    };
    await Promise.all([stream(), stream(), stream()]);
    expect(child.signalCode ?? (await once(child, "exit"))[1]).toBe("SIGKILL");
    expect(acknowledged.length).toBeGreaterThan(1000);
    expect(sent).toBeGreaterThan(acknowledged.length);

    const after = await startTestServer(database.url);
    const { read } = after.context.db;
    const idsIn = async (table: "event" | "task_run_state" | "result") =>
      new Set((await read.selectFrom(table).select("id").execute()).map(({ id }) => id));
    for (const table of ["event", "task_run_state", "result"] as const) {
      const kept = await idsIn(table);
      expect(acknowledged.filter(({ id }) => !kept.has(id))).toEqual([]);
    }
    await after.stop();
  });
});
