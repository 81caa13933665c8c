import { type LiveNoun, type LiveRowChange, type LiveTopic, topicsWithSubflows } from "@ostinato/protocol";
import type { SocketConnection } from "../kernel/socket.ts";
import type { Lineage } from "./lineage.service.ts";
import type { Noun, Nouns } from "./nouns.service.ts";

export type TopicKind = LiveTopic["kind"];

/** A topic as one string, for comparisons. */
export type TopicKey = string;

export function keyOf({ kind, ...fields }: LiveTopic): TopicKey {
  const [id] = Object.values<string>(fields);
  return id === undefined ? kind : keyOfOne(kind, id);
}

function keyOfOne(kind: string, id: string): TopicKey {
  return `${kind} ${id.toLowerCase()}`;
}

/** The nouns of the feed, and the runs that called those which their rows belong to. */
export interface Feed {
  readonly nouns: Nouns;
  readonly lineage: Lineage;
}

/** The topics of a row. Those of runs that called its own are left out where the lineage does not know them. */
export function keysOf<N extends LiveNoun>({ nouns, lineage }: Feed, { kind, row }: LiveRowChange<N>): TopicKey[] {
  const { topics }: Noun<typeof row> = nouns[kind];
  return Object.entries(topics).flatMap(([topic, idsOf]) => {
    if (idsOf === true) return topic;
    const ids = idsOf(row).filter((id) => id !== null);
    const all = topicsWithSubflows.has(topic) ? ids.flatMap((id) => lineage.of(id) ?? [id]) : ids;
    return all.map((id) => keyOfOne(topic, id));
  });
}

/** The runs of a row whose callers have to be read before it is known who watches the row. */
export function unplacedRuns<N extends LiveNoun>(
  { nouns, lineage }: Feed,
  interest: Interest,
  { kind, row }: LiveRowChange<N>,
): readonly string[] {
  const { topics }: Noun<typeof row> = nouns[kind];
  return Object.entries(topics).flatMap(([topic, idsOf]) => {
    if (idsOf === true || !topicsWithSubflows.has(topic) || !interest.isKindWatched(topic as TopicKind)) return [];
    return idsOf(row).flatMap((id) => (id === null || lineage.of(id) !== undefined ? [] : id));
  });
}

/** The kinds of topics on which a noun appears. */
export function kindsOf(nouns: Nouns, noun: LiveNoun): readonly TopicKind[] {
  return Object.keys(nouns[noun].topics) as TopicKind[];
}

/** One open page. */
export interface Page {
  readonly connection: SocketConnection;
  readonly subscriptions: Map<number, Subscription>;
  /** Changes were not sent, because it takes them too slowly. */
  behind: boolean;
}

export interface Subscription {
  readonly id: number;
  readonly topic: LiveTopic;
  readonly page: Page;
}

/** The topics that some page watches. */
export interface Interest {
  isWatched(key: TopicKey): boolean;
  /** Whether any topic of the kind is watched. */
  isKindWatched(kind: TopicKind): boolean;
}

/** The topics by page. */
export interface Topics extends Interest {
  add(subscription: Subscription): void;
  remove(page: Page, id: number): void;
  readonly isEmpty: boolean;
  subscriptions(): Iterable<Subscription>;
}

export function createTopics(): Topics {
  const watchers = new Map<TopicKey, Set<Subscription>>();
  const byKind = new Map<TopicKind, Set<TopicKey>>();

  function forget(kind: TopicKind, key: TopicKey): void {
    watchers.delete(key);
    const keys = byKind.get(kind);
    keys?.delete(key);
    if (keys?.size === 0) byKind.delete(kind);
  }

  return {
    add(subscription) {
      const { topic, page, id } = subscription;
      const key = keyOf(topic);
      watchers.set(key, (watchers.get(key) ?? new Set()).add(subscription));
      byKind.set(topic.kind, (byKind.get(topic.kind) ?? new Set()).add(key));
      page.subscriptions.set(id, subscription);
    },
    remove(page, id) {
      const subscription = page.subscriptions.get(id);
      if (subscription === undefined) return;
      page.subscriptions.delete(id);
      const key = keyOf(subscription.topic);
      const others = watchers.get(key);
      others?.delete(subscription);
      if (others?.size === 0) forget(subscription.topic.kind, key);
    },
    isWatched: (key) => watchers.has(key),
    isKindWatched: (kind) => byKind.has(kind),
    get isEmpty() {
      return watchers.size === 0;
    },
    *subscriptions() {
      for (const subscribed of watchers.values()) yield* subscribed;
    },
  };
}
