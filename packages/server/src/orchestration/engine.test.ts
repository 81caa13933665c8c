import { type Timestamp, toTimestamp } from "@ostinato/core";
import { describe, expect, test } from "vitest";
import { carryOut, type EffectHandlers, orchestrate } from "./engine.ts";
import { accept, anyOrNone, anyType, type Follower, type Rule, refuse } from "./rule.ts";
import { proposalOf, type RunState, stateAfter } from "./state.ts";

interface Subject {
  readonly notes: readonly string[];
}
interface Facts {
  readonly slots: number;
  readonly weather: string;
}
type Effect = string;

const newId = (at: Timestamp) => `id of ${at}`;
const now = toTimestamp("2030-01-01T00:00:00Z");
const initial: RunState = { ...proposalOf({ type: "SCHEDULED" }, now), id: "i", timestamp: (now - 1) as Timestamp };

type AnyRule = Rule<Subject, Facts, Effect, keyof Facts>;
type AnyFollower = Follower<Subject, Facts, Effect, keyof Facts>;

function rule(name: string, given: Partial<AnyRule>): AnyRule {
  return { name, from: anyOrNone, to: anyType, decide: () => accept, ...given };
}

async function run(rules: readonly AnyRule[], followers: readonly AnyFollower[] = []) {
  const loaded: string[] = [];
  const outcome = await orchestrate<Subject, Facts, Effect>(
    {
      ruleSet: { rules, followers },
      transform: (transition) => ({ run: transition.run, written: stateAfter(transition) }),
      async load(name) {
        loaded.push(name);
        return ({ slots: 3, weather: "fair" } as Facts)[name];
      },
    },
    { run: { notes: [] }, initial, proposed: proposalOf({ type: "PENDING" }, now), now, newId, random: () => 0.5 },
  );
  return { ...outcome, loaded };
}

const note =
  (text: string) =>
  ({ run }: { run: Subject }) => ({ ...accept, before: { notes: [...run.notes, text] } });

describe("the engine", () => {
  test("asks the rules of the transition in order, each with the changes of those before it", async () => {
    const { run: changed, status } = await run([
      rule("a", { decide: note("a") }),
      rule("other type", { to: ["RUNNING"], decide: note("no") }),
      rule("other start", { from: ["PENDING"], decide: note("no") }),
      rule("b", { decide: note("b") }),
    ]);
    expect(status).toBe("ACCEPT");
    expect(changed.notes).toEqual(["a", "b"]);
  });

  test("stops at the rule that refuses, and drops the effects of the rules before it", async () => {
    const asked: string[] = [];
    const outcome = await run([
      rule("a", { decide: () => ({ ...accept, before: { notes: ["a"] }, after: () => ({ effects: ["a"] }) }) }),
      rule("b", { decide: () => refuse("no") }),
      rule("c", {
        decide() {
          asked.push("c");
          return accept;
        },
      }),
    ]);
    expect(outcome).toMatchObject({ status: "REJECT", written: null, run: { notes: [] }, effects: [] });
    expect(asked).toEqual([]);
  });

  test("writes the state with which a rule replaces the proposal, and the effects of that rule", async () => {
    const instead = proposalOf({ type: "CANCELLED" }, now);
    const outcome = await run(
      [
        rule("a", { decide: note("a") }),
        rule("b", { decide: () => ({ kind: "reject", state: instead, reason: "full", before: { notes: ["b"] } }) }),
      ],
      [
        { name: "pending", from: anyOrNone, to: ["PENDING"], follow: () => ({ effects: ["pending"] }) },
        { name: "cancelled", from: ["SCHEDULED"], to: ["CANCELLED"], follow: () => ({ effects: ["cancelled"] }) },
      ],
    );
    expect(outcome).toMatchObject({
      status: "REJECT",
      details: { type: "reject_details", reason: "full" },
      written: { type: "CANCELLED" },
      run: { notes: ["b"] },
      effects: ["cancelled"],
    });
  });

  test("loads a fact once, and only when a rule needs it", async () => {
    const seen: Partial<Facts>[] = [];
    const look = (_transition: object, facts: Facts) => {
      seen.push({ ...facts });
      return accept;
    };
    const { loaded } = await run([
      rule("none", { decide: look }),
      rule("slots", { needs: ["slots"], decide: look }),
      rule("both", { needs: ["slots", "weather"], decide: look }),
    ]);
    expect(seen).toEqual([{}, { slots: 3 }, { slots: 3, weather: "fair" }]);
    expect(loaded).toEqual(["slots", "weather"]);
    const refused = await run([rule("no", { decide: () => refuse("no") }), rule("slots", { needs: ["slots"] })]);
    expect(refused.loaded).toEqual([]);
  });

  test("skips a rule and its facts if its condition does not hold", async () => {
    const asked: string[] = [];
    const take = (name: string) => () => {
      asked.push(name);
      return accept;
    };
    const { loaded } = await run([
      rule("no", { when: ({ proposed }) => proposed.name === "Late", needs: ["weather"], decide: take("no") }),
      rule("yes", { when: ({ initial }) => initial !== null, needs: ["slots"], decide: take("yes") }),
    ]);
    expect(asked).toEqual(["yes"]);
    expect(loaded).toEqual(["slots"]);
  });

  test("leaving a state has effects as well as entering one", async () => {
    const follower = (name: string, given: Partial<AnyFollower>): AnyFollower => ({
      name,
      from: anyOrNone,
      to: anyType,
      follow: () => ({ effects: [name] }),
      ...given,
    });
    const others = anyType.filter((type) => type !== "SCHEDULED");
    const { effects } = await run(
      [],
      [
        follower("release what a scheduled run holds", { from: ["SCHEDULED"], to: others }),
        follower("release what a running run holds", { from: ["RUNNING"] }),
        follower("only of runs with notes", { when: (arrival) => arrival.run.notes.length > 0 }),
        follower("take what a pending run holds", { to: ["PENDING"] }),
      ],
    );
    expect(effects).toEqual(["release what a scheduled run holds", "take what a pending run holds"]);
  });

  test("a follower may need facts too, and sees the run after the change", async () => {
    const { effects, loaded } = await run(
      [rule("a", { decide: () => ({ ...accept, after: ({ run }) => ({ run: { notes: [...run.notes, "after"] } }) }) })],
      [
        {
          name: "take a slot",
          from: anyOrNone,
          to: anyType,
          needs: ["slots"],
          follow: ({ run }, { slots }) => ({ effects: [`${run.notes.join()} of ${slots}`] }),
        },
      ],
    );
    expect(effects).toEqual(["after of 3"]);
    expect(loaded).toEqual(["slots"]);
  });
});

describe("effects", () => {
  interface Effects {
    readonly take: { readonly slot: number };
    readonly release: { readonly slots: readonly number[] };
  }

  test("are handled in order, each by the handler of its kind", async () => {
    const done: string[] = [];
    const handlers: EffectHandlers<Effects, { readonly name: string }> = {
      take: async ({ name }, { slot }) => void done.push(`${name} takes ${slot}`),
      release: async ({ name }, { slots }) => void done.push(`${name} releases ${slots.join()}`),
    };
    const effects = [
      { kind: "release", slots: [1, 2] },
      { kind: "take", slot: 3 },
      { kind: "release", slots: [3] },
    ] as const;
    await carryOut(effects, { name: "a" }, handlers);
    expect(done).toEqual(["a releases 1,2", "a takes 3", "a releases 3"]);
  });
});

describe("times of states", () => {
  test("a state is later than the one before it, even if the clock went back", () => {
    const proposed = proposalOf({ type: "PENDING" }, now);
    const earlier = { ...initial, timestamp: (now + 5) as Timestamp };
    expect(stateAfter({ initial: earlier, proposed, now, newId })).toMatchObject({
      timestamp: now + 6,
      id: newId((now + 6) as Timestamp),
    });
    expect(stateAfter({ initial, proposed, now, newId }).timestamp).toBe(now);
  });
});
