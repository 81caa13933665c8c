import type { Deployment, Flow } from "@ostinato/protocol";
import { fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../../test/harness.ts";

describeOnEachDatabase("what Prefect's pages ask of the deployments of flows", (database) => {
  let server: TestServer;
  const flows: string[] = [];
  beforeAll(async () => {
    server = await startTestServer(database.url, { clock: fakeClock("2030-01-01T00:00:00Z") });
    for (const name of ["two", "one", "none"]) {
      flows.push((await server.call<Flow>("POST", "/flows/", { name })).body.id);
    }
    for (const [flow, cron] of [
      [flows[0], "0 9 * * *"],
      [flows[0], "0 6 * * *"],
      [flows[1], "0 7 * * *"],
    ] as const) {
      const body = { name: cron.slice(2, 3), flow_id: flow, schedules: [{ schedule: { cron } }] };
      await server.call<Deployment>("POST", "/deployments/", body);
    }
  });
  afterAll(() => server.stop());

  const gone = "01a1ffcc-addd-7f39-ab35-9dbee5f5ca55";
  const ask = (what: string, flow_ids: readonly string[]) => server.call("POST", `/ui/flows/${what}`, { flow_ids });

  test("how many there are of each", async () => {
    const [two = "", one = "", none = ""] = flows;
    const { body } = await ask("count-deployments", [...flows, gone]);
    expect(body).toEqual({ [two]: 2, [one]: 1, [none]: 0, [gone]: 0 });
  });

  test("which run of each is the next", async () => {
    const [two = "", one = "", none = ""] = flows;
    const { body } = await ask("next-runs", [...flows, gone]);
    const waiting = { state_name: "Scheduled", state_type: "SCHEDULED" };
    expect(body).toMatchObject({
      [two]: { ...waiting, flow_id: two, next_scheduled_start_time: "2030-01-01T06:00:00Z" },
      [one]: { ...waiting, flow_id: one, next_scheduled_start_time: "2030-01-01T07:00:00Z" },
      [none]: null,
      [gone]: null,
    });
  });

  test.each(["count-deployments", "next-runs"])("of at most 200 flows at once: %s", async (what) => {
    expect(await ask(what, Array(201).fill(gone))).toMatchObject({ status: 422 });
    expect(await ask(what, Array(200).fill(gone))).toMatchObject({ status: 200, body: {} });
    expect(await ask(what, [])).toMatchObject({ status: 200, body: {} });
    expect(await server.call("POST", `/ui/flows/${what}`, {})).toMatchObject({ status: 422 });
  });
});
