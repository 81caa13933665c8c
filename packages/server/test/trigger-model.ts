import fc from "fast-check";

/** Seconds; no sum of waits meets it exactly. */
const within = 29.95;
const keys = ["x", "y"] as const;
const names = ["a", "b", "c"] as const;

export interface Happening {
  readonly name: (typeof names)[number];
  readonly key: (typeof keys)[number];
}

/** What is done with all sequences at once; at an event each has its own, or none. */
export type Step =
  | { readonly kind: "event" }
  | { readonly kind: "wait"; readonly seconds: number }
  | { readonly kind: "count" }
  | { readonly kind: "restart" };

/** Sequences of events that share a clock, so that a server goes through many of them in the time of one. */
export interface Sequences {
  readonly steps: readonly Step[];
  /** The events of each sequence in turn, and again from the beginning. */
  readonly happenings: readonly (readonly (Happening | null)[])[];
}

const happening = fc.record({ name: fc.constantFrom(...names), key: fc.constantFrom(...keys) });

/** Waits are shorter than a window, so that each deadline is noticed before the next one. */
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.constant({ kind: "event" } as const) },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant("wait" as const), seconds: fc.constantFrom(0.7, 3.1, 7.3, 11.7, 17.9) }),
    },
    { weight: 1, arbitrary: fc.constantFrom({ kind: "count" } as const, { kind: "restart" } as const) },
  ),
  { maxLength: 40 },
);

/** What happens to so many sets of triggers. */
export function sequences(count: number): fc.Arbitrary<Sequences> {
  const own = fc.array(count === 1 ? happening : fc.option(happening, { freq: 3 }), { minLength: 1, maxLength: 40 });
  return fc.record({ steps, happenings: fc.array(own, { minLength: count, maxLength: count }) });
}

/** An event that was sent, in seconds since the automations were made. */
export interface Sent {
  readonly id: string;
  readonly name: string;
  readonly key: string;
  readonly at: number;
}

/** What fired a trigger: an event, or the last one before a deadline. */
type Cause = string | null;

interface Kind {
  readonly trigger: (name: (short: string) => string) => object;
  /** The causes of its firings, from all that was sent until then. */
  readonly model: (sent: readonly Sent[], until: number) => readonly Cause[];
}

const event = (posture: "Reactive" | "Proactive", expect: readonly string[], fields: object = {}) => ({
  type: "event",
  posture,
  expect,
  ...fields,
});
const of = (sent: readonly Sent[], ...wanted: readonly string[]) => sent.filter(({ name }) => wanted.includes(name));
const perKey = { for_each: ["prefect.resource.id"] };

function forEachKey(sent: readonly Sent[], model: (own: readonly Sent[]) => readonly Cause[]): readonly Cause[] {
  return keys.flatMap((key) => model(sent.filter((each) => each.key === key)));
}

/** The kinds of triggers, and what they mean in as few words as it takes. */
export const kinds: Readonly<Record<string, Kind>> = {
  "each event": {
    trigger: (name) => event("Reactive", [name("a")]),
    model: (sent) => of(sent, "a").map(({ id }) => id),
  },

  "every third event": {
    trigger: (name) => event("Reactive", [name("a"), name("b")], { threshold: 3 }),
    model: (sent) => of(sent, "a", "b").flatMap(({ id }, index) => (index % 3 === 2 ? id : [])),
  },

  "two within the time, for each resource": {
    trigger: (name) => event("Reactive", [name("a")], { threshold: 2, within, ...perKey }),
    model: (sent) =>
      forEachKey(of(sent, "a"), (own) => {
        const fired: Cause[] = [];
        let window = { from: Number.NEGATIVE_INFINITY, to: Number.NEGATIVE_INFINITY, count: 0 };
        for (const { id, at } of own) {
          if (at < window.from) continue;
          if (at >= window.to) window = { from: at, to: at + within, count: 0 };
          window.count += 1;
          if (window.count < 2) continue;
          fired.push(id);
          window = { from: window.to, to: window.to + within, count: 0 };
        }
        return fired;
      }),
  },

  "nothing within the time": {
    trigger: (name) => event("Proactive", [name("c")], { within }),
    model(sent, until) {
      const windows = Array.from({ length: Math.floor(until / within) }, (_, index) => index * within);
      return windows
        .filter((from) => !of(sent, "c").some(({ at }) => from <= at && at < from + within))
        .map(() => null);
    },
  },

  "no b in time after a, for each resource": {
    trigger: (name) => event("Proactive", [name("b")], { after: [name("a")], within, ...perKey }),
    model: (sent, until) =>
      forEachKey(of(sent, "a", "b"), (own) => {
        const fired: Cause[] = [];
        let free = 0;
        for (const { id, name, at } of own) {
          if (name !== "a" || at < free) continue;
          const met = own.find((other) => other.name === "b" && at <= other.at && other.at < at + within);
          free = met?.at ?? at + within;
          if (met === undefined && at + within <= until) fired.push(id);
        }
        return fired;
      }),
  },

  "no next sign of life, for each resource": {
    trigger: (name) => event("Proactive", [name("a"), name("c")], { after: [name("a")], within, ...perKey }),
    model: (sent, until) =>
      forEachKey(of(sent, "a", "c"), (own) =>
        own.flatMap(({ id, name, at }, index) => {
          const next = own[index + 1];
          const isSilent = name === "a" && at + within <= until && (next === undefined || next.at >= at + within);
          return isSilent ? [id] : [];
        }),
      ),
  },

  "a, b and c within the time": {
    trigger: (name) => ({
      type: "compound",
      require: "all",
      within,
      triggers: names.map((each) => event("Reactive", [name(each)])),
    }),
    model: (sent) => composed(sent, (latest) => latest.length === names.length),
  },

  "two of a, b and c within the time": {
    trigger: (name) => ({
      type: "compound",
      require: 2,
      within,
      triggers: names.map((each) => event("Reactive", [name(each)])),
    }),
    model: (sent) => composed(sent, (latest) => latest.length === 2),
  },

  "a, then b, then c within the time": {
    trigger: (name) => ({
      type: "sequence",
      within,
      triggers: names.map((each) => event("Reactive", [name(each)])),
    }),
    model: (sent) => composed(sent, (latest) => latest.map(({ name }) => name).join("") === names.join("")),
  },

  "a, then b or c": {
    trigger: (name) => ({
      type: "sequence",
      within,
      triggers: [
        event("Reactive", [name("a")]),
        {
          type: "compound",
          require: "any",
          within,
          triggers: [event("Reactive", [name("b")]), event("Reactive", [name("c")])],
        },
      ],
    }),
    model(sent) {
      const either = sent.map((each) => (each.name === "a" ? each : { ...each, name: "b or c" }));
      return composed(either, (latest) => latest.map(({ name }) => name).join() === "a,b or c");
    },
  },

  "c, and a before b": {
    trigger: (name) => ({
      type: "compound",
      require: "all",
      within,
      triggers: [
        {
          type: "sequence",
          within,
          triggers: [event("Reactive", [name("a")]), event("Reactive", [name("b")])],
        },
        event("Reactive", [name("c")]),
      ],
    }),
    model(sent) {
      const inTurn = composed(of(sent, "a", "b"), (latest) => latest.map(({ name }) => name).join() === "a,b");
      const steps = sent.flatMap((each) => {
        if (each.name === "c") return [each];
        return inTurn.includes(each.id) ? [{ ...each, name: "a before b" }] : [];
      });
      return composed(steps, (latest) => latest.length === 2);
    },
  },
};

/** The latest event of each name since the last firing, as far as it is not too old. */
function composed(sent: readonly Sent[], isComplete: (latest: readonly Sent[]) => boolean): readonly Cause[] {
  const causes: Cause[] = [];
  let since: readonly Sent[] = [];
  for (const each of sent) {
    since = [...since, each].filter(({ at }) => at >= each.at - within);
    const latest = since.filter(({ name }, index) => !since.slice(index + 1).some((later) => later.name === name));
    if (!isComplete(latest)) continue;
    causes.push(each.id);
    since = [];
  }
  return causes;
}
