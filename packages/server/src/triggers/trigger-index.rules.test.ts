import type { Event, EventTrigger } from "@ostinato/protocol";
import { describe, expect, test } from "vitest";
import { fits } from "./glob.rules.ts";
import { indexOf } from "./trigger-index.rules.ts";

/** A trigger that counts how often somebody looks whether it takes an event. */
function watched(fields: Partial<EventTrigger>, looks: { count: number }): { readonly trigger: EventTrigger } {
  const { match = {}, ...rest } = fields;
  const trigger = {
    type: "event",
    id: "t",
    match_related: {},
    after: [],
    expect: ["order.paid"],
    for_each: [],
    posture: "Reactive",
    threshold: 1,
    within: 0,
    ...rest,
    get match() {
      looks.count += 1;
      return match;
    },
  } as const;
  return { trigger };
}

function event(name: string, id: string, related: readonly string[] = []): Event {
  const resources = related.map((each) => ({ "prefect.resource.id": each, "prefect.resource.role": "deployment" }));
  return { event: name, resource: { "prefect.resource.id": id }, related: resources } as unknown as Event;
}

describe("of many triggers an event looks at few", () => {
  const numbers = Array.from({ length: 1000 }, (_, index) => index);
  test.each<[string, (index: number) => Partial<EventTrigger>]>([
    ["by its name", (index) => ({ expect: [`order.${index}`] })],
    ["by the beginning of its name", (index) => ({ expect: [`order.${index}.*`] })],
    ["by the resource that it is about", (index) => ({ match: { "prefect.resource.id": `order.${index}` } })],
    [
      "by a label",
      (index) => ({ match: { colour: ["red", `shade ${index}`], "prefect.resource.id": `order.${index}` } }),
    ],
    [
      "by a related resource",
      (index) => ({
        match: { "prefect.resource.id": "order.*" },
        match_related: { "prefect.resource.id": [`order.${index}`] },
      }),
    ],
  ])("%s", (_way, fieldsOf) => {
    const looks = { count: 0 };
    const index = indexOf(numbers.map((each) => watched(fieldsOf(each), looks)));
    looks.count = 0;
    index.find(event("order.7", "order.7", ["order.7"]));
    index.find(event("order.7.paid", "order.7", ["order.7"]));
    index.find(event("order.paid", "order.7", ["order.7"]));
    expect(looks.count).toBeLessThanOrEqual(4);
    expect(looks.count).toBeGreaterThan(0);
  });

  test("and finds each that takes it once", () => {
    const looks = { count: 0 };
    const entries = [
      watched({ expect: ["order.*", "order.p*", "order.paid"] }, looks),
      watched({ expect: [], match: { "prefect.resource.id": ["a", "b"] } }, looks),
      watched(
        { expect: ["*"], match_related: [{ "prefect.resource.id": "d1" }, { "prefect.resource.id": "d2" }] },
        looks,
      ),
      watched({ expect: ["other"], after: ["order.paid"] }, looks),
      watched({ expect: [], match: { "prefect.resource.id": "c" } }, looks),
    ];
    expect(indexOf(entries).find(event("order.paid", "a", ["d2", "d1"]))).toEqual(entries.slice(0, 4));
  });
});

describe("patterns are those of fnmatch", () => {
  test.each([
    ["prefect.flow-run.Failed", "prefect.flow-run.*", true],
    ["prefect.flow-run.", "prefect.flow-run.*", true],
    ["prefect.flow-runs", "prefect.flow-run.*", false],
    ["a.b.c", "a*c", true],
    ["abcabc", "*abc", true],
    ["abcab", "*abc", false],
    ["abc", "a?c", true],
    ["ac", "a?c", false],
    ["abc", "a[a-c]c", true],
    ["abc", "a[!a-c]c", false],
    ["a]c", "a[]]c", true],
    ["a[c", "a[c", true],
    ["ABC", "abc", false],
    ["", "*", true],
    ["a\nb", "a*b", true],
    ["a.c", "a.c", true],
    ["abc", "a.c", false],
  ])("%j and %j: %s", (text, pattern, expected) => {
    expect(fits(text, pattern)).toBe(expected);
  });

  test("and take no time that grows with the power of their stars", () => {
    expect(fits(`${"a".repeat(1000)}b`, `${"*a".repeat(100)}*c`)).toBe(false);
  });
});
