import type {
  ActionsRun,
  Automation,
  AutomationTest,
  automationFirings,
  EventPage,
  FlowRun,
  ReplyOf,
} from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AutomationTrial, automationTrial } from "../../test/automation-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";

type History = ReplyOf<typeof automationFirings>;

const hour = 3600;
const day = 24 * hour;

describeOnEachDatabase("the firings of automations", (database) => {
  let server: TestServer;
  let clock: FakeClock;
  let trial: AutomationTrial;
  let names = 0;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
    trial = automationTrial(server, clock);
  });
  afterAll(() => server.stop());

  function unusedEvent(): string {
    names += 1;
    return `trial.${names}.happened`;
  }

  const reactive = (expected: string, fields: object = {}) => ({
    type: "event",
    posture: "Reactive",
    expect: [expected],
    ...fields,
  });

  async function make(path: string, body: object): Promise<string> {
    const { status, body: made } = await server.call<{ id: string }>("POST", path, body);
    expect({ path, status, made }).toMatchObject({ status: expect.toSatisfy((code: number) => code < 300) });
    return made.id;
  }

  async function deployment(fields: object = {}): Promise<string> {
    const flow_id = await make("/flows/", { name: "train" });
    return make("/deployments/", { name: unusedEvent(), flow_id, ...fields });
  }

  describe("that would have been", () => {
    async function tested(trigger: object, fields: object = {}, range: object = {}): Promise<AutomationTest> {
      const automation = { name: "trial", trigger, actions: [{ type: "do-nothing" }], ...fields };
      const { status, body } = await server.call<AutomationTest>("POST", "/automations/test", { automation, ...range });
      expect({ status, body }).toMatchObject({ status: 200 });
      return body;
    }

    test("are those that the same events bring about", async () => {
      const expected = unusedEvent();
      const trigger = reactive(expected, { threshold: 2, within: 60, for_each: ["prefect.resource.id"] });
      const automation = await trial.create(trigger);
      const of = (id: string) => ({ event: expected, of: id });
      await trial.happen(of("a"), of("b"), of("a"));
      await clock.advance(90);
      await trial.happen(of("b"));
      await clock.advance(10);
      await trial.happen(of("b"), of("a"));
      await trial.count();
      const replayed = await tested(trigger);
      expect(replayed).toMatchObject({ complete: true, events_read: 6, events_matched: 6, count: 2 });
      const real = (await trial.firings(automation)).map(({ payload }) => payload.triggering_labels);
      expect(replayed.firings.map(({ labels }) => labels)).toEqual(real);
      expect(replayed.firings.map(({ events }) => events.map(({ id }) => id))).toEqual(
        (await trial.causes(automation)).map((id) => [id]),
      );
    });

    test("include those by deadlines that passed", async () => {
      const [begins, ends] = [unusedEvent(), unusedEvent()];
      const trigger = { type: "event", posture: "Proactive", after: [begins], expect: [ends], within: 60 };
      await trial.happen({ event: begins });
      await clock.advance(30);
      await trial.happen({ event: ends });
      await clock.advance(100);
      const [second] = await trial.happen({ event: begins });
      await clock.advance(100);
      const { count, firings } = await tested(trigger);
      expect({ count, causes: firings.map(({ events }) => events.map(({ id }) => id)) }).toEqual({
        count: 1,
        causes: [[second]],
      });
    });

    test("name all events of a sequence, and count only in their order", async () => {
      const [first, second] = [unusedEvent(), unusedEvent()];
      const trigger = { type: "sequence", within: 60, triggers: [reactive(first), reactive(second)] };
      await trial.happen({ event: second });
      await clock.advance(100);
      const [one] = await trial.happen({ event: first });
      await clock.advance(1);
      const [two] = await trial.happen({ event: second });
      const { firings } = await tested(trigger);
      expect(firings.map(({ events }) => events.map(({ id }) => id))).toEqual([[one, two]]);
    });

    test("say what their actions would be, and do nothing", async () => {
      const expected = unusedEvent();
      const runs = await deployment();
      const gone = "0192f000-0000-7000-8000-00000000dead";
      await trial.happen({ event: expected, of: { "prefect.resource.id": "lake", region: "north" } });
      const { firings } = await tested(reactive(expected), {
        actions: [
          {
            type: "run-deployment",
            source: "selected",
            deployment_id: runs,
            parameters: { region: "{{ event.resource.region }}", events: "{{ events | length }}" },
          },
          { type: "run-deployment", source: "selected", deployment_id: gone },
          { type: "cancel-flow-run" },
        ],
        actions_on_trigger: [{ type: "call-webhook", block_document_id: gone, payload: "{{ event.event }}" }],
      });
      expect(firings.flatMap(({ actions }) => actions)).toEqual([
        {
          list: "actions",
          index: 0,
          type: "run-deployment",
          target: `prefect.deployment.${runs}`,
          rendered: { parameters: { region: "north", events: 1 } },
          problem: null,
        },
        expect.objectContaining({ index: 1, problem: expect.stringContaining("not found") }),
        expect.objectContaining({ index: 2, target: null, problem: "No flow run could be inferred" }),
        expect.objectContaining({
          list: "actions_on_trigger",
          index: 0,
          rendered: { payload: "prefect.automation.triggered" },
          problem: expect.stringContaining("not found"),
        }),
      ]);
      const { body } = await server.call<FlowRun[]>("POST", "/flow_runs/filter", {
        deployments: { id: { any_: [runs] } },
      });
      expect(body).toEqual([]);
      const { body: told } = await server.call<EventPage>("POST", "/events/filter", {
        filter: {
          event: { prefix: ["prefect.automation."] },
          text: { query: "trial" },
          occurred: { since: new Date(clock.now() / 1000).toISOString() },
        },
      });
      expect(told.events).toEqual([]);
    });

    test("are looked for in the time that was asked for, of which the answer tells", async () => {
      const expected = unusedEvent();
      await trial.happen({ event: expected, ago: 5 * day }, { event: expected, ago: 2 * day });
      expect(await tested(reactive(expected))).toMatchObject({ count: 2, complete: true });
      expect(await tested(reactive(expected), {}, { days: 3 })).toMatchObject({ count: 1 });
      const since = new Date(clock.now() / 1000 - hour * 1000).toISOString();
      const recent = await tested(reactive(expected), {}, { since });
      expect(recent).toMatchObject({ count: 0, firings: [], events_read: 0 });
      expect(Date.parse(recent.since)).toBe(Date.parse(since));
    });

    test("are all counted, and the latest shown", async () => {
      const expected = unusedEvent();
      const ids = await trial.happen(
        ...Array.from({ length: 450 }, (_, index) => ({ event: expected, ago: 450 - index })),
      );
      const { count, firings, complete } = await tested(reactive(expected));
      expect({ count, complete }).toEqual({ count: 450, complete: true });
      expect(firings.map(({ events }) => events[0]?.id)).toEqual(ids.slice(-20));
    });

    test("end at a bound, and the answer says how far they go", async () => {
      // A month of windows of ten seconds.
      const trigger = { type: "event", posture: "Proactive", expect: [unusedEvent()], within: 10 };
      const { count, complete, since, until } = await tested(trigger, {}, { days: 30 });
      expect({ count, complete }).toEqual({ count: 100_000, complete: false });
      expect((Date.parse(until) - Date.parse(since)) / 1000).toBeCloseTo(100_000 * 10, -2);
    });

    test("are refused for an automation that could not be saved, and for a time that is too long ago", async () => {
      const automation = { name: "", trigger: reactive("a", { threshold: 0 }), actions: [] };
      const refusals = [
        { automation },
        { automation: { ...automation, trigger: reactive("a") }, since: "2001-01-01T00:00:00Z" },
        { automation: { ...automation, trigger: reactive("a") }, days: 31 },
      ];
      for (const body of refusals) {
        expect(await server.call("POST", "/automations/test", body)).toMatchObject({ status: 422 });
      }
    });
  });

  describe("that were", () => {
    async function history({ id }: Pick<Automation, "id">, query = ""): Promise<History> {
      const { status, body } = await server.call<History>("GET", `/automations/${id}/firings${query}`);
      expect({ status, body }).toMatchObject({ status: 200 });
      return body;
    }

    test("tell their events and what became of each action", async () => {
      const expected = unusedEvent();
      const runs = await deployment();
      const automation = await trial.create(reactive(expected), {
        actions: [{ type: "run-deployment", source: "selected", deployment_id: runs }, { type: "cancel-flow-run" }],
        actions_on_trigger: [{ type: "do-nothing" }],
      });
      const [cause] = await trial.happen({ event: expected });
      await trial.count();
      const outcomes = ({ firings }: History) => firings[0]?.actions.map(({ outcome }) => outcome);
      expect(outcomes(await history(automation))).toEqual(["PENDING", "PENDING", "PENDING"]);
      await server.tick("automation-actions");
      const after = await history(automation);
      expect(after).toMatchObject({
        count: 1,
        next: null,
        firings: [
          {
            id: (await trial.firings(automation))[0]?.id,
            automation_id: automation.id,
            trigger_state: "Triggered",
            events: [{ id: cause, event: expected }],
            actions: [
              {
                index: 0,
                type: "run-deployment",
                outcome: "EXECUTED",
                attempts: 1,
                reason: null,
                details: { status_code: 201 },
                related: [
                  { "prefect.resource.id": `prefect.deployment.${runs}`, "prefect.resource.role": "target" },
                  { "prefect.resource.role": "flow-run" },
                ],
              },
              { index: 1, outcome: "FAILED", reason: "No flow run could be inferred", next_attempt: null },
              { index: 2, type: "do-nothing", outcome: "EXECUTED" },
            ],
          },
        ],
      });
    });

    test("come page by page, the latest first", async () => {
      const expected = unusedEvent();
      const automation = await trial.create(reactive(expected));
      const ids = await trial.happen(...Array.from({ length: 5 }, () => ({ event: expected })));
      await trial.count();
      const found: (string | undefined)[] = [];
      let query = "?limit=2";
      for (;;) {
        const { firings, next, count } = await history(automation, query);
        expect(count).toBe(5);
        found.push(...firings.map(({ events }) => events[0]?.id));
        if (next === null) break;
        query = `?limit=2&before=${next}`;
      }
      expect(found.toSorted()).toEqual([...ids].toSorted());
      const unknown = "0192f000-0000-7000-8000-00000000dead";
      expect(await server.call("GET", `/automations/${unknown}/firings`)).toMatchObject({ status: 404 });
    });

    test("are told though somebody sent an event in their words", async () => {
      const automation = await trial.create(reactive(unusedEvent()));
      const of = { "prefect.resource.id": `prefect.automation.${automation.id}` };
      await trial.happen({ event: "prefect.automation.triggered", of });
      expect((await history(automation)).firings).toMatchObject([{ events: [], actions: [] }]);
    });
  });

  describe("by hand", () => {
    async function run({ id }: Automation, body: object = {}): Promise<ActionsRun> {
      const { status, body: ran } = await server.call<ActionsRun>("POST", `/automations/${id}/run-actions`, body);
      expect({ status, ran }).toMatchObject({ status: 200 });
      return ran;
    }

    async function automationOf(expected: string): Promise<{ automation: Automation; runs: () => Promise<unknown> }> {
      const id = await deployment({
        parameter_openapi_schema: { type: "object", properties: { what: { type: "string" } } },
      });
      const parameters = { what: "{{ event.resource.id }}" };
      const action = { type: "run-deployment", source: "selected", deployment_id: id, parameters };
      const automation = await trial.create(reactive(expected), {
        enabled: false,
        actions: [{ type: "do-nothing" }, action],
      });
      return {
        automation,
        async runs() {
          const { body } = await server.call<FlowRun[]>("POST", "/flow_runs/filter", {
            deployments: { id: { any_: [id] } },
          });
          return body.map(({ parameters }) => parameters.what);
        },
      };
    }

    test("do the actions at once with the latest event, also while the automation is off", async () => {
      const expected = unusedEvent();
      const { automation, runs } = await automationOf(expected);
      await trial.happen({ event: expected, of: "old", ago: 60 });
      const [latest] = await trial.happen({ event: expected, of: "latest" });
      const { event, actions } = await run(automation);
      expect(event?.id).toBe(latest);
      expect(actions.map(({ type, outcome }) => [type, outcome])).toEqual([
        ["do-nothing", "EXECUTED"],
        ["run-deployment", "EXECUTED"],
      ]);
      expect(await runs()).toEqual(["latest"]);
    });

    test("take a sample, an event, and some of the actions", async () => {
      const expected = unusedEvent();
      const { automation, runs } = await automationOf(expected);
      const sample = { event: expected, resource: { "prefect.resource.id": "a sample" } };
      const { actions } = await run(automation, { event: sample, indices: [1] });
      expect(actions).toMatchObject([{ index: 1, reason: null, outcome: "EXECUTED" }]);
      const [id] = await trial.happen({ event: unusedEvent(), of: "another" });
      await run(automation, { event_id: id, indices: [1] });
      expect(((await runs()) as string[]).toSorted()).toEqual(["a sample", "another"]);
    });

    test("do the actions of a firing again, and stand with it", async () => {
      const expected = unusedEvent();
      const automation = await trial.create(reactive(expected), { actions: [{ type: "cancel-flow-run" }] });
      await trial.happen({ event: expected });
      await trial.count();
      await server.tick("automation-actions");
      const [firing] = await trial.firings(automation);
      const { actions } = await run(automation, { firing_id: firing?.id });
      expect(actions).toMatchObject([{ outcome: "FAILED", reason: "No flow run could be inferred" }]);
      const { body } = await server.call<History>("GET", `/automations/${automation.id}/firings`);
      expect(body.firings[0]?.actions).toMatchObject([{ details: { by_hand: true } }, { details: {} }]);
    });

    test("are refused with the reason where there is nothing to run", async () => {
      const automation = await trial.create(reactive(unusedEvent()));
      const unknown = "0192f000-0000-7000-8000-00000000dead";
      const sample = { event: "x", resource: {} };
      for (const body of [
        { indices: [1] },
        { event_id: unknown },
        { firing_id: unknown },
        { event: sample },
        { event_id: unknown, firing_id: unknown },
      ]) {
        const path = `/automations/${automation.id}/run-actions`;
        expect(await server.call("POST", path, body)).toMatchObject({ status: 422 });
      }
      const [other] = await trial.happen({ event: unusedEvent() });
      expect(
        await server.call("POST", `/automations/${automation.id}/run-actions`, { firing_id: other }),
      ).toMatchObject({
        status: 422,
      });
      expect(await server.call("POST", `/automations/${unknown}/run-actions`, {})).toMatchObject({ status: 404 });
    });
  });
});
