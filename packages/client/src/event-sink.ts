import type { Clock } from "@ostinato/core";
import type { createEvents, EventCreate } from "@ostinato/protocol";
import { batchPoster } from "./batch-poster.ts";
import type { Client } from "./client.ts";
import type { OutboxCapacity } from "./outbox.ts";

/** Takes events and brings them to the server, in order, in batches, again and again until the server has them for good. */
export interface EventSink {
  /** The event is on its way. Never waits and never throws. */
  send(event: EventCreate): void;
  /** Undefined while there is room; else resolves when there is. Whoever makes events at will waits for it first. */
  readonly backpressure: Promise<void> | undefined;
  /** Events that the server has not acknowledged. */
  readonly unacknowledged: number;
  /** Those events, as JSON texts in their order. */
  unacknowledgedTexts(): readonly string[];
  /** Resolves when the server has everything sent so far for good. Does not keep the process alive by itself. */
  flush(): Promise<void>;
  /** Whether an idle connection keeps the process alive. */
  hold(alive: boolean): void;
  /** Gives up what is not acknowledged: flush first. */
  close(): Promise<void>;
}

export interface EventSinkOptions {
  readonly clock?: Clock;
  /** How much is held while the server is away; past it `backpressure` asks to wait. */
  readonly capacity?: OutboxCapacity;
  /** Called once when the server stops answering. */
  readonly onLost?: (error: unknown) => void;
  /** Called when it answers again. */
  readonly onFound?: () => void;
  /** Called with an event that the server will not take, as JSON. What it gives is sent in its place, and may be refused too. */
  readonly onRefused?: (error: Error, event: string) => string | undefined;
  /** Called where the server keeps an event without a part that it does not understand. */
  readonly onCut?: (error: Error) => void;
}

export const defaultEventCapacity: OutboxCapacity = { messages: 20_000, characters: 64 * 1024 * 1024 };

/** Sends events by `POST /events`: what comes while one request is under way makes the next batch. */
export function postingEventSink(client: Client, options: EventSinkOptions = {}): EventSink {
  const poster = batchPoster({
    capacity: defaultEventCapacity,
    batch: { messages: 500, characters: 4 * 1024 * 1024 },
    collectSeconds: 0.003, // What a short task tells, from its beginning to its end, is one request.
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
    hold() {},
    close: () => poster.close(),
  };
}
