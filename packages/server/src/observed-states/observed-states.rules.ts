import type { StateType, Timestamp } from "@ostinato/core";
import type { ObservedStateSort } from "@ostinato/protocol";

export interface Observed {
  readonly state_type: StateType;
  readonly state_name: string;
  readonly first_seen: Timestamp;
  readonly last_seen: Timestamp;
}

/** Merges histories of several kinds of runs, each type and name once. */
export function merged(histories: readonly (readonly Observed[])[]): readonly Observed[] {
  const kinds = new Map<string, Observed>();
  for (const seen of histories.flat()) {
    const key = `${seen.state_type} ${seen.state_name}`;
    const known = kinds.get(key) ?? seen;
    const first_seen = Math.min(known.first_seen, seen.first_seen) as Timestamp;
    const last_seen = Math.max(known.last_seen, seen.last_seen) as Timestamp;
    kinds.set(key, { ...seen, first_seen, last_seen });
  }
  return [...kinds.values()];
}

/** States whose type or name begins with the text, in any case; all of them without a text. */
export function beginningWith(states: readonly Observed[], text: string): readonly Observed[] {
  const begin = text.trim().toLowerCase();
  return states.filter(({ state_type, state_name }) =>
    [state_type, state_name].some((name) => name.toLowerCase().startsWith(begin)),
  );
}

export function ordered(states: readonly Observed[], sort: ObservedStateSort): readonly Observed[] {
  const byName = (one: Observed, other: Observed) =>
    compared(one.state_type, other.state_type) || compared(one.state_name, other.state_name);
  return states.toSorted((a, b) => (sort === "NAME_ASC" ? byName(a, b) : b.last_seen - a.last_seen || byName(a, b)));
}

function compared(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
