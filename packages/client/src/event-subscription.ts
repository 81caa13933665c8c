import type { Clock } from "@ostinato/core";
import type { Event, EventFilter } from "@ostinato/protocol";
import { isMessage } from "./api-socket.ts";
import { openReconnectingSocket } from "./reconnecting-socket.ts";

export interface EventSubscriptionOptions {
  /** Where the API is, ending with `/api`. */
  readonly baseUrl: string;
  /** `user:password`. */
  readonly auth?: string | undefined;
  /** Where it changes, it is asked for at each (re)connection. */
  readonly filter: EventFilter | (() => EventFilter);
  readonly onEvent: (event: Event) => void;
  /** Called after each (re)connection: events in between may have been missed. */
  readonly onConnected?: () => void;
  readonly clock?: Clock;
}

/**
 * Yields events as they happen, from the websocket `/events/out`; reconnects when the connection is lost. Never keeps the process alive.
 */
export function subscribeToEvents(options: EventSubscriptionOptions): { close(): void } {
  const { baseUrl, auth, filter, onEvent, onConnected, clock } = options;
  return openReconnectingSocket({
    baseUrl,
    path: "/events/out",
    auth,
    clock,
    onConnected,
    greeting: () => JSON.stringify({ type: "filter", filter: typeof filter === "function" ? filter() : filter }),
    onMessage(message) {
      if (isMessage(message, "event")) onEvent((message as unknown as { readonly event: Event }).event);
    },
  });
}
