import type { Automation } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase, openDatabase } from "@ostinato/testing/databases";
import fc from "fast-check";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type AutomationTrial, automationTrial } from "../../test/automation-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import * as events from "../events/events.service.ts";
import { defineConsumer } from "../kernel/consumer.ts";
import { unit } from "../kernel/unit.ts";
import { automations } from "./triggers.service.ts";

const happened = "thing.happened";
const reactive = (fields: object = {}) => ({ type: "event", posture: "Reactive", expect: [happened], ...fields });
const actions = [{ type: "do-nothing" }];

/** Ways in which an automation begins to count: each gives it, and what makes it begin. */
const beginnings = [
  {
    way: "made",
    async prepare({ trial }: Trial) {
      const made = Promise.withResolvers<Automation>();
      return { automation: made.promise, begin: async () => made.resolve(await trial.create(reactive())) };
    },
  },
  {
    way: "switched on",
    async prepare({ trial, call }: Trial) {
      const { id } = await trial.create(reactive(), { enabled: false });
      return { automation: { id }, begin: () => call("PATCH", `/automations/${id}`, { enabled: true }) };
    },
  },
  {
    way: "replaced by one that is on",
    async prepare({ trial, call }: Trial) {
      const { id } = await trial.create(reactive(), { enabled: false });
      const body = { name: "on", trigger: reactive(), actions, enabled: true };
      return { automation: { id }, begin: () => call("PUT", `/automations/${id}`, body) };
    },
  },
  {
    way: "given another trigger",
    async prepare({ trial, call }: Trial) {
      const { id } = await trial.create({ ...reactive(), expect: ["another"] });
      const body = { name: "other", trigger: reactive(), actions };
      return { automation: { id }, begin: () => call("PUT", `/automations/${id}`, body) };
    },
  },
  {
    way: "switched on by an action",
    async prepare({ trial, call }: Trial) {
      const { id } = await trial.create(reactive(), { enabled: false });
      const resume = { actions: [{ type: "resume-automation", automation_id: id }] };
      const other = await trial.create({ ...reactive(), expect: ["never"] }, resume);
      return { automation: { id }, begin: () => call("POST", `/automations/${other.id}/run-actions`, {}) };
    },
  },
] as const;

interface Trial {
  readonly trial: AutomationTrial;
  call(method: "PUT" | "PATCH" | "POST", path: string, body: object): Promise<void>;
}

function trialOf(server: TestServer, clock: FakeClock): Trial {
  return {
    trial: automationTrial(server, clock),
    async call(method, path, body) {
      const { status } = await server.call(method, path, body);
      expect(status).toBeLessThan(300);
    },
  };
}

describeOnEachDatabase("an automation", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  let other: TestServer;
  let here: Trial;
  let there: Trial;
  let isBroken: boolean;
  /** Counts, unless it is broken. */
  const fragile = defineConsumer({
    ...automations,
    async handle(unit, batch) {
      if (isBroken) throw new Error("nothing can be counted now");
      return automations.handle(unit, batch);
    },
  });
  beforeEach(async () => {
    const { url } = await database.another();
    clock = fakeClock();
    isBroken = false;
    server = await startTestServer(url, { clock, consumers: [fragile] });
    other = await startTestServer(url, { clock });
    here = trialOf(server, clock);
    there = trialOf(other, clock);
  });
  afterEach(async () => {
    await server.stop();
    await other.stop();
  });

  describe.each(beginnings)("that is $way", ({ prepare }) => {
    test("counts what happens from then on, and nothing that waited to be counted", async () => {
      const { automation, begin } = await prepare(here);
      // Another one takes it, so that it waits to be counted.
      await here.trial.create(reactive());
      await here.trial.happen({ event: happened });
      await there.trial.happen({ event: happened });
      await begin();
      const since = [
        ...(await there.trial.happen({ event: happened })),
        ...(await here.trial.happen({ event: happened })),
      ];
      await here.trial.count();
      expect(await here.trial.causes(await automation)).toEqual(since);
    });

    test("does not count what failed to be counted before, and is tried again", async () => {
      const { automation, begin } = await prepare(here);
      const always = await here.trial.create(reactive());
      isBroken = true;
      const before = await here.trial.happen({ event: happened });
      await here.trial.count();
      await begin();
      const since = await here.trial.happen({ event: happened });
      await here.trial.count();
      expect(await here.trial.causes(always)).toEqual([]);
      isBroken = false;
      for (let tries = 0; tries < 3; tries += 1) await here.trial.wait(5);
      expect(await here.trial.causes(await automation)).toEqual(since);
      expect(new Set(await here.trial.causes(always))).toEqual(new Set([...before, ...since]));
    });
  });

  test("counts what a server of the version before wrote down", async () => {
    const { id } = await here.trial.create(reactive(), { enabled: false });
    const always = await here.trial.create(reactive());
    const sent = await here.trial.happen({ event: happened });
    await server.context.db.write((tx) => tx.updateTable("outbox").set({ as_of: null }).execute());
    await here.call("PATCH", `/automations/${id}`, { enabled: true });
    await here.trial.count();
    expect(await here.trial.causes({ id })).toEqual(sent);
    expect(await here.trial.causes(always)).toEqual(sent);
  });

  test("goes on counting where all but its trigger is replaced", async () => {
    const { id, trigger } = await here.trial.create(reactive({ threshold: 3, match: { id: "*" } }));
    const happen = () => here.trial.happen({ event: happened, of: { "prefect.resource.id": "thing", id: "1" } });
    await happen();
    await here.trial.count();
    await happen();
    const given = { name: "renamed", trigger: reactive({ threshold: 3, match: { id: "*" } }), actions };
    for (let times = 0; times < 2; times += 1) await here.call("PUT", `/automations/${id}`, given);
    const [last] = await happen();
    await here.trial.count();
    expect(await here.trial.firings({ id })).toMatchObject([
      { resource: { "prefect.resource.name": "renamed" }, payload: { triggering_event: { id: last } } },
    ]);
    expect((await server.call<Automation>("GET", `/automations/${id}`)).body.trigger).toEqual(trigger);
  });

  test("begins anew where a label named id of its trigger is replaced", async () => {
    const { id } = await here.trial.create(reactive({ threshold: 2, match: { id: "1" } }));
    const happen = () => here.trial.happen({ event: happened, of: { "prefect.resource.id": "thing", id: "1" } });
    await happen();
    await here.trial.count();
    const given = { name: "other", trigger: reactive({ threshold: 2, match: { id: "*" } }), actions };
    await here.call("PUT", `/automations/${id}`, given);
    await happen();
    await here.trial.count();
    expect(await here.trial.causes({ id })).toEqual([]);
  });

  const step = fc.record({
    what: fc.oneof(
      { weight: 4, arbitrary: fc.constant("event" as const) },
      { weight: 5, arbitrary: fc.constantFrom("on", "off", "same trigger", "other trigger", "count") },
    ),
    by: fc.constantFrom("here", "there"),
  });

  test("counts each event that came since it began, whatever happened before and on which server", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const { id } = await here.trial.create(reactive());
        let isOn = true;
        let within = 0;
        let waiting: string[] = [];
        const counted: string[] = [];
        const put = () => ({ name: "trial", trigger: reactive({ within }), actions });
        for (const { what, by } of [...steps, { what: "count", by: "here" } as const]) {
          const { trial, call } = by === "here" ? here : there;
          if (what === "event") waiting.push(...(await trial.happen({ event: happened })));
          else if (what === "count") {
            await trial.count();
            if (isOn) counted.push(...waiting);
            waiting = [];
          } else if (what === "on" || what === "off") {
            await call("PATCH", `/automations/${id}`, { enabled: what === "on" });
            if (isOn !== (what === "on")) waiting = [];
            isOn = what === "on";
          } else {
            if (what === "other trigger") {
              // A time without meaning for one that fires by each event, and yet another trigger.
              within = within === 0 ? 1e-6 : 0;
              waiting = [];
            }
            await call("PUT", `/automations/${id}`, put());
          }
          // No two events occur within that time.
          await clock.advance(0.001);
        }
        expect(await here.trial.causes({ id })).toEqual(counted);
        await server.call("DELETE", `/automations/${id}`);
      }),
      { numRuns: 30 },
    );
  });
});

describe("an automation on PostgreSQL that is switched on while transactions are under way", () => {
  test("counts what one of them records after that, and nothing that another had committed before", async () => {
    const database = await openDatabase("postgresql");
    const clock = fakeClock();
    const server = await startTestServer(database.url, { clock });
    const { trial, call } = trialOf(server, clock);
    const { id } = await trial.create(reactive(), { enabled: false });
    const always = await trial.create(reactive());
    const isBegun = Promise.withResolvers<void>();
    const isOn = Promise.withResolvers<void>();
    let late = "";
    const underWay = unit(server.context, async (unit) => {
      await sql`SELECT pg_current_xact_id()`.execute(unit.tx);
      isBegun.resolve();
      await isOn.promise;
      const resource = { "prefect.resource.id": "thing.late" };
      const event = { event: happened, occurred: clock.now(), resource, related: [], payload: {}, follows: null };
      late = "0192f000-0000-7000-8000-000000000001";
      await events.recordNew(unit, [{ id: late, ...event }]);
    });
    await isBegun.promise;
    const before = await trial.happen({ event: happened });
    await trial.count();
    await call("PATCH", `/automations/${id}`, { enabled: true });
    const since = await trial.happen({ event: happened });
    isOn.resolve();
    await underWay;
    await trial.count();
    expect(new Set(await trial.causes({ id }))).toEqual(new Set([late, ...since]));
    expect(new Set(await trial.causes(always))).toEqual(new Set([late, ...before, ...since]));
    await server.stop();
    await database.dispose();
  });
});
