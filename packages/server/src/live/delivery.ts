import type { LiveChange, LiveDeletion, LiveRowChange, LiveTopic } from "@ostinato/protocol";
import { type Feed, keyOf, keysOf, kindsOf, type TopicKey, type TopicKind } from "./topics.ts";

/** More of one kind in one message, and reading anew is cheaper for both sides. */
const maxOfAKind = 1000;

/** One delivery, in the order in which each page gets it. */
export interface Batch {
  readonly rows: readonly LiveRowChange[];
  /** Comes last. */
  readonly deleted: readonly LiveDeletion[];
}

/** The changes that belong to a topic, or undefined when they are too many to be sent one by one. */
export type Sorter = (topic: LiveTopic) => readonly LiveChange[] | undefined;

/** Looks through the batch once, however many topics ask for their part of it. */
export function sorter(feed: Feed, { rows, deleted }: Batch): Sorter {
  const byTopic = new Map<TopicKey, LiveRowChange[]>();
  for (const change of rows) for (const key of keysOf(feed, change)) addTo(byTopic, key, change);
  // The topics of a deleted row are unknown: every topic that may have shown it gets the deletion.
  const byKind = new Map<TopicKind, LiveDeletion[]>();
  for (const change of deleted) for (const kind of kindsOf(feed.nouns, change.of)) addTo(byKind, kind, change);

  return (topic) => {
    const changes = [...(byTopic.get(keyOf(topic)) ?? []), ...(byKind.get(topic.kind) ?? [])];
    if (changes.length <= maxOfAKind) return changes;
    const counts = Map.groupBy(changes, ({ kind }) => kind);
    return counts.values().some(({ length }) => length > maxOfAKind) ? undefined : changes;
  };
}

function addTo<K, C>(lists: Map<K, C[]>, key: K, change: C): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [change]);
  else list.push(change);
}
