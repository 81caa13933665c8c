import type { Clock } from "@ostinato/core";
import type { createLogs, LogCreate } from "@ostinato/protocol";
import { logLevels } from "@ostinato/protocol/log-levels";
import { type BatchPoster, batchPoster } from "./batch-poster.ts";
import type { Client } from "./client.ts";
import type { OutboxCapacity } from "./outbox.ts";

/** A queue of log lines for the server. */
export interface LogBuffer {
  /** Queues the line. Never waits. */
  add(line: LogCreate): void;
  /**
   * Undefined while more than half of the queue is free; otherwise resolves when that is so again. Producers that can wait do so before
   * they log more.
   */
  readonly backpressure: Promise<void> | undefined;
  /** The lines that the server has not acknowledged, as JSON texts, in order. */
  unacknowledgedTexts(): readonly string[];
  /** Drops all further lines of this flow run, because it was deleted on the server. */
  forget(flowRunId: string): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface LogBufferOptions {
  readonly clock: Clock;
  readonly onLost: (error: unknown) => void;
  readonly onFound: () => void;
  /** Called when lines were dropped, because the queue was full or the server refused them. */
  readonly onDropped: (lines: number) => void;
  /** Bounds the queue while the server is away or slower than the program. */
  readonly capacity?: OutboxCapacity;
}

const defaultLogCapacity: OutboxCapacity = { messages: 100_000, characters: 64 * 1024 * 1024 };
/** Beyond half, producers that can wait do so, which leaves room for the runs under way. */
const halfOf = ({ messages, characters }: OutboxCapacity) => ({ messages: messages / 2, characters: characters / 2 });
const batch = { messages: 1000, characters: 4 * 1024 * 1024 };
/** A line may be long, but the server must not refuse the request that contains it. */
const maxMessageLength = 1024 * 1024;
const collectSeconds = 0.2;

/** Dropped lines of one run. */
interface Missing {
  lines: number;
  /** The last dropped line; its replacement reports all of them. */
  last: LogCreate;
}

/**
 * Sends lines to the server in batches. While the queue is full, new lines are dropped and counted in a line in their place: the program
 * neither stops nor fills its memory.
 */
export function logBuffer(client: Client, options: LogBufferOptions): LogBuffer {
  const capacity = options.capacity ?? defaultLogCapacity;
  const missing = new Map<string, Missing>();
  const forgotten = new Set<string>();
  const poster: BatchPoster = batchPoster({
    ...options,
    capacity: halfOf(capacity),
    batch,
    collectSeconds,
    post: (lines, signal) =>
      client.call<typeof createLogs>("POST /logs/", { encodedBody: `[${lines.join(",")}]`, retries: 0, signal }),
    onRefused: () => {
      options.onDropped(1);
      return undefined;
    },
  });

  function leaveOut(given: LogCreate): void {
    const line = { ...given, message: "" };
    if (missing.size === 0) void poster.backpressure?.then(reportMissing);
    const run = line.task_run_id ?? line.flow_run_id ?? "";
    const known = missing.get(run);
    if (known === undefined) missing.set(run, { lines: 1, last: line });
    else {
      known.lines += 1;
      known.last = line;
    }
  }

  function reportMissing(): void {
    let all = 0;
    for (const { lines, last } of missing.values()) {
      all += lines;
      poster.add(JSON.stringify({ ...last, level: logLevels.warning, message: sentence(lines) }));
    }
    missing.clear();
    if (all > 0) options.onDropped(all);
  }

  return {
    add(line) {
      if (line.flow_run_id !== null && line.flow_run_id !== undefined && forgotten.has(line.flow_run_id)) return;
      const full = poster.size >= capacity.messages || poster.characters >= capacity.characters;
      // Once a line is dropped, so are all until there is room: one gap instead of many.
      if (full || missing.size > 0) leaveOut(line);
      else poster.add(JSON.stringify(bounded(line)));
    },
    get backpressure() {
      return poster.backpressure;
    },
    unacknowledgedTexts: () => poster.unacknowledgedTexts(),
    forget(flowRunId) {
      forgotten.add(flowRunId);
    },
    async flush() {
      await poster.flush();
      if (missing.size === 0) return;
      reportMissing();
      await poster.flush();
    },
    close: () => poster.close(),
  };
}

function sentence(lines: number): string {
  const what = lines === 1 ? "1 log line is missing" : `${lines} log lines are missing`;
  return `${what} here: more was logged than the server took, and there was no room to keep it until then`;
}

function bounded(line: LogCreate): LogCreate {
  if (line.message.length <= maxMessageLength) return line;
  const cut = line.message.length - maxMessageLength;
  return { ...line, message: `${line.message.slice(0, maxMessageLength)}… (${cut} more characters were cut)` };
}
