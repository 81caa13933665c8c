import { cutTo } from "../output/text.ts";

/**
 * Lines at the bottom of the terminal that are redrawn; other output goes above them. `log-update` draws such lines, but does not see the
 * output of others, and takes longer to load than the rest of the command.
 */
export interface LiveBlock {
  show(lines: readonly string[]): void;
  /** Keeps the lines on the screen and releases the terminal. */
  close(): void;
}

type Write = NodeJS.WriteStream["write"];

export function openLiveBlock(terminal: NodeJS.WriteStream = process.stderr): LiveBlock {
  const write = terminal.write.bind(terminal);
  let lines: readonly string[] = [];
  let drawn = 0;
  let atLineStart = true;

  function erase(): void {
    if (drawn > 0) write(`\r\x1b[${drawn}A\x1b[J`);
    drawn = 0;
  }

  function draw(): void {
    if (!atLineStart || lines.length === 0) return;
    const width = (terminal.columns || 80) - 1;
    write(`${lines.map((line) => cutTo(line, width)).join("\x1b[0m\n")}\x1b[0m\n`);
    drawn = lines.length;
  }

  /** Moves other output of the process above the block. */
  function interpose(stream: NodeJS.WriteStream): () => void {
    const original = stream.write;
    const own = original.bind(stream) as (...args: unknown[]) => boolean;
    stream.write = ((...args: unknown[]) => {
      erase();
      const taken = own(...args);
      const [chunk] = args;
      const text = typeof chunk === "string" ? chunk : Buffer.from(chunk as Uint8Array).toString();
      if (text !== "") atLineStart = text.endsWith("\n");
      draw();
      return taken;
    }) as Write;
    return () => {
      stream.write = original;
    };
  }

  const restore = [process.stdout, process.stderr].filter((stream) => stream.isTTY).map(interpose);
  return {
    show(next) {
      erase();
      lines = next;
      draw();
    },
    close() {
      for (const each of restore) each();
    },
  };
}
