import type { Clock } from "./clock.ts";
import { LineSplitter } from "./line-splitter.ts";

/** A stream of Node: what a process writes to a pipe. */
export interface OutputStream extends AsyncIterable<Uint8Array> {
  destroy(): unknown;
}

export interface ReadOutputOptions {
  /** Resolves when the process has exited. */
  readonly exited: Promise<unknown>;
  readonly clock: Clock;
  /** Takes a line. The next one is read when the promise resolves. */
  readonly onLine: (line: string) => void | Promise<void>;
}

/**
 * Reads the lines of a process. Resolves when the stream ends, or, where others hold the pipe that the process has left, when what it
 * wrote itself has been read. Holds one piece of the output at a time, and waits for a slow taker.
 */
export async function readOutput(
  stream: OutputStream | null,
  { exited, clock, onLine }: ReadOutputOptions,
): Promise<void> {
  if (stream === null) return;
  const splitter = new LineSplitter();
  const take = async (lines: readonly string[]) => {
    for (const line of lines) await onLine(line);
  };
  const rest = new Rest(stream, clock);
  void exited.then(() => rest.begin());
  try {
    for await (const chunk of stream) {
      rest.arrived(chunk.length);
      await take(splitter.push(chunk));
      if (rest.isOver) break;
      rest.wait();
    }
  } catch {
    // The pipe is closed.
  }
  rest.close();
  await take(splitter.end());
}

/** More than the pipe and the stream can hold of what a process wrote before it exited. */
const maxRestBytes = 1024 * 1024;
/** What a process wrote before it exited is there at once: only others make one wait for more. */
const maxWaitingSeconds = 0.5;

/** What may still be read after the process has exited. */
class Rest {
  readonly #stream: OutputStream;
  readonly #clock: Clock;
  #hasBegun = false;
  #isWaiting = true;
  #waitingSince = 0;
  #leftSeconds = maxWaitingSeconds;
  #bytes = 0;
  #takeBack = () => {};

  constructor(stream: OutputStream, clock: Clock) {
    this.#stream = stream;
    this.#clock = clock;
  }

  get isOver(): boolean {
    return this.#bytes > maxRestBytes || this.#leftSeconds <= 0;
  }

  begin(): void {
    this.#hasBegun = true;
    if (this.#isWaiting) this.wait();
  }

  /** Somebody waits for the next piece. */
  wait(): void {
    this.#isWaiting = true;
    if (!this.#hasBegun) return;
    this.#waitingSince = this.#clock.elapsed();
    this.#takeBack = this.#clock.after(this.#leftSeconds, () => void this.#stream.destroy());
  }

  arrived(bytes: number): void {
    this.#takeBack();
    this.#isWaiting = false;
    if (!this.#hasBegun) return;
    this.#bytes += bytes;
    this.#leftSeconds -= this.#clock.elapsed() - this.#waitingSince;
  }

  close(): void {
    this.#takeBack();
    this.#isWaiting = false;
  }
}
