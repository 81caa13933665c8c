import type { Clock } from "@ostinato/core";
import type { createEvents, EventCreate } from "@ostinato/protocol";
import { batchPoster } from "./batch-poster.ts";
import type { Client } from "./client.ts";
import type { OutboxCapacity } from "./outbox.ts";

/** Takes events and sends them to the server in order and in batches, repeating each until the server has stored it. */
export interface EventSink {
  /** Queues the event. Never waits and never throws. */
  send(event: EventCreate): void;
  /** Undefined while there is room; otherwise resolves when there is. Producers wait for it before they send more. */
  readonly backpressure: Promise<void> | undefined;
  /** Events that the server has not acknowledged. */
  readonly unacknowledged: number;
  /** The events that the server has not acknowledged, as JSON texts, in order. */
  unacknowledgedTexts(): readonly string[];
  /** Resolves when the server has stored everything sent so far. Does not keep the process alive by itself. */
  flush(): Promise<void>;
  /** Whether an idle connection keeps the process alive. */
  keepAlive(alive: boolean): void;
  /** Drops the events that are not acknowledged: flush first. */
  close(): Promise<void>;
}

export interface EventSinkOptions {
  readonly clock?: Clock;
  /** How much is queued while the server is away; beyond it `backpressure` asks producers to wait. */
  readonly capacity?: OutboxCapacity;
  /** Called once when the server stops answering. */
  readonly onLost?: (error: unknown) => void;
  /** Called when it answers again. */
  readonly onFound?: () => void;
  /** Called with an event that the server refuses, as JSON. The returned event is sent in its place, and may be refused too. */
  readonly onRefused?: (error: Error, event: string) => string | undefined;
  /** Called when the server stores an event without a part that it does not understand. */
  readonly onCut?: (error: Error) => void;
}

export const defaultEventCapacity: OutboxCapacity = { messages: 20_000, characters: 64 * 1024 * 1024 };

/** Sends events by `POST /events`: events that arrive during a request form the next batch. */
export function postingEventSink(client: Client, options: EventSinkOptions = {}): EventSink {
  const poster = batchPoster({
    capacity: defaultEventCapacity,
    batch: { messages: 500, characters: 4 * 1024 * 1024 },
    collectSeconds: 0.003, // Long enough to send all events of a short task in one request.
    ...options,
    post: (events, signal) =>
      client.call<typeof createEvents>("POST /events", { encodedBody: `[${events.join(",")}]`, retries: 0, signal }),
  });
  return {
    send: (event) => poster.add(JSON.stringify(event)),
    get backpressure() {
      return poster.backpressure;
    },
    get unacknowledged() {
      return poster.size;
    },
    unacknowledgedTexts: () => poster.unacknowledgedTexts(),
    flush: () => poster.flush(),
    keepAlive() {},
    close: () => poster.close(),
  };
}
