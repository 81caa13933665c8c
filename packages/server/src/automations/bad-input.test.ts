import { formatTimestamp, randomId } from "@ostinato/core";
import type { AutomationTest, EventPage } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AutomationTrial, automationTrial } from "../../test/automation-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";

const hidden = "hunter2-hunter2";

describeOnEachDatabase("automations with bad input", (database) => {
  let server: TestServer;
  let clock: FakeClock;
  let trial: AutomationTrial;
  let secretBlock: string;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
    trial = automationTrial(server, clock);
    secretBlock = await secret();
  });
  afterAll(() => server.stop());

  async function secret(): Promise<string> {
    const type = await server.call<{ id: string }>("GET", "/block_types/slug/secret");
    const schemas = { block_schemas: { block_type_id: { any_: [type.body.id] } } };
    const [schema] = (await server.call<{ id: string }[]>("POST", "/block_schemas/filter", schemas)).body;
    const about = { block_type_id: type.body.id, block_schema_id: schema?.id };
    const given = { name: "kept", data: { value: hidden }, ...about };
    return (await server.call<{ id: string }>("POST", "/block_documents/", given)).body.id;
  }

  /** What the action of a firing says, all of it. */
  async function toldOf(body: string): Promise<string> {
    const trigger = { type: "event", posture: "Reactive", expect: ["bad.happened"] };
    const actions = [{ type: "send-notification", block_document_id: secretBlock, body }];
    const automation = await trial.create(trigger, { actions });
    await trial.happen({ event: "bad.happened" });
    await trial.count();
    await server.tick("automation-actions");
    const filter = { resource: { id: [`prefect.automation.${automation.id}`] } };
    const { body: found } = await server.call<EventPage>("POST", "/events/filter", { filter, limit: 50 });
    await server.call("DELETE", `/automations/${automation.id}`);
    expect(found.events.map(({ event }) => event)).toContain("prefect.automation.action.failed");
    return JSON.stringify(found.events);
  }

  describe("a template", () => {
    test("that loops without end fails the action, and says so", async () => {
      const loops = "{% for a in range(100000) %}{% for b in range(100000) %}xxxxxxxx{% endfor %}{% endfor %}";
      expect(await toldOf(loops)).toContain("Template rendering failed");
    });

    /** What the body of a message would be, or why it would not be. */
    async function previewOf(body: string): Promise<string> {
      const trigger = { type: "event", posture: "Reactive", expect: ["seen.happened"] };
      const actions = [{ type: "send-notification", block_document_id: secretBlock, body }];
      const automation = { name: "seen", trigger, actions };
      const { status, body: tested } = await server.call<AutomationTest>("POST", "/automations/test", { automation });
      expect(status).toBe(200);
      const [preview] = tested.firings[0]?.actions ?? [];
      return preview?.problem ?? String(preview?.rendered.body);
    }

    test("that reaches for the process finds nothing", async () => {
      await trial.happen({ event: "seen.happened", of: "lake" });
      expect(await previewOf("{{ event.resource.id }}")).toBe("lake");
      for (const body of [
        "{{ event.constructor.constructor('return process')().env }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ self.__init__.__globals__ }}",
        "{{ event.resource.__proto__.constructor }}",
        "{{ process.env }}{{ globalThis.process.env }}",
      ]) {
        const told = await previewOf(body);
        expect(told).not.toContain("function");
        expect(told).not.toContain(process.env.PATH ?? "PATH");
      }
    });

    test("that prints all that it knows prints no secret", async () => {
      await trial.happen({ event: "seen.happened", of: `prefect.block-document.${secretBlock}` });
      const all = ["event", "automation", "firing", "firings", "events", "labels", "variables", "block", "secrets"];
      const told = await previewOf(all.map((name) => `{{ ${name} }}`).join("\n"));
      expect(told).toContain("seen.happened");
      expect(told).not.toContain(hidden);
    });
  });

  test("an event with 500 related resources is refused as a whole, and one with the most that there may be fires by the last", async () => {
    const related = Array.from({ length: 500 }, (_, index) => ({
      "prefect.resource.id": `part.${index}`,
      "prefect.resource.role": "part",
    }));
    const trigger = {
      type: "event",
      posture: "Reactive",
      expect: ["many.came"],
      match_related: { "prefect.resource.role": "part", "prefect.resource.id": "part.99" },
    };
    const automation = await trial.create(trigger);
    const event = {
      id: randomId(),
      occurred: formatTimestamp(clock.now()),
      event: "many.came",
      resource: { "prefect.resource.id": "whole" },
      related,
      payload: {},
    };
    const { status, body } = await server.call<{ exception_detail: unknown }>("POST", "/events", [event]);
    expect({ status, told: body.exception_detail }).toMatchObject({
      status: 422,
      told: [{ loc: ["body", 0, "related"], msg: "At most 100 related resources are allowed" }],
    });
    await trial.happen({ event: "many.came", related: related.slice(0, 100) });
    await trial.count();
    expect(await trial.firings(automation)).toHaveLength(1);
  });

  test("10,000 firings at once are each told once", { timeout: 120_000 }, async () => {
    const trigger = { type: "event", posture: "Reactive", expect: ["flood.came"] };
    const count = async (name: string, prefix: string) => {
      const filter = { event: { name: [name] }, resource: { id_prefix: [prefix] } };
      const page = await server.call<EventPage>("POST", "/events/filter", { filter, limit: 1 });
      return page.body.total;
    };
    const automations = 100;
    const events = 100;
    for (let index = 0; index < automations; index += 1) {
      await trial.create(trigger, { name: `flood ${index}`, actions: index === 0 ? [{ type: "do-nothing" }] : [] });
    }
    const before = await count("prefect.automation.triggered", "prefect.automation.");
    await trial.happen(...Array.from({ length: events }, () => ({ event: "flood.came" })));
    await trial.count();
    await server.tick("automation-actions");
    const after = await count("prefect.automation.triggered", "prefect.automation.");
    expect(after - before).toBe(automations * events);
    const first = await server.call<{ id: string }[]>("POST", "/automations/filter", {
      automations: { name: { any_: ["flood 0"] } },
    });
    const history = await server.call<{ count: number }>("GET", `/automations/${first.body[0]?.id}/firings?limit=1`);
    expect(history.body.count).toBe(events);
    expect(await count("prefect.automation.action.executed", `prefect.automation.${first.body[0]?.id}`)).toBe(events);
  });
});
