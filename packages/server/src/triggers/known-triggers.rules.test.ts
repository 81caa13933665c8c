import type { Automation, Event } from "@ostinato/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Enabled } from "../automations/enabled.service.ts";
import { nothingKnown } from "./known.ts";
import { knownAfter, knownAs } from "./known-triggers.rules.ts";

type Step =
  | { readonly kind: "save"; readonly id: number; readonly name: string }
  | { readonly kind: "remove"; readonly id: number };

function automation(id: number, name: string, version: number): Automation {
  const trigger = { type: "event", id: `${id} ${version}`, expect: [name], after: [], match: {}, match_related: {} };
  return { id: String(id), trigger } as unknown as Automation;
}

function enabled(of: Automation): Enabled {
  return { automation: of, countsFrom: 0 };
}

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("save" as const),
      id: fc.integer({ min: 0, max: 60 }),
      name: fc.constantFrom("a", "b", "a.*"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("remove" as const), id: fc.integer({ min: 0, max: 60 }) }) },
);

test("what a server knows after changes is what it would know if it read everything", () => {
  const events = ["a", "b", "a.c"].map((event) => ({ event, resource: {}, related: [] }) as unknown as Event);
  fc.assert(
    fc.property(fc.array(fc.array(step, { maxLength: 8 }), { maxLength: 30 }), (turns) => {
      const saved = new Map<string, Automation>();
      let known = nothingKnown;
      for (const [version, changes] of turns.entries()) {
        const read = new Map<string, Automation>();
        for (const change of changes) {
          const id = String(change.id);
          if (change.kind === "save") read.set(id, automation(change.id, change.name, version));
          else read.delete(id);
          const now = read.get(id);
          if (now === undefined) saved.delete(id);
          else saved.set(id, now);
        }
        known = knownAfter(known, { version, present: [...saved.keys()], read: [...read.values()].map(enabled) });
        const afresh = knownAs(version, [...saved.values()]);
        for (const event of events) expect(new Set(known.find(event))).toEqual(new Set(afresh.find(event)));
        for (const { trigger } of saved.values()) {
          expect(known.triggerOf(trigger.id)).toEqual(afresh.triggerOf(trigger.id));
        }
        expect(known.parts.reduce((sum, part) => sum + part.automations.length, 0)).toBeLessThanOrEqual(2 * saved.size);
      }
    }),
    { numRuns: 200 },
  );
});

test("one more automation leaves most of many as they are indexed", () => {
  const many = Array.from({ length: 1000 }, (_, id) => automation(id, "a", 1));
  const before = knownAs(1, many);
  const added = automation(1000, "a", 2);
  const after = knownAfter(before, {
    version: 2,
    present: [...many, added].map(({ id }) => id),
    read: [enabled(added)],
  });
  expect(after.parts[0]).toBe(before.parts[0]);
  expect(after.find({ event: "a", resource: {}, related: [] } as unknown as Event)).toHaveLength(1001);
});
