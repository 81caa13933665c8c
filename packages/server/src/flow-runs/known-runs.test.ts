import { randomUUID } from "node:crypto";
import { addSeconds, type StateType, toTimestamp } from "@ostinato/core";
import type { Event, FlowRun, OrchestrationResult, State } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { openDatabase, type TestDatabase } from "@ostinato/testing/databases";
import fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CuttingProxy, startCuttingProxy } from "../../test/cutting-proxy.ts";
import { addDeployment } from "../../test/deployment-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { writeJson } from "../db/json-text.ts";
import { defaultDetails } from "../orchestration/state.ts";
import { insertFlowRunState, moveOfKnown } from "./flow-runs.queries.ts";

// On SQLite nothing is remembered: a read costs microseconds there.

async function proposalsBy(server: TestServer, way: "memory" | "reading"): Promise<number> {
  const { body } = await server.call<string>("GET", "/metrics");
  return Number(new RegExp(`ostinato_flow_run_proposals_total\\{way="${way}"\\} (\\d+)`).exec(body)?.[1] ?? 0);
}

async function newRun(server: TestServer, more: object = {}): Promise<FlowRun> {
  const { body: flow } = await server.call<{ id: string }>("POST", "/flows/", { name: "remembered" });
  return (await server.call<FlowRun>("POST", "/flow_runs/", { flow_id: flow.id, ...more })).body;
}

const propose = (server: TestServer, id: string, type: StateType, more: object = {}) =>
  server.call<OrchestrationResult>("POST", `/flow_runs/${id}/set_state`, { state: { type, ...more } });

const statesOf = async (server: TestServer, id: string) =>
  (await server.call<State[]>("GET", `/flow_run_states/?flow_run_id=${id}`)).body;

interface Step {
  readonly kind: StateType | "rename" | "tag the flow" | "tag the deployment";
  readonly name: string | null;
  readonly force: boolean;
  readonly data: unknown;
  readonly details: object;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.oneof(
    { weight: 4, arbitrary: fc.constant("RUNNING" as const) },
    { weight: 4, arbitrary: fc.constantFrom("PENDING" as const, "SCHEDULED" as const, "PAUSED" as const) },
    { weight: 3, arbitrary: fc.constantFrom("COMPLETED" as const, "FAILED" as const, "CRASHED" as const) },
    { weight: 1, arbitrary: fc.constantFrom("CANCELLING" as const, "CANCELLED" as const) },
    {
      weight: 2,
      arbitrary: fc.constantFrom("rename" as const, "tag the flow" as const, "tag the deployment" as const),
    },
  ),
  name: fc.option(fc.constantFrom("Late", "Submitting", "Resuming", 'Üb\\"er\0'), { freq: 3 }),
  force: fc.nat(3).map((number) => number === 0),
  data: fc.constantFrom(null, { type: "unpersisted" }, { storage_key: "k" }, [1.5, "\0", { deep: 9007199254740993n }]),
  details: fc.record(
    {
      transition_id: fc.constantFrom("00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"),
      heartbeat_seconds: fc.constantFrom(30, 60),
      process: fc.constant("machine/1/2"),
      pause_key: fc.constantFrom("a", "b"),
      pause_timeout: fc.constantFrom(1, 4_000_000_000),
      scheduled_time: fc.constantFrom("2020-01-01T00:00:00Z", "2040-01-01T00:00:00Z"),
    },
    { requiredKeys: [] },
  ),
});

interface Scenario {
  readonly deployed: boolean;
  readonly retries: number;
  readonly steps: readonly Step[];
}

const scenario: fc.Arbitrary<Scenario> = fc.record({
  deployed: fc.boolean(),
  retries: fc.integer({ min: 0, max: 2 }),
  steps: fc.array(step, { minLength: 1, maxLength: 10 }),
});

describe("a flow run that a server remembers", () => {
  let place: TestDatabase;
  let clock: FakeClock;
  let servers: readonly [TestServer, TestServer, TestServer];
  beforeAll(async () => {
    place = await openDatabase("postgresql");
    clock = fakeClock();
    const start = () => startTestServer(place.url, { clock });
    servers = [await start(), await start(), await start()];
    for (const server of servers) await server.context.metrics.open();
  });
  afterAll(async () => {
    for (const server of servers) await server.stop();
    await place.dispose();
  });

  test("of two changes at once one that was decided on an old row is not made, nor what belongs to it", async () => {
    const [{ context }] = servers;
    const { id } = await newRun(servers[0]);
    const row = await context.db.read.selectFrom("flow_run").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
    const found = await sql<{ run: string; flow: string }>`SELECT flow_run.xmin::text AS run, flow.xmin::text AS flow
      FROM flow_run JOIN flow ON flow.id = flow_run.flow_id WHERE flow_run.id = ${id}`.execute(context.db.read);
    const { run, flow } = found.rows[0] ?? { run: "", flow: "" };
    const move = (version: string, name: string) => {
      const details = { ...defaultDetails, flow_run_id: id };
      const state = { id: randomUUID(), type: "PENDING", name, message: null, data: null, details } as const;
      const written = { ...state, timestamp: clock.now() };
      const change = moveOfKnown(
        { ...row, state_name: name },
        { versions: { row: version, beside: [flow] }, proofId: state.id, done() {} },
      );
      return context.db.write(async (_, later) => insertFlowRunState(later, id, written), { change });
    };
    const [old, current] = await Promise.allSettled([move("3", "Old"), move(run, "Current")]);
    expect(old).toMatchObject({ status: "rejected", reason: { name: "NotInOneStatement" } });
    expect(current).toMatchObject({ status: "fulfilled" });
    expect((await statesOf(servers[0], id)).map(({ name }) => name)).toEqual(["Pending", "Current"]);
  });

  /**
   * What is answered to the steps, and all that is kept afterwards. Where servers take turns, what each of them remembers is old
   * after each change by the other one, and they decide by reading.
   */
  async function play(turns: readonly TestServer[], { deployed, retries, steps }: Scenario) {
    const [reader] = servers;
    const start = toTimestamp("2031-01-01T00:00:00Z");
    clock.set(start);
    const serverOf = (index: number) => turns[index % turns.length] ?? reader;
    const deployment = deployed ? await addDeployment(reader.context) : undefined;
    const run = await newRun(serverOf(0), {
      name: "x",
      empirical_policy: { retries, retry_delay: 0 },
      tags: ["a"],
      ...(deployment && { flow_id: deployment.flowId, deployment_id: deployment.id }),
    });
    const answers: unknown[] = [];
    for (const [index, { kind, name, force, data, details }] of steps.entries()) {
      clock.set(addSeconds(start, 10 * (index + 1)));
      const server = serverOf(index + 1);
      if (kind === "rename") await servers[2].call("PATCH", `/flow_runs/${run.id}`, { name: `renamed ${index}` });
      else if (kind === "tag the flow") await server.call("PATCH", `/flows/${run.flow_id}`, { tags: [`tag ${index}`] });
      else if (kind === "tag the deployment") await tagDeployment(deployment?.id, [`deployment tag ${index}`]);
      else {
        const state = { type: kind, name, data, state_details: details };
        const body = JSON.parse(
          JSON.stringify({ state, force }, (_, value) => (typeof value === "bigint" ? Number(value) : value)),
        );
        answers.push((await server.call("POST", `/flow_runs/${run.id}/set_state`, body)).body);
      }
    }
    const resource = { id: [`prefect.flow-run.${run.id}`] };
    const kept = {
      run: (await reader.call("GET", `/flow_runs/${run.id}`)).body,
      states: await statesOf(reader, run.id),
      events: (await reader.call<{ events: unknown }>("POST", "/events/filter", { filter: { resource } })).body.events,
      artifacts: (
        await reader.call("POST", "/artifacts/filter", {
          artifacts: { flow_run_id: { any_: [run.id] } },
          sort: "ID_DESC",
        })
      ).body,
      heartbeat: await reader.context.db.read
        .selectFrom("flow_run_heartbeat")
        .selectAll()
        .where("flow_run_id", "=", run.id)
        .execute(),
    };
    await servers[2].call("PATCH", `/flows/${run.flow_id}`, { tags: [] });
    return comparable({ answers, kept });
  }

  async function tagDeployment(id: string | undefined, tags: readonly string[]): Promise<void> {
    if (id === undefined) return;
    await servers[2].context.db.write((tx) =>
      tx
        .updateTable("deployment")
        .set({ tags: writeJson(tags) })
        .where("id", "=", id)
        .execute(),
    );
  }

  /** Ids by their first appearance, and moments without what the number of looks at the clock adds. */
  function comparable(value: unknown): unknown {
    const ids = new Map<string, string>();
    const text = JSON.stringify(value, (_, part) => (typeof part === "number" ? Math.round(part * 1000) / 1000 : part))
      .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => {
        if (!ids.has(id)) ids.set(id, `id ${ids.size}`);
        return ids.get(id) ?? "";
      })
      .replaceAll(/(\d\d:\d\d:\d\d)(?:\.\d+)?/g, "$1")
      .replaceAll(/\b(19\d{8})\d{6}\b/g, "$1");
    return JSON.parse(text);
  }

  test("changes like one that is read from the database, and leaves the same rows", async () => {
    const [one, two, three] = servers;
    await fc.assert(
      fc.asyncProperty(scenario, async (given) => {
        expect(await play([one], given)).toEqual(await play([two, three], given));
      }),
      { numRuns: 40 },
    );
    expect(await proposalsBy(one, "memory")).toBeGreaterThan(40);
    expect(await proposalsBy(two, "reading")).toBeGreaterThan(40);
  }, 120_000);

  test("changes through several servers at once: each state follows the one before, and every answer is true", async () => {
    const [one, two, three] = servers;
    for (let round = 0; round < 10; round += 1) {
      const run = await newRun(one);
      await propose(two, run.id, "RUNNING");
      const types: readonly StateType[] = ["SCHEDULED", "RUNNING", "PENDING"];
      const answers = await Promise.all(
        [one, two, three, one, two, three].flatMap((server, index) =>
          types.map((type) => propose(server, run.id, type, { name: `${type} ${index}` })),
        ),
      );
      const states = await statesOf(three, run.id);
      const written = answers.flatMap(({ body }) => (body.status === "ACCEPT" ? [body.state?.id] : []));
      const ids = states.map(({ id }) => id);
      expect(ids.slice(2).toSorted()).toEqual(written.toSorted());
      const times = states.map(({ timestamp }) => toTimestamp(timestamp));
      expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
      const { body: last } = await servers[2].call<FlowRun>("GET", `/flow_runs/${run.id}`);
      expect(last.state_id).toBe(ids.at(-1));
    }
  });

  test("of a deployment takes one statement, and its event names the deployment as it is", async () => {
    const [one] = servers;
    const deployment = await addDeployment(one.context);
    const created = { flow_id: deployment.flowId, deployment_id: deployment.id };
    const runs = await Promise.all([newRun(one, created), newRun(one, created), newRun(one)]);
    const before = await proposalsBy(one, "memory");
    await Promise.all(runs.map(({ id }) => propose(one, id, "RUNNING")));
    expect(await proposalsBy(one, "memory")).toBe(before + 3);
    await tagDeployment(deployment.id, ["night"]);
    await Promise.all(runs.map(({ id }) => propose(one, id, "COMPLETED")));
    expect(await proposalsBy(one, "memory")).toBe(before + 4);
    const [run] = runs;
    const filter = {
      resource: { id: [`prefect.flow-run.${run.id}`] },
      event: { name: ["prefect.flow-run.Completed"] },
    };
    const { body } = await one.call<{ events: Event[] }>("POST", "/events/filter", { filter });
    const related = body.events.flatMap((event) => event.related.map((resource) => resource["prefect.resource.id"]));
    expect(related).toEqual(expect.arrayContaining([`prefect.deployment.${deployment.id}`, "prefect.tag.night"]));
  });

  test("is gone once another server has deleted it", async () => {
    const [one, two] = servers;
    const run = await newRun(one);
    expect((await two.call("DELETE", `/flow_runs/${run.id}`)).status).toBe(204);
    expect((await propose(one, run.id, "RUNNING")).status).toBe(404);
  });
});

describe("a change of a remembered flow run whose answer is lost", () => {
  let place: TestDatabase;
  let proxy: CuttingProxy;
  let server: TestServer;
  beforeAll(async () => {
    place = await openDatabase("postgresql");
    // The changes are a parameter of the statement; its answer names their columns.
    proxy = await startCuttingProxy(place.url, { request: '"beside_0":"', answers: ["SELECT "] });
    server = await startTestServer(proxy.url);
  });
  afterAll(async () => {
    await server.stop();
    await proxy.close();
    await place.dispose();
  });

  test.each(["answer", "request", "connection"] as const)("%s: the state is kept once", async (lose) => {
    const runs = await Promise.all([1, 2, 3].map(() => newRun(server)));
    const isRemembered = async () => {
      const before = proxy.commits;
      await propose(server, (await newRun(server)).id, "RUNNING");
      return proxy.commits - before;
    };
    await expect.poll(isRemembered).toBe(1);
    const lostBefore = proxy.lost;
    proxy.loseNextCommit(lose);
    const answers = await Promise.all(runs.map(({ id }) => propose(server, id, "RUNNING")));
    expect(proxy.lost).toBe(lostBefore + 1);
    for (const [index, { id }] of runs.entries()) {
      const states = await statesOf(server, id);
      expect(states.map(({ type }) => type)).toEqual(["PENDING", "RUNNING"]);
      expect(answers[index]?.body).toMatchObject({ status: "ACCEPT", state: { id: states[1]?.id } });
    }
  });
});
