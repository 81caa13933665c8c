import { addSeconds, formatTimestamp } from "@ostinato/core";
import type { FlowRunPage } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { slotsOn } from "../../test/slots-harness.ts";

describeOnEachDatabase("why a run of a deployment waits", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  let runs: ReturnType<typeof slotsOn>;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
    runs = slotsOn(server, clock);
  });
  afterAll(() => server.stop());

  const waiting = async (id: string) => {
    const { status, body } = await server.call<FlowRunPage>("GET", `/ui/flow_runs/${id}`);
    expect(status).toBe(200);
    return body.waiting;
  };

  test("it is not due yet", async () => {
    const deployment = await runs.deployment(null, { last_polled: clock.now() });
    const scheduled_time = formatTimestamp(addSeconds(clock.now(), 3600));
    const id = await runs.run(deployment, { state: { type: "SCHEDULED", state_details: { scheduled_time } } });
    expect(await waiting(id)).toMatchObject({
      reason: "It is scheduled for later.",
      until: scheduled_time,
      line: null,
    });
  });

  test("nobody has served its deployment, or nobody does any more, since when", async () => {
    const [never, before] = [
      await runs.deployment(null),
      await runs.deployment(null, { last_polled: clock.now(), paused: 1 }),
    ];
    const since = formatTimestamp(clock.now()).slice(0, 19);
    const [first, second] = [await runs.run(never), await runs.run(before)];
    await clock.advance(61);
    expect(await waiting(first)).toMatchObject({
      reason: "Nobody has served its deployment yet.",
      hint: "Start the process that serves its deployment.",
    });
    expect(await waiting(second)).toMatchObject({
      reason: expect.stringContaining(`Nobody has served its deployment since ${since}`),
      hint: expect.stringContaining("The deployment is paused: its schedules make no more runs."),
    });
  });

  test("whoever serves it has not taken it", async () => {
    const deployment = await runs.deployment(null, { last_polled: clock.now() });
    const id = await runs.run(deployment);
    expect(await waiting(id)).toMatchObject({ reason: "Its time has come, and it is to be started now." });
  });

  test("all slots are taken: by whom since when, and how many are before it", async () => {
    const deployment = await runs.deployment(2);
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) ids.push(await runs.run(deployment));
    for (const id of ids) {
      await clock.advance(1);
      await runs.claim(id);
    }
    const [first, second, , fourth] = await Promise.all(ids.map((id) => runs.read(id)));
    expect(await waiting(fourth?.id ?? "")).toMatchObject({
      reason: "All slots of its concurrency limit are taken. It is number 2 of 3 in line.",
      until: null,
      line: {
        place: 2,
        length: 3,
        holders: [
          { flow_run_id: first?.id, flow_run_name: first?.name, since: expect.any(String) },
          { flow_run_id: second?.id, flow_run_name: second?.name, since: expect.any(String) },
        ],
      },
    });
  });

  test("its deployment is gone", async () => {
    const deployment = await runs.deployment(null);
    const id = await runs.run(deployment);
    await server.context.db.write((tx) => tx.deleteFrom("deployment").where("id", "=", deployment.id).execute());
    expect(await waiting(id)).toMatchObject({ reason: "Its deployment is gone: nothing starts it." });
  });
});
