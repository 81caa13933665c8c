import { type Clock, exponentialDelay, systemClock } from "@ostinato/core";
import { type ApiSocket, type ApiSocketOptions, openApiSocket } from "./api-socket.ts";

export interface ReconnectingSocketOptions extends Pick<ApiSocketOptions, "baseUrl" | "path" | "auth"> {
  /** The first message after each (re)connection. */
  readonly greeting: () => string;
  readonly onMessage: (message: unknown) => void;
  /** Called after each (re)connection: messages in between may have been missed. */
  readonly onConnected?: (() => void) | undefined;
  /** Called each time the connection is lost, or could not be made. */
  readonly onDisconnected?: (() => void) | undefined;
  readonly clock?: Clock | undefined;
}

export interface ReconnectingSocket {
  /** Sends the greeting anew, if there is a connection. */
  greet(): void;
  /** Sends the message if there is a connection; else it is lost. */
  send(text: string): void;
  close(): void;
}

/** A websocket of the API that connects again when the connection is lost. Never keeps the process alive. */
export function openReconnectingSocket(options: ReconnectingSocketOptions): ReconnectingSocket {
  const { baseUrl, auth, path, greeting, onMessage, clock = systemClock() } = options;
  let socket: ApiSocket | undefined;
  let ready = false;
  let attempt = 0;
  let closed = false;
  let stopWaiting = () => {};

  function connect(): void {
    socket = openApiSocket({ baseUrl, path, auth, onReady, onMessage, onPong, onClosed });
    socket.keepAlive(false);
  }

  function onReady(): void {
    ready = true;
    socket?.send(greeting());
    options.onConnected?.();
    keepPinging();
  }

  /** Reset the delay only now, so that a server that closes connections at once is not asked again at once. */
  function onPong(): void {
    attempt = 0;
  }

  function onClosed(): void {
    stopWaiting();
    socket = undefined;
    ready = false;
    if (closed) return;
    options.onDisconnected?.();
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
    greet() {
      if (ready) socket?.send(greeting());
    },
    send(text) {
      if (ready) socket?.send(text);
    },
    close() {
      closed = true;
      stopWaiting();
      socket?.close();
    },
  };
}
