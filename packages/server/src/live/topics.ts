import type { LiveTopic } from "@ostinato/protocol";
import type { SocketConnection } from "../kernel/socket.ts";
import { keyOf, type TopicKey } from "./subscriptions.ts";

/** One open page of somebody. */
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

/** Who watches what. */
export interface Topics {
  add(subscription: Subscription): void;
  remove(page: Page, id: number): void;
  isWatched(key: TopicKey): boolean;
  /** Whether rows of flow runs are wanted by anybody. */
  readonly includeFlowRuns: boolean;
  readonly isEmpty: boolean;
  subscriptions(): Iterable<Subscription>;
}

export function createTopics(): Topics {
  const watchers = new Map<TopicKey, Set<Subscription>>();
  return {
    add(subscription) {
      const key = keyOf(subscription.topic);
      watchers.set(key, (watchers.get(key) ?? new Set()).add(subscription));
      subscription.page.subscriptions.set(subscription.id, subscription);
    },
    remove(page, id) {
      const subscription = page.subscriptions.get(id);
      if (subscription === undefined) return;
      page.subscriptions.delete(id);
      const key = keyOf(subscription.topic);
      const others = watchers.get(key);
      others?.delete(subscription);
      if (others?.size === 0) watchers.delete(key);
    },
    isWatched: (key) => watchers.has(key),
    get includeFlowRuns() {
      return watchers.keys().some((key) => key.startsWith("flow-run"));
    },
    get isEmpty() {
      return watchers.size === 0;
    },
    *subscriptions() {
      for (const subscribed of watchers.values()) yield* subscribed;
    },
  };
}
