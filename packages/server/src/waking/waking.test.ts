import { addSeconds, formatTimestamp } from "@ostinato/core";
import type { FlowRun, WakingMessage } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase, openDatabase } from "@ostinato/testing/databases";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { addDeployment, type TestDeployment } from "../../test/deployment-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { openTestSocket, type TestSocket } from "../../test/socket-harness.ts";

async function subscribe(address: string, ...deploymentIds: readonly string[]): Promise<TestSocket> {
  const socket = await openTestSocket(address, "/deployments/wake");
  socket.send({ type: "subscribe", deployment_ids: deploymentIds });
  expect(await socket.next()).toEqual({ type: "subscribed", deployment_ids: deploymentIds });
  return socket;
}

async function createRun(server: TestServer, { id, flowId }: TestDeployment, state?: object): Promise<FlowRun> {
  const given = { flow_id: flowId, deployment_id: id, state: state ?? { type: "SCHEDULED" } };
  const { status, body } = await server.call<FlowRun>("POST", "/flow_runs/", given);
  expect(status).toBe(201);
  return body;
}

const scheduledAt = (time: string) => ({ type: "SCHEDULED", state_details: { scheduled_time: time } });

describeOnEachDatabase("waking those who serve deployments", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  let address: string;
  const sockets: TestSocket[] = [];
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
    address = await server.listen();
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) await socket.close();
  });
  afterAll(() => server.stop());

  const serve = async (...ids: readonly string[]) => {
    const socket = await subscribe(address, ...ids);
    sockets.push(socket);
    return socket;
  };
  const inSeconds = (seconds: number) => formatTimestamp(addSeconds(clock.now(), seconds));

  /** The next message, letting time pass for as long as none comes. */
  async function heard(socket: TestSocket): Promise<WakingMessage> {
    let message: WakingMessage | undefined;
    void socket.next<WakingMessage>().then((next) => {
      message = next;
    });
    const look = async () => {
      await clock.advance(0.5);
      return message;
    };
    await expect.poll(look, { interval: 5, timeout: 10_000 }).toBeDefined();
    return message as unknown as WakingMessage;
  }

  /** Hints may come twice. Gives the deployments of all until one is this. */
  async function heardDue(socket: TestSocket, { id }: TestDeployment): Promise<ReadonlySet<string>> {
    const all = new Set<string>();
    while (!all.has(id)) {
      const message = await heard(socket);
      if (message.type === "due") for (const each of message.deployment_ids) all.add(each);
    }
    return all;
  }

  async function heardStopping(socket: TestSocket): Promise<WakingMessage> {
    let message = await heard(socket);
    while (message.type !== "cancelling") message = await heard(socket);
    return message;
  }

  const take = async ({ id }: FlowRun) => {
    const { body } = await server.call("POST", `/flow_runs/${id}/set_state`, { state: { type: "PENDING" } });
    expect(body).toMatchObject({ status: "ACCEPT" });
  };

  test("a run that is due wakes who serves its deployment, and nobody else", async () => {
    const [one, other] = [await addDeployment(server.context), await addDeployment(server.context)];
    const [first, second] = [await serve(one.id), await serve(other.id, one.id)];
    const run = await createRun(server, one);
    await heardDue(second, one);
    await take(run);
    await createRun(server, other);
    await heardDue(second, other);
    await createRun(server, one);
    expect(await heardDue(first, one)).toEqual(new Set([one.id]));
  });

  test("a scheduled time wakes when it comes, the next one too, also those that were set before", async () => {
    const deployment = await addDeployment(server.context);
    const before = inSeconds(5);
    const first = await createRun(server, deployment, scheduledAt(before));
    const socket = await serve(deployment.id);
    const after = inSeconds(9);
    await createRun(server, deployment, scheduledAt(after));
    await heardDue(socket, deployment);
    const heardAt = formatTimestamp(clock.now());
    expect(heardAt >= before && heardAt < after).toBe(true);
    await take(first);
    await heardDue(socket, deployment);
    expect(formatTimestamp(clock.now()) >= after).toBe(true);
  });

  test("runs that nobody has taken wake again later", async () => {
    const deployment = await addDeployment(server.context);
    await createRun(server, deployment);
    const socket = await serve(deployment.id);
    const due = { type: "due", deployment_ids: [deployment.id] };
    expect(await heard(socket)).toEqual(due);
    expect(await heard(socket)).toEqual(due);
  });

  test("a run that is to stop is named, also to who comes later", async () => {
    const deployment = await addDeployment(server.context);
    const socket = await serve(deployment.id);
    const run = await createRun(server, deployment, { type: "RUNNING" });
    await server.call("POST", `/flow_runs/${run.id}/set_state`, { state: { type: "CANCELLING" } });
    const stopping = { type: "cancelling", flow_run_id: run.id, deployment_id: deployment.id };
    expect(await heardStopping(socket)).toEqual(stopping);
    expect(await heardStopping(await serve(deployment.id))).toEqual(stopping);
    await server.call("POST", `/flow_runs/${run.id}/set_state`, { state: { type: "CANCELLED" } });
    expect(await heardStopping(socket)).toEqual(stopping);
  });

  test("a deployment is ready while it is served", async () => {
    const deployment = await addDeployment(server.context);
    const stored = () =>
      server.context.db.read
        .selectFrom("deployment")
        .select(["status", "last_polled"])
        .where("id", "=", deployment.id)
        .executeTakeFirstOrThrow();
    expect(await stored()).toEqual({ status: "NOT_READY", last_polled: null });
    const socket = await serve(deployment.id);
    const polledAfter = (moment: number) =>
      expect
        .poll(async () => {
          await clock.advance(0.5);
          return Number((await stored()).last_polled);
        })
        .toBeGreaterThan(moment);
    await polledAfter(0);
    expect((await stored()).status).toBe("READY");
    await polledAfter(addSeconds(clock.now(), 10));
    await socket.close();
  });

  test("a later message replaces the deployments, and one that makes no sense ends the connection with the reason", async () => {
    const [one, other] = [await addDeployment(server.context), await addDeployment(server.context)];
    const socket = await serve(one.id);
    socket.send({ type: "subscribe", deployment_ids: [other.id] });
    expect(await socket.next()).toEqual({ type: "subscribed", deployment_ids: [other.id] });
    await createRun(server, one);
    await createRun(server, other);
    expect(await heardDue(socket, other)).toEqual(new Set([other.id]));
    socket.send({ type: "subscribe", deployment_ids: ["nightly"] });
    expect(await socket.closed).toMatchObject({ code: 1002, reason: expect.stringContaining("deployment_ids") });
  });
});

describe("waking through two servers on one PostgreSQL", () => {
  test("runs that are made and stopped on one server wake who is connected to the other", async () => {
    const database = await openDatabase("postgresql");
    const [one, other] = [await startTestServer(database.url), await startTestServer(database.url)];
    const deployment = await addDeployment(one.context);
    const socket = await subscribe(await other.listen(), deployment.id);
    const run = await createRun(one, deployment);
    const heard = async (type: WakingMessage["type"]) => {
      let message = await socket.next<WakingMessage>();
      while (message.type !== type) message = await socket.next<WakingMessage>();
      return message;
    };
    expect(await heard("due")).toEqual({ type: "due", deployment_ids: [deployment.id] });
    await one.call("POST", `/flow_runs/${run.id}/set_state`, { state: { type: "CANCELLING" } });
    expect(await heard("cancelling")).toMatchObject({ flow_run_id: run.id, deployment_id: deployment.id });
    await socket.close();
    await Promise.all([one.stop(), other.stop()]);
    await database.dispose();
  });
});
