import { addSeconds, type Timestamp, timeOrderedId, toTimestamp } from "@ostinato/core";
import type { Event, EventFilter, EventPage } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { eventMatcher } from "./event-filter.rules.ts";
import { plainEvent, related, resource } from "./event-harness.ts";

const start = toTimestamp("2030-01-01T00:00:00Z");

const names = ["prefect.flow-run.Running", "prefect.flow-run.Failed", "prefect.block", "Thing_1%", "thing"];
const ids = ["prefect.flow-run.a", "prefect.flow-run.b", "prefect.block.a", "x"];
const roles = ["flow-run", "tag", "flow"];
const labels = ["team", "prefect.resource.name", "a.b"];
const values = ["red", "reddish", "Red", "!red", "r*", ""];

const labelsOf = fc.dictionary(fc.constantFrom(...labels), fc.constantFrom(...values), { maxKeys: 2 });
const event = fc.record({
  seconds: fc.nat(5),
  event: fc.constantFrom(...names),
  own: fc.tuple(fc.constantFrom(...ids), labelsOf),
  related: fc.array(fc.tuple(fc.constantFrom(...ids), fc.constantFrom(...roles), labelsOf), { maxLength: 3 }),
  payload: fc.constantFrom({}, { error: 'say "no"' }, { text: "100%_sure\\" }),
});

const some = <T>(...of: readonly T[]) => fc.option(fc.subarray([...of], { maxLength: 2 }), { nil: null });
const patterns = fc.constantFrom("red", "r*", "re*", "!red", "!r*", "*", "Red", "!", "");
const labelPatterns = fc.option(
  fc.dictionary(fc.constantFrom(...labels), fc.oneof(patterns, fc.array(patterns, { minLength: 1, maxLength: 3 })), {
    maxKeys: 2,
  }),
  { nil: null },
);
const idPrefixes = some("prefect.", "prefect.flow-run.", "P", "");
const anyResource = fc.record({ id: some(...ids), id_prefix: idPrefixes, labels: labelPatterns });
const relatedFilter = fc.record({
  id: some(...ids),
  role: some(...roles),
  resources_in_roles: fc.option(
    fc.array(fc.tuple(fc.constantFrom(...ids), fc.constantFrom(...roles)), { maxLength: 2 }),
    { nil: null },
  ),
  labels: labelPatterns,
});
const criteria: fc.Arbitrary<EventFilter> = fc.record({
  occurred: fc.record({ since: fc.constantFrom(moment(0), moment(2)), until: fc.constantFrom(moment(2), moment(4)) }),
  event: fc.record({
    prefix: some("prefect.", "Thing_", "t", "%"),
    exclude_prefix: some("prefect.flow-run.", "thing"),
    name: some(...names),
    exclude_name: some(...names),
  }),
  resource: anyResource,
  related: fc.oneof(relatedFilter, fc.array(relatedFilter, { maxLength: 2 })),
  any_resource: fc.oneof(anyResource, fc.array(anyResource, { maxLength: 2 })),
  text: fc.record({
    query: fc.constantFrom("error", "-error", "+red reddish", "100%_", '"\\"no"', "THING_1", "!x -y", "_", "  "),
  }),
});

/** Few criteria at a time: many together leave nothing to find. */
const filter = fc
  .tuple(
    criteria,
    fc.subarray(["occurred", "event", "resource", "related", "any_resource", "text"] as const, { maxLength: 2 }),
  )
  .map(([all, keys]): EventFilter => Object.fromEntries(keys.map((key) => [key, all[key]])));

function moment(seconds: number): string {
  return new Date((start + seconds * 1_000_000) / 1000).toISOString();
}

describeOnEachDatabase("filters of events", (database) => {
  let server: TestServer;
  let events: Event[];
  beforeAll(async () => {
    server = await startTestServer(database.url);
    const drawn = fc.sample(event, { numRuns: 40, seed: 7 });
    const posted = drawn.map(({ seconds, event, own, related: others, payload }) =>
      plainEvent({
        occurred: addSeconds(start, seconds),
        event,
        resource: resource(...own),
        related: others.map(([id, role, given]) => related(id, role, given)),
        payload,
      }),
    );
    await server.call("POST", "/events", posted);
    events = (await server.call<EventPage>("POST", "/events/filter", { limit: 50 })).body.events;
    expect(events).toHaveLength(40);
  });
  afterAll(() => server.stop());

  test("the database finds the events that the matcher lets pass", async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(filter, async (wanted) => {
        const reply = await server.call<EventPage>("POST", "/events/filter", { filter: wanted, limit: 50 });
        expect(reply).toMatchObject({ status: 200 });
        const expected = events.filter(eventMatcher(wanted)).map(({ id }) => id);
        expect(reply.body.events.map(({ id }) => id)).toEqual(expected);
        expect(reply.body.total).toBe(expected.length);
        found += expected.length;
      }),
      { numRuns: 200 },
    );
    expect(found).toBeGreaterThan(300);
  });

  test("only the last event of each resource, when asked", async () => {
    const wanted = { resource: { distinct: true } };
    const { events: last } = (await server.call<EventPage>("POST", "/events/filter", { filter: wanted })).body;
    const seen = new Set<string>();
    const expected = events.filter(({ resource }) => {
      const id = resource["prefect.resource.id"] ?? "";
      return !seen.has(id) && seen.add(id);
    });
    expect(last).toEqual(expected);
  });
});

describe("the rules of a filter", () => {
  const happened: Event = {
    ...plainEvent({
      occurred: start as Timestamp,
      event: "prefect.flow-run.Running",
      resource: resource("prefect.flow-run.a", { team: "red" }),
      related: [related("prefect.flow.f", "flow"), related("blue", "tag")],
      payload: { note: "Connection timeout" },
    }),
    related: [related("prefect.flow.f", "flow"), related("blue", "tag")],
    payload: { note: "Connection timeout" },
    follows: null,
    received: moment(0),
    id: timeOrderedId(start),
    occurred: moment(0),
  };
  test.each<[string, EventFilter, boolean]>([
    ["an empty list is no criterion", { id: { id: [] }, event: { name: [] }, resource: { id: [] } }, true],
    ["one related resource meets all that is asked of it", { related: { id: ["blue"], role: ["tag"] } }, true],
    ["and not two of them together", { related: { id: ["blue"], role: ["flow"] } }, false],
    ["a list asks for one resource each", { related: [{ role: ["tag"] }, { role: ["flow"] }] }, true],
    ["a resource in a role", { related: { resources_in_roles: [["blue", "flow"]] } }, false],
    ["any resource may be the own one", { any_resource: { id: ["prefect.flow-run.a"] } }, true],
    ["or a related one, by the beginning of its id", { any_resource: { id_prefix: ["prefect.flow."] } }, true],
    ["a label by one of several patterns", { resource: { labels: { team: ["blue", "r*"] } } }, true],
    ["but by none that is turned round", { resource: { labels: { team: ["*", "!red"] } } }, false],
    ["a label that is not there meets nothing", { resource: { labels: { colour: "!red" } } }, false],
    ["one of the words", { text: { query: "nothing TIMEOUT" } }, true],
    ["all that must be there", { text: { query: "+nothing timeout" } }, false],
    ["several words as one", { text: { query: '"connection timeout"' } }, true],
    ["nothing that must not be there", { text: { query: "timeout -connection" } }, false],
    ["the ends of the time belong to it", { occurred: { since: moment(0), until: moment(0) } }, true],
  ])("%s", (_what, wanted, expected) => {
    expect(eventMatcher(wanted)(happened)).toBe(expected);
  });
});
