import type { Readable } from "node:stream";
import type { Clock } from "@ostinato/core";
import { LineSplitter } from "../line-splitter.ts";

export interface ReadOutputOptions {
  /** Resolves when the process has exited. */
  readonly exited: Promise<void>;
  readonly clock: Clock;
  /** Takes a line. The next one is read when the promise resolves. */
  readonly onLine: (line: string) => Promise<void>;
}

/**
 * Reads the lines of a process. Resolves when the stream ends, or, where others hold the pipe that the process has left, when what it
 * wrote itself has been read.
 */
export async function readOutput(stream: Readable | null, { exited, clock, onLine }: ReadOutputOptions): Promise<void> {
  if (stream === null) return;
  const splitter = new LineSplitter();
  const take = async (lines: readonly string[]) => {
    for (const line of lines) await onLine(line);
  };
  let hasExited = false;
  let isReading = true;
  let bytesSinceExit = 0;
  let takeBackEnd = () => {};
  const endWhenQuiet = () => {
    takeBackEnd();
    takeBackEnd = clock.after(quietSeconds, () => stream.destroy());
  };
  void exited.then(() => {
    hasExited = true;
    if (isReading) endWhenQuiet();
  });
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      takeBackEnd();
      isReading = false;
      if (hasExited) bytesSinceExit += chunk.length;
      await take(splitter.push(chunk));
      if (bytesSinceExit > maxBytesSinceExit) break;
      isReading = true;
      if (hasExited) endWhenQuiet();
    }
  } catch {
    // The pipe is closed.
  }
  takeBackEnd();
  await take(splitter.end());
}

const quietSeconds = 0.5;
/** More than the pipe and the stream can hold of what the process wrote before it exited. */
const maxBytesSinceExit = 1024 * 1024;
