import type { Client } from "@ostinato/client";
import { type BatchPoster, batchPoster, type OutboxCapacity } from "@ostinato/client/delivery";
import type { Clock } from "@ostinato/core";
import type { createLogs, LogCreate } from "@ostinato/protocol";
import { logLevels } from "@ostinato/protocol/log-levels";

/** Log lines on their way to the server. */
export interface LogBuffer {
  /** The line is on its way. Never waits. */
  add(line: LogCreate): void;
  /** Undefined while more than half is free; else resolves when it is again. Whoever can wait does before it logs more. */
  readonly backpressure: Promise<void> | undefined;
  /** Lines that the server has not acknowledged, as JSON texts in their order. */
  unacknowledgedTexts(): readonly string[];
  /** Lines of this flow run are not taken any more: the server has deleted it. */
  forget(flowRunId: string): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface LogBufferOptions {
  readonly clock: Clock;
  readonly onLost: (error: unknown) => void;
  readonly onFound: () => void;
  /** Called when lines had to be left out, because there was no room for them or the server refused them. */
  readonly onDropped: (lines: number) => void;
  /** What is held while the server is away or slower than the program. */
  readonly capacity?: OutboxCapacity;
}

const defaultLogCapacity: OutboxCapacity = { messages: 100_000, characters: 64 * 1024 * 1024 };
/** From here on whoever can wait does, so that there is room for what the runs under way still log. */
const halfOf = ({ messages, characters }: OutboxCapacity) => ({ messages: messages / 2, characters: characters / 2 });
const batch = { messages: 1000, characters: 4 * 1024 * 1024 };
/** One line may be long, but not so long that the server refuses the request it comes in. */
const maxMessageLength = 1024 * 1024;
const collectSeconds = 0.2;

/** Lines of one run that there was no room for. */
interface Missing {
  lines: number;
  /** The last of them: a line in its place tells of them all. */
  last: LogCreate;
}

/**
 * Brings lines to the server in batches. While there is no room, new lines are left out, and a line in their place says how
 * many: the program neither stops nor fills its memory.
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
      // Once a line is missing all are until there is room, so that there is one gap and not many.
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
