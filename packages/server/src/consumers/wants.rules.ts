import type { Delivery, Wants } from "../kernel/delivery.ts";

/** Whether a change is wanted, by its kind and name. */
export type IsWanted = (delivery: Pick<Delivery, "kind" | "name">) => boolean;

/** An event that is wanted for what it is about is wanted by its name as well: the consumer looks at the event. */
export function isWantedBy({ takenByTriggers = false, ...wants }: Wants): IsWanted {
  const isNamed = isWantedByName(wants);
  return (delivery) => (takenByTriggers && delivery.kind === "event") || isNamed(delivery);
}

function isWantedByName({ events = [], changed = [], deleted = [], followUps = [] }: Wants): IsWanted {
  const names = { changed: new Set(changed), deleted: new Set(deleted), "follow-up": new Set(followUps) };
  const prefixes = events.filter((event) => event.endsWith("*")).map((event) => event.slice(0, -1));
  const exact = new Set(events);
  return ({ kind, name }) =>
    kind === "event" ? exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix)) : names[kind].has(name);
}

/** Whether any of several wants it for its name. Each kind and name is decided once, because every unit of work asks. */
export function isNamedByAny(all: readonly Wants[]): IsWanted {
  const each = all.map(isWantedByName);
  const known = new Map<string, boolean>();
  return (delivery) => {
    const key = `${delivery.kind} ${delivery.name}`;
    let wanted = known.get(key);
    if (wanted === undefined) {
      wanted = each.some((isWanted) => isWanted(delivery));
      // Programs invent names of events.
      if (known.size >= maxKnown) known.clear();
      known.set(key, wanted);
    }
    return wanted;
  };
}

const maxKnown = 10_000;

/** In words, for people who look after a server. */
export function wantsInWords(wants: Wants): readonly string[] {
  const { events = [], takenByTriggers = false, changed = [], deleted = [], followUps = [] } = wants;
  return [
    ...(takenByTriggers ? ["events that triggers take"] : []),
    ...events.map((event) => `event ${event}`),
    ...changed.map((noun) => `${noun} changed`),
    ...deleted.map((noun) => `${noun} deleted`),
    ...followUps,
  ];
}
