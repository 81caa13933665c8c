import { exponentialDelay, systemClock } from "@ostinato/core";
import type { EventCreate, RefusedEvent } from "@ostinato/protocol";
import { askForRefusals } from "@ostinato/protocol/limits";
import { type ApiSocket, isMessage, openApiSocket } from "./api-socket.ts";
import { defaultEventCapacity, type EventSink, type EventSinkOptions } from "./event-sink.ts";
import { Outbox, type OutboxCapacity } from "./outbox.ts";

export interface SocketEventSinkOptions extends EventSinkOptions {
  /** Where the API is, ending with `/api`. */
  readonly baseUrl: string;
  /** `user:password`. */
  readonly auth?: string | undefined;
  /** Whether the server takes several events in one frame: Ostinato does, Prefect does not. */
  readonly batches: boolean;
}

const frameLimit: OutboxCapacity = { messages: 500, characters: 512 * 1024 };
const singleFrame: OutboxCapacity = { messages: 1, characters: 0 };
/** Beyond this the network is slower than the program: wait for acknowledgements before sending more. */
const backlogBytes = 8 * 1024 * 1024;
/** The server's own ping keeps the connection open; this one detects a dead server while nothing is sent. */
const idlePingSeconds = 10;

/**
 * Sends events over the websocket `/events/in`. The server answers a ping once everything before it is durable, so a ping that carries a
 * sequence number asks for a receipt. Events without a receipt are sent again after a lost connection.
 */
export function socketEventSink(options: SocketEventSinkOptions): EventSink {
  const { baseUrl, auth, clock = systemClock(), capacity = defaultEventCapacity } = options;
  const path = options.batches ? `/events/in?${askForRefusals}` : "/events/in";
  const limit = options.batches ? frameLimit : singleFrame;
  const outbox = new Outbox(capacity);
  let socket: ApiSocket | undefined;
  let ready = false;
  let pumping = false;
  let alive = true;
  let attempt = 0;
  let lost = false;
  let closed: PromiseWithResolvers<void> | undefined;
  let stopWaiting = () => {};

  function connect(): void {
    socket = openApiSocket({ baseUrl, path, auth, onReady, onMessage, onPong, onClosed });
    socket.keepAlive(alive || outbox.size > 0);
  }

  function onReady(): void {
    ready = true;
    if (lost) options.onFound?.();
    lost = false;
    outbox.rewind();
    pump();
    keepIdlePing();
  }

  function onMessage(message: unknown): void {
    if (!isMessage(message, "refused")) return;
    const { id, problem, kept } = message as RefusedEvent;
    if (kept) {
      options.onCut?.(new Error(problem));
      return;
    }
    const instead = options.onRefused?.(new Error(problem), (id === null ? undefined : textOf(id)) ?? "");
    if (instead === undefined) return;
    outbox.addInPlace(instead);
    pumpSoon();
  }

  /** The server reports a refused event before it acknowledges the events around it. */
  function textOf(id: string): string | undefined {
    const quoted = JSON.stringify(id);
    return outbox.unacknowledged().find((text) => text.includes(quoted) && (JSON.parse(text) as EventCreate).id === id);
  }

  function onPong(payload: string): void {
    const upTo = Number(payload);
    if (!Number.isSafeInteger(upTo)) return;
    attempt = 0;
    outbox.acknowledge(upTo);
    if (outbox.hasUnsent) pump();
    else if (outbox.size === 0) socket?.keepAlive(alive);
  }

  function onClosed(reason: Error): void {
    ready = false;
    socket = undefined;
    stopWaiting();
    if (closed === undefined) reconnect(reason);
    else closed.resolve();
  }

  function reconnect(reason: Error): void {
    if (!lost) options.onLost?.(reason);
    lost = true;
    const delay = exponentialDelay(attempt, { baseSeconds: 0.1, capSeconds: 5 });
    attempt += 1;
    stopWaiting = clock.after(delay, connect);
  }

  function keepIdlePing(): void {
    stopWaiting = clock.after(idlePingSeconds, () => {
      socket?.ping("");
      keepIdlePing();
    });
  }

  function pumpSoon(): void {
    if (pumping) return;
    pumping = true;
    setImmediate(pump);
  }

  function pump(): void {
    pumping = false;
    if (!ready || socket === undefined) return;
    let sent: number | undefined;
    while (socket.backlog < backlogBytes) {
      const batch = outbox.take(limit);
      if (batch === undefined) break;
      socket.send(options.batches ? `[${batch.texts.join(",")}]` : (batch.texts[0] ?? ""));
      sent = batch.upTo;
    }
    if (sent !== undefined) socket.ping(String(sent));
  }

  connect();
  return {
    send(event: EventCreate) {
      outbox.add(JSON.stringify(event));
      if (outbox.size === 1) socket?.keepAlive(true);
      pumpSoon();
    },
    get backpressure() {
      return outbox.backpressure;
    },
    get unacknowledged() {
      return outbox.size;
    },
    unacknowledgedTexts: () => outbox.unacknowledged(),
    flush: () => outbox.drained(),
    keepAlive(keep) {
      alive = keep;
      if (outbox.size === 0) socket?.keepAlive(keep);
    },
    close() {
      closed ??= Promise.withResolvers();
      stopWaiting();
      if (socket === undefined) closed.resolve();
      else socket.close();
      return closed.promise;
    },
  };
}
