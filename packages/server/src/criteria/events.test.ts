import { type Event, EventFilter, type EventPage } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EventLeaf, eventLeaves, someEvents } from "../../test/criteria/events.ts";
import { filterWith, leafPaths } from "../../test/criteria/leaves.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { eventMatcher } from "../events/event-filter.rules.ts";

const posted = someEvents();
const leaves = eventLeaves(posted.map(({ id }) => id));
const paths = leafPaths(EventFilter);
/** Parts that may be given once or as a list. */
const repeatable = ["related", "any_resource"];

test("what each leaf of the schema selects is known: say in test/criteria/events.ts what a new one does", () => {
  expect(Object.keys(leaves).toSorted()).toEqual(paths.map((path) => path.join(".")).toSorted());
});

describeOnEachDatabase("filters of events, leaf by leaf", (database) => {
  let server: TestServer;
  let events: readonly Event[];
  beforeAll(async () => {
    server = await startTestServer(database.url);
    expect((await server.call("POST", "/events", posted)).status).toBe(204);
    events = await found({});
    expect(events).toHaveLength(posted.length);
  });
  afterAll(() => server.stop());

  async function found(filter: object): Promise<readonly Event[]> {
    const reply = await server.call<EventPage>("POST", "/events/filter", { filter, limit: 50 });
    expect(reply, JSON.stringify([filter, reply.body])).toMatchObject({ status: 200 });
    expect(reply.body.total).toBe(reply.body.events.length);
    return reply.body.events;
  }

  /** What the database finds and what the matcher lets pass, both as the oracle says. */
  async function check(filter: EventFilter, expected: readonly Event[], passing: readonly Event[]): Promise<void> {
    const what = JSON.stringify(filter);
    expect(idsOf(await found(filter)), what).toEqual(idsOf(expected));
    expect(idsOf(events.filter(eventMatcher(filter))), what).toEqual(idsOf(passing));
  }

  test.each(paths.map((path) => [path.join("."), path] as const))(
    "%s selects what it says, and some of its values select some events and not others",
    async (name, path) => {
      const { asks, isMet, selects } = leaves[name] as EventLeaf;
      const answers = new Set<string>();
      for (const asked of asks as readonly never[]) {
        const expected = selects(events, asked);
        const passing = isMet === undefined ? events : expected;
        await check(filterWith(path, asked), expected, passing);
        if (repeatable.includes(path[0] ?? "")) {
          await check(filterWith(path.slice(0, 1), [filterWith(path.slice(1), asked)]), expected, passing);
        }
        if (isMet === undefined || (expected.length > 0 && expected.length < events.length)) {
          answers.add(idsOf(expected).join());
        }
      }
      expect(answers.size).toBeGreaterThan(1);
    },
  );

  test.each(paths.map((path) => [path.join("."), path] as const))(
    "%s left out does not ask for anything",
    async (_, path) => {
      for (const part of [null, {}, ...(repeatable.includes(path[0] ?? "") ? [[], [{}]] : [])]) {
        const isRequired = part !== null && path[0] === "text";
        if (path.length > 1 && !isRequired) await check(filterWith(path.slice(0, 1), part), events, events);
      }
      const mayBeNull = path[0] !== "text" && path[0] !== "occurred";
      if (mayBeNull) await check(filterWith(path, null), events, events);
    },
  );
});

function idsOf(events: readonly Event[]): readonly string[] {
  return events.map(({ id }) => id);
}
