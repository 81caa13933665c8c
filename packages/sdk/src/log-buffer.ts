import type { Client } from "@ostinato/client";
import { type BatchPoster, batchPoster } from "@ostinato/client/delivery";
import type { Clock } from "@ostinato/core";
import { createLogs, type LogCreate } from "@ostinato/protocol";

/** Log lines on their way to the server. */
export interface LogBuffer {
  /** The line is on its way. Never waits. */
  add(line: LogCreate): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface LogBufferOptions {
  readonly clock: Clock;
  readonly onLost: (error: unknown) => void;
  readonly onFound: () => void;
  /** Called when lines had to be left out, because the server was away for longer than there is room. */
  readonly onDropped: (lines: number) => void;
}

const capacity = { messages: 100_000, characters: 64 * 1024 * 1024 };
const batch = { messages: 1000, characters: 4 * 1024 * 1024 };
/** One line may be long, but not so long that the server refuses the request it comes in. */
const longestMessage = 1024 * 1024;
const collectSeconds = 0.2;

export function logBuffer(client: Client, options: LogBufferOptions): LogBuffer {
  let dropped = 0;
  const poster: BatchPoster = batchPoster({
    ...options,
    capacity,
    batch,
    collectSeconds,
    post: (lines, signal) => client.call(createLogs, { encodedBody: `[${lines.join(",")}]`, retries: 0, signal }),
    onRefused: () => options.onDropped(1),
  });

  function reportDropped(): void {
    if (dropped > 0) options.onDropped(dropped);
    dropped = 0;
  }

  return {
    add(line) {
      if (poster.room !== undefined) {
        if (dropped === 0) void poster.room.then(reportDropped);
        dropped += 1;
        return;
      }
      poster.add(JSON.stringify(bounded(line)));
    },
    flush: () => poster.flush(),
    close: () => poster.close(),
  };
}

function bounded(line: LogCreate): LogCreate {
  if (line.message.length <= longestMessage) return line;
  return { ...line, message: `${line.message.slice(0, longestMessage)}… (${line.message.length} characters)` };
}
