import { addSeconds, formatTimestamp, type Timestamp } from "@ostinato/core";
import type { Automation, Event } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { automationTrial } from "../../test/automation-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { type Happening, kinds, type Sent, type Sequences, type Step, sequences } from "../../test/trigger-model.ts";
import { completeTrigger } from "../automations/triggers.rules.ts";
import type { Firing } from "./composites.rules.ts";
import { type Counter, type Counts, countDeadline, countEvent, counterOf } from "./counting.rules.ts";
import { eventTriggersOf, knownAs } from "./known-triggers.rules.ts";
import { dueOf, firstWindow, type Window } from "./windows.rules.ts";

type Causes = Readonly<Record<string, readonly (string | null)[]>>;

/** What the triggers of all kinds are given to, one set of them for each sequence, and asked for what fired them. */
interface Subject {
  /** Gives the ids of the events. */
  send(happenings: readonly (Happening | null)[]): Promise<readonly string[]>;
  wait(seconds: number): Promise<void>;
  count(): Promise<void>;
  restart(): Promise<void>;
  causes(): Promise<readonly Causes[]>;
}

async function agrees(subject: Subject, { steps, happenings }: Sequences): Promise<void> {
  const sent = happenings.map((): Sent[] => []);
  let until = 0;
  let turn = 0;
  const wait = async (seconds: number) => {
    await subject.wait(seconds);
    until += seconds;
  };
  const send = async () => {
    const each = happenings.map((own) => own[turn % own.length] ?? null);
    const ids = await subject.send(each);
    for (const [index, one] of each.entries()) {
      // No two events occur at the same moment.
      if (one !== null) sent[index]?.push({ ...one, id: ids[index] ?? "", at: until + turn * 1e-6 });
    }
    turn += 1;
  };
  // After these, no window is left in which something could still come.
  const rest: readonly Step[] = Array.from({ length: 5 }, () => ({ kind: "wait", seconds: 13.7 }));
  for (const step of [...steps, ...rest]) {
    if (step.kind === "event") await send();
    else if (step.kind === "wait") await wait(step.seconds);
    else await subject[step.kind]();
  }
  await subject.count();
  const modelled = sent.map((own) =>
    Object.fromEntries(Object.entries(kinds).map(([title, { model }]) => [title, model(own, until - 0.5)])),
  );
  expect((await subject.causes()).map(inAnyOrder)).toEqual(modelled.map(inAnyOrder));
}

/** With OSTINATO_TRIGGER_SEQUENCES thousands of sequences go to a server. */
const sequencesAtServer = Number(process.env.OSTINATO_TRIGGER_SEQUENCES ?? 200);
const atOnce = 20;

/** A deadline of one resource may be noticed after a later event of another. */
function inAnyOrder(causes: Causes): Causes {
  return Object.fromEntries(Object.entries(causes).map(([title, each]) => [title, each.toSorted()]));
}

/** The rules alone, with what they count in memory: fast enough for thousands of sequences. */
function rulesAlone(): Subject {
  let now = 0 as Timestamp;
  let made = 0;
  const newId = () => {
    made += 1;
    return String(made);
  };
  const automations = Object.entries(kinds).map(([title, { trigger }]) => {
    const complete = completeTrigger(trigger((short) => short) as never, [], newId);
    return { id: title, name: title, trigger: complete } as Automation;
  });
  const known = knownAs(1, automations);
  const windows = new Map<string, { counter: Counter; window: Window }>();
  const firings = new Map<string, readonly Firing[]>();
  const nameOf = ({ entry, values }: Counter) => `${entry.trigger.id} ${values.join()}`;
  const counts: Counts = {
    windowOf: (counter) => windows.get(nameOf(counter))?.window,
    setWindow(counter, window) {
      if (window === undefined) windows.delete(nameOf(counter));
      else windows.set(nameOf(counter), { counter, window });
    },
    firingsIn: ({ id }) => firings.get(id) ?? [],
    setFirings: (_entry, { id }, kept) => void firings.set(id, kept),
  };
  for (const entry of automations.flatMap(eventTriggersOf)) {
    counts.setWindow({ entry, values: [] }, firstWindow(entry.trigger, now));
  }
  const fired = Object.fromEntries(automations.map(({ id }) => [id, [] as (string | null)[]]));
  const counting = { counts, newId };
  const note = (all: ReturnType<typeof countEvent>) => {
    for (const { entry, firing } of all) fired[entry.automation.id]?.push(firing.event_id);
  };
  const count = async () => {
    const due = [...windows.values()].filter(({ counter, window }) => {
      const { trigger } = counter.entry;
      return trigger.posture === "Proactive" && dueOf(trigger, window) <= addSeconds(now, -0.5);
    });
    const inTurn = due.toSorted((one, other) => one.window.ends - other.window.ends);
    for (const { counter } of inTurn) note(countDeadline(counter, now, counting));
  };
  return {
    async send([happening]) {
      if (happening === null || happening === undefined) return [""];
      const { name, key } = happening;
      now = (now + 1) as Timestamp;
      const id = newId();
      const occurred = formatTimestamp(now);
      const event = { id, event: name, occurred, resource: { "prefect.resource.id": key }, related: [] };
      for (const entry of known.find(event as unknown as Event)) {
        note(countEvent(counterOf(entry, event as unknown as Event), event as unknown as Event, counting));
      }
      return [id];
    },
    async wait(seconds) {
      now = addSeconds(now, seconds);
      await count();
    },
    count,
    restart: async () => {},
    causes: async () => [fired],
  };
}

describe("what triggers mean", () => {
  test("is what a model in a few lines says, for whatever happens", async () => {
    await fc.assert(
      fc.asyncProperty(sequences(1), (taken) => agrees(rulesAlone(), taken)),
      { numRuns: 3000 },
    );
  });
});

describeOnEachDatabase("what triggers of a server mean", (database) => {
  let server: TestServer | undefined;
  afterEach(async () => {
    await server?.stop();
  });

  test("is the same, also where it is started anew in between", {
    timeout: Math.max(120_000, sequencesAtServer * 1_000),
  }, async () => {
    const clock = fakeClock();
    const start = async () => {
      await server?.stop();
      server = await startTestServer(database.url, { clock });
      return server;
    };
    let turn = 0;
    await start();
    await fc.assert(
      fc.asyncProperty(sequences(atOnce), async (taken) => {
        turn += 1;
        const subject = await subjectOf(() => server as TestServer, { clock, turn, restart: start });
        await agrees(subject, taken);
        await subject.end();
      }),
      { numRuns: Math.ceil(sequencesAtServer / atOnce) },
    );
  });
});

interface Surroundings {
  readonly clock: FakeClock;
  readonly turn: number;
  readonly restart: () => Promise<unknown>;
}

async function subjectOf(
  server: () => TestServer,
  { clock, turn, restart }: Surroundings,
): Promise<Subject & { end(): Promise<void> }> {
  const trial = () => automationTrial(server(), clock);
  const nameOf = (index: number, short: string) => `turn-${turn}.${index}.${short}`;
  const owner = `turn-${turn}`;
  const make = async (index: number) => {
    const made = Object.entries(kinds).map(async ([title, { trigger }]) => {
      const automation = await trial().create(
        trigger((short) => nameOf(index, short)),
        { owner_resource: owner },
      );
      return [title, automation] as const;
    });
    return new Map(await Promise.all(made));
  };
  const sets = await Promise.all(Array.from({ length: atOnce }, (_, index) => make(index)));
  return {
    async send(happenings) {
      const events = happenings.flatMap((each, index) =>
        each === null ? [] : [{ index, event: nameOf(index, each.name), of: each.key }],
      );
      const ids = await trial().happen(...events);
      return happenings.map((_, index) => ids[events.findIndex((event) => event.index === index)] ?? "");
    },
    wait: (seconds) => trial().wait(seconds),
    count: () => trial().count(),
    restart: async () => void (await restart()),
    async causes() {
      const causes = await trial().causesOf(sets.flatMap((made) => [...made.values()]));
      return sets.map((made) =>
        Object.fromEntries([...made].map(([title, { id }]) => [title, causes.get(id) ?? []] as const)),
      );
    },
    async end() {
      await server().call("DELETE", `/automations/owned-by/${owner}`);
    },
  };
}
