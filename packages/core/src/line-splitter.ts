/**
 * Makes lines of the bytes of one stream, wherever these are cut. Only a line feed ends a line; a carriage return before it is left out.
 * Bytes that are not UTF-8 become U+FFFD.
 */
export class LineSplitter {
  readonly #decoder = new TextDecoder();
  #begun = "";
  #leftOut = 0;

  /** Takes the next bytes, and returns the lines that they complete. */
  push(bytes: Uint8Array): readonly string[] {
    return this.#take(this.#decoder.decode(bytes, { stream: true }));
  }

  /** The stream has ended: returns what it wrote after its last line feed. */
  end(): readonly string[] {
    const lines = this.#take(this.#decoder.decode());
    return this.#begun === "" && this.#leftOut === 0 ? lines : [...lines, this.#finish()];
  }

  #take(text: string): readonly string[] {
    const lines: string[] = [];
    let from = 0;
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", from)) {
      this.#add(text, from, at);
      lines.push(this.#finish());
      from = at + 1;
    }
    this.#add(text, from, text.length);
    return lines;
  }

  #add(text: string, from: number, to: number): void {
    const room = maxLineCharacters - this.#begun.length;
    if (to - from <= room) this.#begun += text.slice(from, to);
    else {
      this.#begun += text.slice(from, from + room);
      this.#leftOut += to - from - room;
    }
  }

  #finish(): string {
    const { line, leftOut } = { line: this.#begun, leftOut: this.#leftOut };
    this.#begun = "";
    this.#leftOut = 0;
    if (leftOut > 0) return `${line.toWellFormed()} … (${leftOut} more characters of this line are left out)`;
    return line.endsWith("\r") ? line.slice(0, -1) : line;
  }
}

/** What one line may have. The rest is counted and left out. */
const maxLineCharacters = 500_000;
