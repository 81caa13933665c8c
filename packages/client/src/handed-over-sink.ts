import { type Clock, systemClock } from "@ostinato/core";
import type { EventSink } from "./event-sink.ts";

export interface HandOver {
  readonly clock?: Clock;
  /** The second sink takes over after this many seconds or this many events, whichever is first. */
  readonly afterSeconds: number;
  readonly afterEvents: number;
}

/**
 * Starts with a sink that costs nothing to open and switches to one with more throughput: a websocket and its libraries take longer to load
 * and to open than most short programs run. Events of both may arrive in any order, as events always may.
 */
export function handedOverSink(first: EventSink, open: () => Promise<EventSink>, options: HandOver): EventSink {
  const { clock = systemClock(), afterSeconds, afterEvents } = options;
  let next: EventSink | undefined;
  let isOpening = false;
  let sent = 0;
  let isHeld = true;
  let isClosed = false;
  const stopWaiting = clock.after(afterSeconds, handOver);

  function handOver(): void {
    stopWaiting();
    if (isOpening) return;
    isOpening = true;
    open().then(
      (sink) => {
        if (isClosed) return void sink.close();
        sink.keepAlive(isHeld);
        next = sink;
      },
      () => {}, // Keep the first sink: it is slower, but loses nothing.
    );
  }

  return {
    send(event) {
      sent += 1;
      if (sent === afterEvents) handOver();
      (next ?? first).send(event);
    },
    get backpressure() {
      return first.backpressure ?? next?.backpressure;
    },
    get unacknowledged() {
      return first.unacknowledged + (next?.unacknowledged ?? 0);
    },
    unacknowledgedTexts: () => [...first.unacknowledgedTexts(), ...(next?.unacknowledgedTexts() ?? [])],
    async flush() {
      await Promise.all([first.flush(), next?.flush()]);
    },
    keepAlive(alive) {
      isHeld = alive;
      first.keepAlive(alive);
      next?.keepAlive(alive);
    },
    async close() {
      isClosed = true;
      stopWaiting();
      await Promise.all([first.close(), next?.close()]);
    },
  };
}
