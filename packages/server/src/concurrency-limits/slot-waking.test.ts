import type { NewConcurrencyLimit, SlotLease, SlotWakingMessage } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { openTestSocket } from "../../test/socket-harness.ts";

describeOnEachDatabase("waking those who wait for slots", (database) => {
  let server: TestServer;
  let other: TestServer;
  let address: string;
  let made = 0;
  beforeAll(async () => {
    server = await startTestServer(database.url);
    other = database.name === "postgresql" ? await startTestServer(database.url) : server;
    address = await server.listen();
  });
  afterAll(async () => {
    await server.stop();
    if (other !== server) await other.stop();
  });

  const waiter = (last: number) => `01a1ffcc-addd-7f39-ab36-${String(last).padStart(12, "0")}`;
  async function limit(slots: number) {
    made += 1;
    const name = `waking ${made}`;
    await server.call<NewConcurrencyLimit>("POST", "/v2/concurrency_limits/", { name, limit: slots });
    return name;
  }
  const take = (name: string, more: object = {}) =>
    server.call<SlotLease>("POST", "/v2/concurrency_limits/increment-with-lease", { names: [name], slots: 1, ...more });
  const giveBack = (on: TestServer, lease_id: string) =>
    on.call("POST", "/v2/concurrency_limits/decrement-with-lease", { lease_id });
  async function subscribe(...waiter_ids: readonly string[]) {
    const socket = await openTestSocket(address, "/concurrency/wake");
    socket.send({ type: "subscribe", waiter_ids });
    expect(await socket.next()).toEqual({ type: "subscribed", waiter_ids });
    return socket;
  }

  test("the first in line is told when a slot is given back, on this server or another, and the next one after it", async () => {
    const name = await limit(1);
    const { body: first } = await take(name);
    for (const last of [1, 2]) expect((await take(name, { waiter_id: waiter(last) })).status).toBe(423);
    const socket = await subscribe(waiter(2), waiter(1));
    await giveBack(other, first.lease_id);
    expect(await socket.next<SlotWakingMessage>()).toEqual({ type: "free", waiter_id: waiter(1) });
    const second = await take(name, { waiter_id: waiter(1) });
    expect(second.body).toMatchObject({ lease_id: waiter(1), limits: [{ name, limit: 1 }] });
    await giveBack(server, waiter(1));
    expect(await socket.next<SlotWakingMessage>()).toEqual({ type: "free", waiter_id: waiter(2) });
    await socket.close();
  });

  test("whoever leaves the line lets the next one go", async () => {
    const name = await limit(2);
    const { body: held } = await take(name, { slots: 1 });
    expect((await take(name, { slots: 2, waiter_id: waiter(3) })).status).toBe(423);
    expect((await take(name, { slots: 1, waiter_id: waiter(4) })).status).toBe(423);
    const socket = await subscribe(waiter(4));
    await giveBack(server, waiter(3));
    expect(await socket.next<SlotWakingMessage>()).toEqual({ type: "free", waiter_id: waiter(4) });
    expect((await take(name, { slots: 1, waiter_id: waiter(4) })).status).toBe(200);
    await giveBack(server, held.lease_id);
    await socket.close();
  });

  test("asking again after a lost answer gives the same slots", async () => {
    const name = await limit(1);
    const [one, two] = [await take(name, { waiter_id: waiter(5) }), await take(name, { waiter_id: waiter(5) })];
    expect(one.body).toEqual(two.body);
    expect((await take(name)).status).toBe(423);
  });

  test("what is not a subscription closes the connection with a sentence", async () => {
    const socket = await openTestSocket(address, "/concurrency/wake");
    socket.send({ type: "subscribe", waiter_ids: ["one"] });
    expect(await socket.closed).toMatchObject({ code: 1002 });
  });
});
