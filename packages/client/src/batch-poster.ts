import { type Clock, sleep, systemClock } from "@ostinato/core";
import { delayBeforeRetry } from "./delay.ts";
import { ApiError } from "./errors.ts";
import { Outbox, type OutboxCapacity } from "./outbox.ts";

export interface BatchPosterOptions {
  /** Sends one batch to the server; resolves when the server has stored it. Messages are JSON texts. */
  readonly post: (messages: readonly string[], signal: AbortSignal) => Promise<unknown>;
  readonly capacity: OutboxCapacity;
  readonly batch: OutboxCapacity;
  /** How long a batch is collected, unless it fills up sooner. */
  readonly collectSeconds?: number;
  readonly clock?: Clock;
  /** Called once when the server stops answering. */
  readonly onLost?: ((error: unknown) => void) | undefined;
  /** Called when it answers again. */
  readonly onFound?: (() => void) | undefined;
  /** Called with a message that the server refuses. The returned message is sent in its place. */
  readonly onRefused?: ((error: ApiError, message: string) => string | undefined) | undefined;
}

export interface BatchPoster {
  /** Queues the message. Never waits and never throws. */
  add(message: string): void;
  /** Undefined while there is room for more messages; otherwise resolves when there is. */
  readonly backpressure: Promise<void> | undefined;
  /** Messages that the server has not acknowledged. */
  readonly size: number;
  /** The messages that the server has not acknowledged, in order. */
  unacknowledgedTexts(): readonly string[];
  /** Characters of the messages that the server has not acknowledged. */
  readonly characters: number;
  /** Resolves when the server has stored everything added so far. */
  flush(): Promise<void>;
  /** Drops the messages that are not acknowledged: flush first. */
  close(): Promise<void>;
}

/** Sends messages to the server in order, one request at a time, and repeats each until the server has it. */
export function batchPoster(options: BatchPosterOptions): BatchPoster {
  const {
    post,
    capacity,
    batch: limit,
    collectSeconds = 0,
    clock = systemClock(),
    onLost,
    onFound,
    onRefused,
  } = options;
  const outbox = new Outbox(capacity);
  const closing = new AbortController();
  let running: Promise<void> | undefined;
  let hurry = () => {};
  let flushing = false;
  let lost = false;

  async function run(): Promise<void> {
    for (let batch = await collect(); batch !== undefined; batch = await collect()) {
      await deliver(batch.texts);
      outbox.acknowledge(batch.upTo);
    }
  }

  /** Wait one iteration of the event loop, because the first message is often followed by more. */
  async function collect() {
    if (!outbox.hasUnsent) {
      flushing = false;
      return undefined;
    }
    if (collectSeconds === 0 || flushing || outbox.size >= limit.messages) {
      await new Promise((resolve) => setImmediate(resolve));
    } else {
      await new Promise<void>((resolve) => {
        const cancel = clock.after(collectSeconds, resolve);
        hurry = () => {
          cancel();
          resolve();
        };
      });
      hurry = () => {};
    }
    return outbox.take(limit);
  }

  async function deliver(messages: readonly string[]): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        await post(messages, closing.signal);
        if (lost) onFound?.();
        lost = false;
        return;
      } catch (error) {
        if (closing.signal.aborted) throw error;
        if (error instanceof ApiError && isRefusal(error)) return deliverApart(messages, error);
        if (!lost) onLost?.(error);
        lost = true;
        const asked = error instanceof ApiError ? error.retryAfterSeconds : undefined;
        await sleep(clock, delayBeforeRetry(attempt, asked, 5), closing.signal);
      }
    }
  }

  /** Send the messages one by one, so that one refused message does not block the others. */
  async function deliverApart(messages: readonly string[], error: ApiError): Promise<void> {
    if (messages.length <= 1) {
      const instead = onRefused?.(error, messages[0] ?? "");
      return instead === undefined ? undefined : deliver([instead]);
    }
    const middle = messages.length >> 1;
    await deliver(messages.slice(0, middle));
    await deliver(messages.slice(middle));
  }

  function start(): void {
    running ??= run()
      .catch(() => {})
      .finally(() => {
        running = undefined;
        if (outbox.hasUnsent && !closing.signal.aborted) start();
      });
  }

  return {
    add(message) {
      outbox.add(message);
      start();
      if (outbox.size >= limit.messages) hurry();
    },
    get backpressure() {
      return outbox.backpressure;
    },
    get size() {
      return outbox.size;
    },
    unacknowledgedTexts: () => outbox.unacknowledged(),
    get characters() {
      return outbox.characters;
    },
    flush() {
      flushing = true;
      hurry();
      return outbox.drained();
    },
    async close() {
      closing.abort(new Error("closed"));
      hurry();
      await running;
    },
  };
}

function isRefusal(error: ApiError): boolean {
  return error.status === 400 || error.status === 413 || error.status === 422;
}
