import { lastWords } from "@ostinato/core/run-process-end";

/** The last lines of a stream, cut to what a message may quote. */
export class LastLines {
  readonly #lines: string[] = [];

  add(line: string): void {
    this.#lines.push(line.slice(0, maxLineCharacters));
    if (this.#lines.length > maxLines) this.#lines.shift();
  }

  list(): readonly string[] {
    return this.#lines;
  }

  /** The newest of them as the end of a message; empty where there are none. */
  quoted(): string {
    return lastWords(this.#lines);
  }
}

const maxLines = 20;
const maxLineCharacters = 1000;
