import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { randomId, timeOrderedId } from "@ostinato/core";
import type { Automation } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterEach, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { readPlainJson } from "../db/json-text.ts";

const childServer = fileURLToPath(new URL("../../test/child-server-harness.ts", import.meta.url));
const perServer = 60;

interface Triggered {
  readonly triggering_event: { readonly id: string };
}

describeOnEachDatabase("triggers of servers that are killed", (database) => {
  const children: ChildProcess[] = [];
  let reader: TestServer | undefined;
  const others: TestServer[] = [];
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    await reader?.stop();
    await Promise.all(others.splice(0).map((server) => server.stop()));
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
    const address = await new Promise<string>((resolve, reject) => {
      child.once("message", (told) => resolve(String(told)));
      child.once("exit", () => reject(new Error("the server ended before it listened")));
    });
    return { child, address };
  }

  async function post(address: string, path: string, body: unknown): Promise<Response> {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${address}/api${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    expect(answer.ok).toBe(true);
    return answer;
  }

  test("count each event once that several servers take at the same time", async () => {
    const { url } = await database.another();
    const servers = await Promise.all([1, 2, 3].map(() => startTestServer(url)));
    others.push(...servers);
    const addresses = await Promise.all(servers.map((server) => server.listen()));
    const automationOf = async (fields: object) => {
      const trigger = { type: "event", posture: "Reactive", expect: ["shared.happened"], ...fields };
      const body = { name: "shared", trigger, actions: [{ type: "do-nothing" }] };
      return (await (await post(addresses[0] ?? "", "/automations/", body)).json()) as Automation;
    };
    const each = await automationOf({});
    const third = await automationOf({ threshold: 3 });
    const sent = Array.from({ length: 90 }, () => randomId());
    // Their transactions commit in another order than they began.
    await Promise.all(
      sent.map((id, index) => {
        const about = { occurred: new Date().toISOString(), resource: { "prefect.resource.id": "x" } };
        return post(addresses[index % 3] ?? "", "/events", [{ id, event: "shared.happened", ...about }]);
      }),
    );
    const { db } = (servers[0] as TestServer).context;
    const causesOf = async ({ id }: Automation) => {
      const rows = await db.read
        .selectFrom("event")
        .select("payload")
        .where("event", "=", "prefect.automation.triggered")
        .where("resource_id", "=", `prefect.automation.${id}`)
        .execute();
      return rows.map(({ payload }) => readPlainJson<Triggered>(payload).triggering_event.id);
    };
    await expect.poll(() => causesOf(each), { timeout: 60_000 }).toHaveLength(sent.length);
    await expect.poll(() => causesOf(third), { timeout: 60_000 }).toHaveLength(sent.length / 3);
    expect((await causesOf(each)).toSorted()).toEqual(sent.toSorted());
    expect(new Set(await causesOf(third)).size).toBe(sent.length / 3);
  });

  test("fire once for each event that was taken, whatever becomes of the servers", { timeout: 120_000 }, async () => {
    const trigger = { type: "event", posture: "Reactive", expect: ["killed.happened"] };
    const actions = [{ type: "do-nothing" }];
    reader = await startTestServer(database.url);
    const { db, clock } = reader.context;
    let automation: Automation | undefined;
    const sent: string[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      const { child, address } = await startChild();
      if (automation === undefined) {
        automation = (await (
          await post(address, "/automations/", { name: "a", trigger, actions })
        ).json()) as Automation;
      }
      for (let count = 0; count < perServer; count += 20) {
        const events = Array.from({ length: 20 }, () => ({
          id: timeOrderedId(clock.now()),
          occurred: new Date().toISOString(),
          event: "killed.happened",
          resource: { "prefect.resource.id": "x" },
        }));
        await post(address, "/events", events);
        sent.push(...events.map(({ id }) => id));
      }
      // The last one stays, and takes over what the others left.
      if (turn < 2) {
        const ended = new Promise((resolve) => child.once("exit", resolve));
        child.kill("SIGKILL");
        await ended;
      }
    }
    const causes = async (event: string) => {
      const rows = await db.read.selectFrom("event").select("related").where("event", "=", event).execute();
      const ids = rows.map(
        ({ related }) => /prefect\.event\.([0-9a-f-]+)","prefect\.resource\.role":"triggering-event/.exec(related)?.[1],
      );
      return ids.toSorted();
    };
    await expect
      .poll(() => causes("prefect.automation.action.executed"), { timeout: 90_000 })
      .toHaveLength(sent.length);
    expect(await causes("prefect.automation.triggered")).toEqual(sent.toSorted());
    expect(await causes("prefect.automation.action.executed")).toEqual(sent.toSorted());
  });
});
