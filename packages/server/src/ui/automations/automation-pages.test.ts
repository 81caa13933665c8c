import type {
  Dashboard,
  Flow,
  listAutomations,
  ReplyOf,
  readAutomationChoices,
  readAutomationPage,
  readEventPage,
  search,
  Webhook,
} from "@ostinato/protocol";
import { fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AutomationTrial, automationTrial } from "../../../test/automation-harness.ts";
import { startTestServer, type TestServer } from "../../../test/harness.ts";

describeOnEachDatabase("the pages of automations", (database) => {
  let server: TestServer;
  let trial: AutomationTrial;
  beforeAll(async () => {
    const clock = fakeClock();
    server = await startTestServer(database.url, { clock });
    trial = automationTrial(server, clock);
  });
  afterAll(() => server.stop());

  type List = ReplyOf<typeof listAutomations>;
  const list = async (body: object = {}) => (await server.call<List>("POST", "/ui/automations/list", body)).body;
  type EventOnPage = ReplyOf<typeof readEventPage>;
  const gone = "0192f000-0000-7000-8000-000000000000";

  test("list them by name with their firings, what became of each, and the names of what they mention", async () => {
    const { body: flow } = await server.call<Flow>("POST", "/flows/", { name: "train" });
    const related = { "prefect.resource.role": "flow", "prefect.resource.id": `prefect.flow.${flow.id}` };
    const trigger = (event: string, given: object = {}) => ({
      type: "event",
      posture: "Reactive",
      expect: [event],
      ...given,
    });
    await trial.create(trigger("order.paid"), { name: "beta" });
    await trial.create(trigger("order.lost", { match_related: related }), {
      name: "Alpha",
      actions: [{ type: "pause-deployment", source: "selected", deployment_id: gone }],
      enabled: true,
    });
    await trial.create(trigger("order.lost"), { name: "off", enabled: false });
    await trial.happen({ event: "order.paid" });
    await trial.count();
    const [lost = ""] = await trial.happen({
      event: "order.lost",
      related: [{ "prefect.resource.role": "flow", "prefect.resource.id": `prefect.flow.${flow.id}` }],
    });
    await trial.count();
    await server.tick("automation-actions");

    const { results, count, total, names } = await list();
    expect(results.map(({ automation }) => automation.name)).toEqual(["Alpha", "beta", "off"]);
    expect({ count, total }).toEqual({ count: 3, total: 3 });
    const [alpha, beta, off] = results;
    expect(alpha?.firings).toMatchObject([{ trigger_state: "Triggered", outcome: "FAILED" }]);
    expect(alpha?.firings[0]?.reason).toMatch(/deployment/i);
    expect(beta?.firings).toMatchObject([{ outcome: "EXECUTED", reason: null }]);
    expect(off?.firings).toEqual([]);
    expect(names).toEqual([{ id: flow.id, kind: "flow", name: "train", of: null }]);

    const { body: dashboard } = await server.call<Dashboard>("POST", "/ui/dashboard", {
      since: "2000-01-01T00:00:00Z",
      until: "2100-01-01T00:00:00Z",
    });
    expect(dashboard.automations).toEqual([
      {
        id: alpha?.automation.id,
        name: "Alpha",
        failures: 1,
        at: expect.any(String),
        reason: alpha?.firings[0]?.reason,
      },
    ]);
    const firing = alpha?.firings[0]?.id ?? "";
    const read = async (id: string) => (await server.call<EventOnPage>("GET", `/ui/events/${id}`)).body;
    const ledToByFiring = (await read(firing)).led_to.map(({ event }) => event);
    expect(ledToByFiring).toEqual(["prefect.automation.action.failed", "prefect.automation.action.triggered"]);
    expect((await read(lost)).led_to.map(({ id }) => id)).toContain(firing);

    expect((await list({ text: "ALP" })).results.map(({ automation }) => automation.name)).toEqual(["Alpha"]);
    const switchedOff = await list({ enabled: false });
    expect(switchedOff).toMatchObject({ count: 1, total: 3, results: [{ automation: { name: "off" } }] });
  });

  test("show an automation with those that switch it", async () => {
    const trigger = { type: "event", posture: "Reactive", expect: ["tick"] };
    const one = await trial.create(trigger, { name: "switched" });
    await trial.create(trigger, {
      name: "switch",
      actions: [{ type: "pause-automation", source: "selected", automation_id: one.id }],
    });
    const { body } = await server.call<ReplyOf<typeof readAutomationPage>>("GET", `/ui/automations/${one.id}`);
    expect(body).toMatchObject({ automation: { name: "switched" }, owner: null, switched_by: [{ name: "switch" }] });
    const missing = await server.call("GET", `/ui/automations/${gone}`);
    expect(missing).toMatchObject({ status: 404, body: { code: "AUTOMATION_NOT_FOUND" } });
  });

  test("are found by the search, as are webhooks, assets, and events by their names and ids", async () => {
    const found = async (text: string) => {
      const { body } = await server.call<ReplyOf<typeof search>>("GET", `/ui/search?q=${encodeURIComponent(text)}`);
      return body.hits.map(({ kind, name, detail }) => ({ kind, name, detail }));
    };
    const automation = await trial.create(
      { type: "event", posture: "Reactive", expect: ["none"] },
      { name: "Tell lake" },
    );
    const { body } = await server.call<{ webhook: Webhook }>("POST", "/webhooks/", { name: "lake files" });
    const [happened = ""] = await trial.happen({
      event: "prefect.asset.materialization.succeeded",
      of: { "prefect.resource.id": "s3://lake/a.csv", "prefect.resource.name": "Trips" },
    });
    await server.tick("consumer assets");
    const asset = { kind: "asset", name: "s3://lake/a.csv", detail: "Trips" };
    expect(await found("LAKE")).toEqual([
      { kind: "automation", name: "Tell lake", detail: null },
      { kind: "webhook", name: "lake files", detail: null },
      asset,
    ]);
    expect(await found("trips")).toEqual([asset]);
    const name = "prefect.asset.materialization.succeeded";
    expect(await found("asset.mat")).toEqual([{ kind: "event-type", name, detail: null }]);
    expect(await found(automation.id)).toMatchObject([{ kind: "automation", name: "Tell lake" }]);
    expect(await found(body.webhook.id)).toMatchObject([{ kind: "webhook", name: "lake files" }]);
    expect(await found(happened)).toMatchObject([{ kind: "event", name }]);
  });

  test("tell what an automation can be made about", async () => {
    await server.call("POST", "/work_pools/", { name: "gpu", type: "process" });
    const { body } = await server.call<ReplyOf<typeof readAutomationChoices>>("GET", "/ui/automations/choices");
    expect(body.work_pools).toMatchObject([{ kind: "work-pool", name: "gpu", of: null }]);
    expect(body.work_queues).toMatchObject([{ name: "default", of: "gpu" }]);
    expect(body.flows).toMatchObject([{ name: "train" }]);
    expect(body).toMatchObject({ notifiers: [], webhooks: [], deployments: [] });
  });
});
