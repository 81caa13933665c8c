/** A frame of a JavaScript stack: `    at fn (file:line:column)`, also `async`, and of an engine's own code without a file. */
const frame = /^\s+at \S/;

/** Frames of Node.js, of the engine and of Ostinato as an installed package: a mistake in a program is elsewhere. */
export function isInternalFrame(line: string): boolean {
  return (
    /[( ]node:/.test(line) ||
    /\((?:<anonymous>|native|index \d+)\)$/.test(line.trimEnd()) ||
    /[\\/]node_modules[\\/](?:@ostinato[\\/][^\\/]+|ostinato)[\\/]/.test(line)
  );
}

/**
 * A stack without internal frames; `note` is the line that stands for those of one error. An error that has no other frames keeps its own,
 * and so does each cause below it.
 */
export function foldedStack(
  stack: string,
  note: (count: number) => string,
  isInternal: (line: string) => boolean = isInternalFrame,
): string {
  const lines: string[] = [];
  let frames: string[] = [];
  const endError = () => {
    const own = frames.filter((line) => !isInternal(line));
    const isFolded = own.length > 0 && own.length < frames.length;
    lines.push(...(isFolded ? [...own, note(frames.length - own.length)] : frames));
    frames = [];
  };
  for (const line of stack.split("\n")) {
    if (frame.test(line)) frames.push(line);
    else {
      endError();
      lines.push(line);
    }
  }
  endError();
  return lines.join("\n");
}
