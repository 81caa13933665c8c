import type { Resource } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AutomationTrial, automationTrial } from "../../test/automation-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";

describeOnEachDatabase("an automation", (database) => {
  let server: TestServer;
  let clock: FakeClock;
  let trial: AutomationTrial;
  /** Each test has events of its own. */
  let name = 0;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
    trial = automationTrial(server, clock);
  });
  afterAll(() => server.stop());

  function event(): string {
    name += 1;
    return `trial.${name}.happened`;
  }

  const reactive = (expected: string, fields: object = {}) => ({
    type: "event",
    posture: "Reactive",
    expect: [expected],
    ...fields,
  });
  const proactive = (expected: string, fields: object = {}) => ({
    ...reactive(expected, fields),
    posture: "Proactive",
  });
  const related = (id: string, role: string, labels: Resource = {}): Resource => ({
    "prefect.resource.id": id,
    "prefect.resource.role": role,
    ...labels,
  });

  async function countOf(automation: { readonly id: string }): Promise<number> {
    return (await trial.firings(automation)).length;
  }

  describe("that reacts to events", () => {
    test("fires once for each, also for those that come together, and tells which one it was", async () => {
      const expected = event();
      const automation = await trial.create(reactive(expected), { name: "each" });
      const ids = await trial.happen({ event: expected }, { event: expected }, { event: "other" }, { event: expected });
      await trial.count();
      await trial.count();
      expect(await trial.causes(automation)).toEqual([ids[0], ids[1], ids[3]]);
      const [fired] = await trial.firings(automation);
      expect(fired).toMatchObject({
        resource: { "prefect.resource.name": "each", "prefect.posture": "Reactive" },
        related: [{ "prefect.resource.id": `prefect.event.${ids[0]}`, "prefect.resource.role": "triggering-event" }],
        payload: { triggering_labels: {}, triggering_event: { event: expected, id: ids[0] } },
      });
    });

    test("does not fire for an event that is sent twice", async () => {
      const expected = event();
      const automation = await trial.create(reactive(expected));
      const given = {
        id: "0192f000-0000-7000-8000-00000000aaaa",
        occurred: "2030-01-01T00:00:00Z",
        event: expected,
        resource: { "prefect.resource.id": "a" },
      };
      await server.call("POST", "/events", [given]);
      await trial.count();
      await server.call("POST", "/events", [given]);
      await trial.count();
      expect(await countOf(automation)).toBe(1);
    });

    test("counts events that occurred an hour ago and arrive one after the other", async () => {
      const expected = event();
      const automation = await trial.create(reactive(expected, { threshold: 3, within: 60 }));
      for (const ago of [3600, 3590, 3580]) {
        await trial.happen({ event: expected, ago });
        await trial.count();
      }
      expect(await countOf(automation)).toBe(1);
    });

    test("waits for as many as it needs within its time, and then for the end of that time", async () => {
      const expected = event();
      const automation = await trial.create(reactive(expected, { threshold: 3, within: 60 }));
      await trial.happen({ event: expected }, { event: expected });
      await trial.count();
      expect(await countOf(automation)).toBe(0);
      const [third] = await trial.happen({ event: expected });
      await trial.happen({ event: expected }, { event: expected }, { event: expected });
      await trial.count();
      expect(await trial.causes(automation)).toEqual([third]);
      await clock.advance(70);
      await trial.happen({ event: expected }, { event: expected }, { event: expected });
      await trial.count();
      expect(await countOf(automation)).toBe(2);
    });

    test("does not add up events that are further apart than its time", async () => {
      const expected = event();
      const automation = await trial.create(reactive(expected, { threshold: 2, within: 10 }));
      for (let count = 0; count < 4; count += 1) {
        await trial.happen({ event: expected });
        await trial.wait(11);
      }
      expect(await countOf(automation)).toBe(0);
      await trial.happen({ event: expected });
      await clock.advance(5);
      await trial.happen({ event: expected });
      await trial.count();
      expect(await countOf(automation)).toBe(1);
    });

    test("goes by when events occurred, and not by when they were read", async () => {
      const expected = event();
      const automation = await trial.create(reactive(expected, { threshold: 2, within: 10 }));
      await trial.happen({ event: expected, ago: 300 }, { event: expected, ago: 200 }, { event: expected, ago: 100 });
      await trial.count();
      expect(await countOf(automation)).toBe(0);
      await trial.happen({ event: expected, ago: 50 }, { event: expected, ago: 45 });
      await trial.count();
      expect(await countOf(automation)).toBe(1);
    });

    test("counts apart by the labels of its resource and of related ones", async () => {
      const expected = event();
      const forEach = ["colour", "related:flow:prefect.resource.id"];
      const automation = await trial.create(reactive(expected, { threshold: 2, within: 60, for_each: forEach }));
      const happening = (colour: string, flow: string) => ({
        event: expected,
        of: { "prefect.resource.id": "a", colour },
        related: [related("other", "deployment"), related(flow, "flow"), related("second", "flow")],
      });
      await trial.happen(happening("red", "f1"), happening("red", "f2"), happening("blue", "f1"));
      await trial.count();
      expect(await countOf(automation)).toBe(0);
      await trial.happen(happening("red", "f2"));
      await trial.count();
      const [fired] = await trial.firings(automation);
      expect(fired?.payload.triggering_labels).toEqual({ colour: "red", "related:flow:prefect.resource.id": "f2" });
    });

    test("may wait for one event before it counts another", async () => {
      const [before, expected] = [event(), event()];
      const automation = await trial.create(
        reactive(expected, { after: [before], within: 30, for_each: ["prefect.resource.id"] }),
      );
      await trial.happen({ event: expected, of: "a" }, { event: before, of: "b" }, { event: expected, of: "a" });
      await trial.count();
      expect(await countOf(automation)).toBe(0);
      await trial.happen({ event: expected, of: "b" }, { event: expected, of: "b" });
      await trial.count();
      expect(await countOf(automation)).toBe(1);
      await trial.happen({ event: before, of: "b" });
      await trial.wait(31);
      await trial.happen({ event: expected, of: "b" });
      await trial.count();
      expect(await countOf(automation)).toBe(1);
      await trial.happen({ event: before, of: "b" }, { event: expected, of: "b" });
      await trial.count();
      expect(await countOf(automation)).toBe(2);
    });

    const red = { "prefect.resource.id": "prefect.flow-run.1", colour: "red" };
    test.each<[string, object, readonly boolean[]]>([
      ["an id", { match: { "prefect.resource.id": "prefect.flow-run.1" } }, [true, true, true, true]],
      ["another id", { match: { "prefect.resource.id": "prefect.flow-run.2" } }, [false, false, false, false]],
      ["the beginning of an id", { match: { "prefect.resource.id": "prefect.flow-run.*" } }, [true, true, true, true]],
      ["one of several", { match: { colour: ["blue", "r?d"] } }, [true, true, true, true]],
      ["a label with another value", { match: { colour: "!red" } }, [false, false, false, false]],
      ["a label that is not there", { match: { size: "!big" } }, [false, false, false, false]],
      ["a related resource", { match_related: { "prefect.resource.role": "flow" } }, [false, true, true, true]],
      [
        "a related resource with two labels",
        { match_related: { "prefect.resource.role": "flow", "prefect.resource.id": ["f2", "f9"] } },
        [false, false, true, true],
      ],
      ["another one than that", { match_related: { "prefect.resource.id": "!f1" } }, [false, false, true, true]],
      [
        "several related resources",
        {
          match_related: [
            { "prefect.resource.id": "f2" },
            { "prefect.resource.role": "tag", "prefect.resource.id": "x*" },
          ],
        },
        [false, false, false, true],
      ],
      ["nothing in particular", { match: {}, match_related: [{}] }, [true, true, true, true]],
    ])("takes those that match: %s", async (_what, fields, expected) => {
      const happened = event();
      const automation = await trial.create(reactive(happened, fields));
      const [f1, f2, tag] = [related("f1", "flow"), related("f2", "flow"), related("xyz", "tag")];
      const ids = await trial.happen(
        ...[[], [f1], [f2], [f2, tag]].map((each) => ({ event: happened, of: red, related: each })),
      );
      await trial.count();
      expect(await trial.causes(automation)).toEqual(ids.filter((_, index) => expected[index]));
    });

    test("takes events by a pattern of their names, and all where it names none", async () => {
      const happened = event();
      const only = { match: { "prefect.resource.id": happened } };
      const byBeginning = await trial.create({ ...reactive("trial.*", only) });
      const byEnd = await trial.create({ ...reactive("*.happened", only) });
      const all = await trial.create({ type: "event", posture: "Reactive", ...only });
      const other = await trial.create({ ...reactive("trials.*", only) });
      await trial.happen({ event: happened, of: happened }, { event: "unheard-of", of: happened });
      await trial.count();
      expect(await Promise.all([byBeginning, byEnd, all, other].map(countOf))).toEqual([1, 1, 2, 0]);
    });

    test("takes no event while it is switched off, from before it was made, or after it was deleted", async () => {
      const expected = event();
      await trial.happen({ event: expected });
      const automation = await trial.create(reactive(expected, { threshold: 2, within: 600 }));
      await trial.happen({ event: expected });
      await trial.count();
      await server.call("PATCH", `/automations/${automation.id}`, { enabled: false });
      await trial.happen({ event: expected }, { event: expected }, { event: expected });
      await trial.count();
      await server.call("PATCH", `/automations/${automation.id}`, { enabled: true });
      await trial.happen({ event: expected });
      await trial.count();
      expect(await countOf(automation)).toBe(0);
      await trial.happen({ event: expected });
      await trial.count();
      expect(await countOf(automation)).toBe(1);
      await server.call("DELETE", `/automations/${automation.id}`);
      await clock.advance(700);
      await trial.happen({ event: expected }, { event: expected });
      await trial.count();
      expect(await countOf(automation)).toBe(1);
    });

    test("follows its own change", async () => {
      const [before, after] = [event(), event()];
      const automation = await trial.create(reactive(before));
      const changed = { name: "changed", trigger: reactive(after), actions: [] };
      await server.call("PUT", `/automations/${automation.id}`, changed);
      await trial.happen({ event: before }, { event: after });
      await trial.count();
      expect(await trial.firings(automation)).toMatchObject([{ resource: { "prefect.resource.name": "changed" } }]);
    });
  });

  describe("that reacts to what does not happen", () => {
    test("fires at the end of each time in which it did not, and not where it did", async () => {
      const expected = event();
      const automation = await trial.create(proactive(expected, { within: 60 }));
      await trial.wait(59);
      expect(await countOf(automation)).toBe(0);
      await trial.wait(2);
      expect(await countOf(automation)).toBe(1);
      await trial.happen({ event: expected });
      await trial.wait(60);
      expect(await countOf(automation)).toBe(1);
      await trial.wait(60);
      expect(await countOf(automation)).toBe(2);
      expect((await trial.causes(automation))[0]).toBeNull();
      await server.call("DELETE", `/automations/${automation.id}`);
      await trial.wait(200);
      expect(await countOf(automation)).toBe(2);
    });

    test("fires where there were too few", async () => {
      const expected = event();
      const automation = await trial.create(proactive(expected, { within: 60, threshold: 3 }));
      const [, last] = await trial.happen({ event: expected }, { event: expected });
      await trial.wait(61);
      expect(await trial.causes(automation)).toEqual([last]);
      await trial.happen({ event: expected }, { event: expected }, { event: expected });
      await trial.wait(60);
      expect(await countOf(automation)).toBe(1);
      await server.call("DELETE", `/automations/${automation.id}`);
    });

    test("takes an event that occurred before the deadline, though it comes a moment after it", async () => {
      const expected = event();
      const automation = await trial.create(proactive(expected, { within: 60 }));
      await trial.wait(60.2);
      await trial.happen({ event: expected, ago: 0.4 });
      await trial.wait(1);
      expect(await countOf(automation)).toBe(0);
      await server.call("DELETE", `/automations/${automation.id}`);
    });

    test("waits for what comes after another event, for each resource apart", async () => {
      const [begun, done] = [event(), event()];
      const automation = await trial.create(
        proactive(done, { after: [begun], within: 60, for_each: ["prefect.resource.id"] }),
      );
      await trial.happen({ event: begun, of: "quick" }, { event: begun, of: "slow" });
      await trial.wait(30);
      await trial.happen({ event: done, of: "quick" }, { event: done, of: "other" });
      await trial.wait(31);
      const [fired] = await trial.firings(automation);
      expect(fired?.payload.triggering_labels).toEqual({ "prefect.resource.id": "slow" });
      await trial.happen({ event: begun, of: "quick" });
      await trial.wait(61);
      expect((await trial.firings(automation)).map(({ payload }) => payload.triggering_labels)).toEqual([
        { "prefect.resource.id": "slow" },
        { "prefect.resource.id": "quick" },
      ]);
      await trial.wait(600);
      expect(await countOf(automation)).toBe(2);
    });

    test("follows signs of life until the end is told, in whatever order the last two come", async () => {
      const [beat, end] = [event(), event()];
      const trigger = proactive(beat, {
        expect: [beat, end],
        after: [beat],
        within: 90,
        for_each: ["prefect.resource.id"],
      });
      const automation = await trial.create(trigger);
      for (const each of ["ends", "dies", "ends late"]) await trial.happen({ event: beat, of: each });
      for (let beats = 0; beats < 4; beats += 1) {
        await trial.wait(30);
        for (const each of ["ends", "dies", "ends late"]) await trial.happen({ event: beat, of: each });
      }
      await trial.happen({ event: end, of: "ends" }, { event: end, of: "ends late" }, { event: end, of: "short" });
      await trial.happen({ event: beat, of: "ends late", ago: 1 }, { event: beat, of: "short", ago: 1 });
      await trial.count();
      expect(await countOf(automation)).toBe(0);
      await trial.wait(91);
      const labels = (await trial.firings(automation)).map(({ payload }) => payload.triggering_labels);
      expect(labels).toEqual([{ "prefect.resource.id": "dies" }]);
      await trial.wait(3600);
      expect(await countOf(automation)).toBe(1);
    });
  });

  describe("of several triggers", () => {
    const all = (triggers: readonly object[], fields: object = {}) => ({
      type: "compound",
      require: "all",
      within: 60,
      triggers,
      ...fields,
    });

    test("fires when all have fired within the time", async () => {
      const [a, b] = [event(), event()];
      const automation = await trial.create(all([reactive(a), reactive(b)]));
      await trial.happen({ event: a }, { event: a });
      await trial.wait(61);
      const [last] = await trial.happen({ event: b });
      await trial.count();
      expect(await countOf(automation)).toBe(0);
      await clock.advance(30);
      const [first] = await trial.happen({ event: a });
      await trial.count();
      expect(await trial.causes(automation)).toEqual([first]);
      expect(last).toBeDefined();
      await trial.happen({ event: a });
      await trial.count();
      expect(await countOf(automation)).toBe(1);
    });

    test("goes by when their events occurred", async () => {
      const [a, b] = [event(), event()];
      const automation = await trial.create(all([reactive(a), reactive(b)]));
      await trial.happen({ event: a, ago: 200 }, { event: b, ago: 100 });
      await trial.count();
      expect(await countOf(automation)).toBe(0);
    });

    test("fires for any of them, or for some", async () => {
      const [a, b, c] = [event(), event(), event()];
      const triggers = [reactive(a), reactive(b), reactive(c)];
      const any = await trial.create(all(triggers, { require: "any" }));
      const two = await trial.create(all(triggers, { require: 2, within: null }));
      await trial.happen({ event: a }, { event: a });
      await trial.wait(10_000);
      await trial.happen({ event: c });
      await trial.count();
      expect(await Promise.all([any, two].map(countOf))).toEqual([3, 1]);
    });

    test("fires for a sequence only in its order", async () => {
      const [a, b, c] = [event(), event(), event()];
      const sequence = { type: "sequence", within: 60, triggers: [reactive(a), reactive(b), reactive(c)] };
      const automation = await trial.create(sequence);
      await trial.happen({ event: b }, { event: a }, { event: c });
      await trial.count();
      expect(await countOf(automation)).toBe(0);
      await trial.wait(61);
      await trial.happen({ event: a }, { event: b }, { event: c });
      await trial.count();
      expect(await countOf(automation)).toBe(1);
    });

    test("has triggers inside triggers, also of absence", async () => {
      const [a, b, beat] = [event(), event(), event()];
      const inner = { type: "sequence", within: 300, triggers: [reactive(a), reactive(b)] };
      const automation = await trial.create(all([inner, proactive(beat, { within: 100 })], { within: 120 }));
      await trial.happen({ event: a });
      await clock.advance(50);
      await trial.happen({ event: b }, { event: beat });
      await trial.wait(51);
      expect(await countOf(automation)).toBe(0);
      await trial.wait(100);
      expect(await countOf(automation)).toBe(0);
      await trial.happen({ event: a }, { event: b });
      await trial.count();
      expect(await countOf(automation)).toBe(1);
      await server.call("DELETE", `/automations/${automation.id}`);
    });
  });
});
