import { type Clock, exponentialDelay, systemClock } from "@ostinato/core";
import type { Event, EventFilter } from "@ostinato/protocol";
import { type ApiSocket, isMessage, openApiSocket } from "./api-socket.ts";

export interface EventSubscriptionOptions {
  /** Where the API is, ending with `/api`. */
  readonly baseUrl: string;
  /** `user:password`. */
  readonly auth?: string | undefined;
  readonly filter: EventFilter;
  readonly onEvent: (event: Event) => void;
  /** Called after each (re)connection: events in between may have been missed. */
  readonly onConnected?: () => void;
  readonly clock?: Clock;
}

/**
 * Yields events as they happen, from the websocket `/events/out`; reconnects when the connection is lost. Never keeps the process alive.
 */
export function subscribeToEvents(options: EventSubscriptionOptions): { close(): void } {
  const { baseUrl, auth, filter, clock = systemClock() } = options;
  let socket: ApiSocket | undefined;
  let attempt = 0;
  let closed = false;
  let stopWaiting = () => {};

  function connect(): void {
    socket = openApiSocket({ baseUrl, path: "/events/out", auth, onReady, onMessage, onPong, onClosed });
    socket.keepAlive(false);
  }

  function onReady(): void {
    socket?.send(JSON.stringify({ type: "filter", filter }));
    options.onConnected?.();
    keepPinging();
  }

  /** Reset the delay only now, so that a server that closes connections at once is not asked again at once. */
  function onPong(): void {
    attempt = 0;
  }

  function onMessage(message: unknown): void {
    if (isMessage(message, "event")) options.onEvent((message as unknown as { readonly event: Event }).event);
  }

  function onClosed(): void {
    stopWaiting();
    socket = undefined;
    if (closed) return;
    const delay = exponentialDelay(attempt, { baseSeconds: 0.1, capSeconds: 10 });
    attempt += 1;
    stopWaiting = clock.after(delay, connect);
  }

  function keepPinging(): void {
    stopWaiting = clock.after(10, () => {
      socket?.ping("");
      keepPinging();
    });
  }

  connect();
  return {
    close() {
      closed = true;
      stopWaiting();
      socket?.close();
    },
  };
}
