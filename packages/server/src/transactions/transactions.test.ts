import type { FlowRunPage, SlotWakingMessage, StoredResult, TransactionKey } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { story } from "../../test/page-fixtures.ts";
import { slotsOn } from "../../test/slots-harness.ts";
import { openTestSocket } from "../../test/socket-harness.ts";

interface Begun {
  readonly record: StoredResult | null;
  readonly lease_id: string | null;
}

const preview = { kind: "scalar", size_bytes: 1, truncated: false, value: 1 };

describeOnEachDatabase("transactions", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  let other: TestServer;
  let address: string;
  let made = 0;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
    other = database.name === "postgresql" ? await startTestServer(database.url, { clock }) : server;
    address = await server.listen();
  });
  afterAll(async () => {
    await server.stop();
    if (other !== server) await other.stop();
  });

  const id = () => {
    made += 1;
    return `01a1ffcc-addd-7f39-ab37-${String(made).padStart(12, "0")}`;
  };
  const newKey = () => `load ${id()}`;
  const begin = (key: string, more: object = {}, on = server) =>
    on.call<Begun>("POST", "/transactions/begin", { key, lease_duration: 60, ...more });
  const commit = (keys: readonly object[], cached: readonly object[] = []) =>
    server.call<{ readonly code?: string }>("POST", "/transactions/commit", { keys, cached });
  const rollBack = (lease_ids: readonly (string | null)[]) =>
    server.call("POST", "/transactions/rollback", { lease_ids, result_ids: [], flow_run_ids: [] });
  const committed = (key: string, lease_id: string | null, value: number, more: object = {}) => ({
    id: id(),
    key,
    lease_id,
    record: { format: "devalue", data: `[${value}]`, preview, ...more },
  });

  test("one holds a key at a time; those that come next find what it has committed", async () => {
    const key = newKey();
    const { status, body } = await begin(key);
    expect({ status, body }).toEqual({ status: 200, body: { record: null, lease_id: expect.any(String) } });
    expect((await begin(key, {}, other)).status).toBe(423);
    expect((await begin(key, { lock: false })).body).toEqual({ record: null, lease_id: null });
    expect((await commit([committed(key, body.lease_id, 1)])).status).toBe(204);
    const later = await begin(key, {}, other);
    expect(later.body).toMatchObject({ lease_id: null, record: { data: "[1]", format: "devalue" } });
  });

  test("that overwrite get the lock of a key that is committed, and others get their value from then on", async () => {
    const key = newKey();
    await commit([committed(key, (await begin(key)).body.lease_id, 1)]);
    const again = await begin(key, { overwrite: true });
    expect(again.body).toMatchObject({ record: null, lease_id: expect.any(String) });
    expect((await begin(key)).body.record).toMatchObject({ data: "[1]" });
    await clock.advance(1);
    await commit([committed(key, again.body.lease_id, 2)]);
    expect((await begin(key)).body.record).toMatchObject({ data: "[2]" });
  });

  test("are committed once, however often the answer is lost", async () => {
    const key = newKey();
    const body = committed(key, (await begin(key)).body.lease_id, 1);
    expect((await commit([body])).status).toBe(204);
    expect((await commit([body])).status).toBe(204);
    expect((await begin(key)).body.record).toMatchObject({ id: body.id });
  });

  test("that are rolled back leave their key to the next one, which is told at once", async () => {
    const key = newKey();
    const [first, second] = [id(), id()];
    const { lease_id } = (await begin(key)).body;
    expect((await begin(key, { waiter_id: first }, other)).status).toBe(423);
    expect((await begin(key, { waiter_id: second })).status).toBe(423);
    const socket = await openTestSocket(address, "/concurrency/wake");
    socket.send({ type: "subscribe", waiter_ids: [second, first] });
    await socket.next();
    await rollBack([lease_id]);
    expect(await socket.next<SlotWakingMessage>()).toEqual({ type: "free", waiter_id: first });
    expect((await begin(key, { waiter_id: second })).status).toBe(423);
    expect((await begin(key, { waiter_id: first })).body).toEqual({ record: null, lease_id: first });
    await commit([committed(key, first, 1)]);
    expect(await socket.next<SlotWakingMessage>()).toEqual({ type: "free", waiter_id: second });
    expect((await begin(key, { waiter_id: second })).body).toMatchObject({ lease_id: null, record: { data: "[1]" } });
    await socket.close();
  });

  test("whose process is dead give their key back within the lease, and can't commit any more", async () => {
    const key = newKey();
    const dead = (await begin(key)).body.lease_id;
    expect((await begin(key)).status).toBe(423);
    await slotsOn(server, clock).hear(62);
    const next = await begin(key);
    expect(next.body).toMatchObject({ record: null, lease_id: expect.any(String) });
    expect(await commit([committed(key, dead, 1)])).toMatchObject({ status: 410, body: { code: "LEASE_ENDED" } });
    expect((await commit([committed(key, next.body.lease_id, 2)])).status).toBe(204);
    expect((await begin(key)).body.record).toMatchObject({ data: "[2]" });
  });

  test("are shown by their key and on the pages of their runs, and a key that is forgotten is executed again", async () => {
    const key = newKey();
    const told = story(server);
    const flow = await told.flow("load");
    const [first, second] = [
      await told.flowRun(flow, { states: [{ type: "RUNNING", at: 1 }] }),
      await told.flowRun(flow, { states: [{ type: "RUNNING", at: 1 }] }),
    ];
    const by = (run: string) => ({ holder: { type: "flow_run", id: run } });
    const read = async () =>
      (await server.call<TransactionKey>("GET", `/transactions/key?key=${encodeURIComponent(key)}`)).body;
    const page = async (run: string) => (await server.call<FlowRunPage>("GET", `/ui/flow_runs/${run}`)).body;
    expect(await read()).toEqual({ key, committed: null, holder: null, waiting: [], waiting_count: 0 });

    const { lease_id } = (await begin(key, by(first))).body;
    expect((await begin(key, { ...by(second), waiter_id: id() })).status).toBe(423);
    expect(await read()).toMatchObject({ holder: { flow_run_id: first }, waiting: [{ flow_run_id: second }] });
    const lock = { limit: `transaction:${key}`, slots: 1, since: expect.any(String), task_run_name: null };
    expect((await page(first)).holds).toEqual([lock]);
    expect(await page(second)).toMatchObject({
      holds: [],
      waiting: {
        cause: "limit",
        reason: `Another transaction with the key ${JSON.stringify(key)} is under way. It is number 1 of 1 in line.`,
      },
    });

    await commit([committed(key, lease_id, 1)]);
    expect((await page(first)).holds).toEqual([]);
    expect(await read()).toMatchObject({ committed: { preview: { value: 1 } }, holder: null });
    const forget = () => server.call("POST", "/transactions/forget", { key });
    expect(await forget()).toMatchObject({ status: 200, body: { forgotten: true } });
    expect(await forget()).toMatchObject({ status: 200, body: { forgotten: false } });
    expect((await read()).committed).toBeNull();
  });

  test("of several keys are committed together or not at all", async () => {
    const [one, two] = [newKey(), newKey()];
    const [own, given] = [(await begin(one)).body.lease_id, (await begin(two)).body.lease_id];
    await rollBack([given]);
    expect((await commit([committed(one, own, 1), committed(two, given, 2)])).status).toBe(410);
    expect((await begin(two)).body.record).toBeNull();
    expect((await begin(one)).status).toBe(423);
    expect((await commit([committed(one, own, 1)])).status).toBe(204);
  });

  test("of a key that has expired are executed again", async () => {
    const key = newKey();
    const expires = "2030-06-01T00:00:00Z";
    await commit([committed(key, (await begin(key)).body.lease_id, 1, { expires })]);
    expect((await begin(key)).body.record).toMatchObject({ data: "[1]" });
    const before = clock.now();
    clock.set((before + 366 * 86_400 * 1_000_000) as typeof before);
    expect((await begin(key)).body).toMatchObject({ record: null, lease_id: expect.any(String) });
  });

  test.each([
    { body: { key: "" }, says: "key" },
    { body: { key: "x".repeat(501) }, says: "key" },
    { body: { key: "a", lease_duration: 1 }, says: "lease_duration" },
    { body: { key: "a", locked: true }, says: "locked" },
  ])("are refused with the name of the field: $says", async ({ body, says }) => {
    const refused = await server.call("POST", "/transactions/begin", body);
    expect(refused.status).toBe(422);
    expect(JSON.stringify(refused.body)).toContain(says);
  });
});
