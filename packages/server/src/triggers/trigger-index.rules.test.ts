import type { Event, EventTrigger } from "@ostinato/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fits } from "./glob.rules.ts";
import { takes } from "./matching.rules.ts";
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
      "by the beginning of an id",
      (index) => ({ expect: ["order.*"], match: { "prefect.resource.id": `order.${index}*`, colour: "!blue" } }),
    ],
    [
      "by the one of two labels that tells them apart",
      (index) => ({
        expect: ["order.*"],
        match: { "prefect.resource.id": "order.*" },
        match_related: { "prefect.resource.role": "deployment", "prefect.resource.id": `order.${index}` },
      }),
    ],
    [
      "by two that tell them apart together",
      (index) => ({
        expect: [`order.${index % 30}.*`],
        match_related: { "prefect.resource.id": `order.${Math.floor(index / 30)}` },
      }),
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

test("an event finds exactly the triggers that a walk over all of them finds", () => {
  const text = fc.constantFrom("", "a", "ab", "abc", "b", "b.c", "c");
  const pattern = fc.constantFrom(
    "",
    "a",
    "ab",
    "b.c",
    "a*",
    "ab*",
    "b.?",
    "*",
    "*c",
    "[ab]",
    "a[b",
    "!a",
    "!b*",
    "!*",
  );
  const specification = fc.dictionary(
    fc.constantFrom("prefect.resource.id", "prefect.resource.role", "colour"),
    fc.oneof(pattern, fc.array(pattern, { maxLength: 3 })),
    { maxKeys: 3 },
  );
  const labels = fc.dictionary(fc.constantFrom("prefect.resource.id", "prefect.resource.role", "colour"), text);
  const trigger = fc.record({
    expect: fc.array(pattern, { maxLength: 2 }),
    after: fc.array(pattern, { maxLength: 2 }),
    match: specification,
    match_related: fc.oneof(specification, fc.array(specification, { maxLength: 2 })),
  });
  const event = fc.record({ event: text, resource: labels, related: fc.array(labels, { maxLength: 3 }) });
  const trial = fc.tuple(fc.array(trigger, { maxLength: 40 }), fc.array(event, { minLength: 1, maxLength: 10 }));
  fc.assert(
    fc.property(trial, ([triggers, events]) => {
      const entries = triggers.map((each) => ({ trigger: each as unknown as EventTrigger }));
      const index = indexOf(entries);
      for (const each of events as unknown as readonly Event[]) {
        expect(index.find(each)).toEqual(entries.filter((entry) => takes(entry.trigger, each)));
      }
    }),
    { numRuns: 500 },
  );
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
