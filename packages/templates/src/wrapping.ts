import { charactersOf, lengthOf } from "./values.ts";

export interface Wrapping {
  readonly width: number;
  readonly breaksLongWords: boolean;
  readonly breaksOnHyphens: boolean;
  /** Between the lines. */
  readonly separator: string;
}

/** Each line of the text in lines of at most `width` characters, broken at white space as Python's `textwrap` does. */
export function wrapped(text: string, wrapping: Wrapping): string {
  const width = Math.max(1, wrapping.width);
  const lines = text.split(/\r\n|[\n\r]/);
  return lines
    .flatMap((line) => (line.trim() === "" ? [""] : wrappedLine(line, { ...wrapping, width })))
    .join(wrapping.separator);
}

function wrappedLine(line: string, wrapping: Wrapping): readonly string[] {
  const lines: string[] = [];
  let current: string[] = [];
  let size = 0;
  /** Python forgets to drop the white space where it stands before a word that is broken. */
  const end = (keepsSpace = false) => {
    const made = keepsSpace ? current.join("") : current.join("").trimEnd();
    if (made !== "") lines.push(made);
    [current, size] = [[], 0];
  };
  const add = (chunk: string) => {
    if (current.length === 0 && lines.length > 0 && chunk.trim() === "") return;
    current.push(chunk);
    size += lengthOf(chunk);
  };
  for (const chunk of chunksOf(line, wrapping)) {
    if (lengthOf(chunk) > wrapping.width && wrapping.breaksLongWords) {
      let rest = charactersOf(chunk);
      while (rest.length > 0) {
        if (size >= wrapping.width) end(true);
        const room = wrapping.width - size;
        add(rest.slice(0, room).join(""));
        rest = rest.slice(room);
      }
    } else {
      if (size + lengthOf(chunk) > wrapping.width) end();
      add(chunk);
    }
  }
  end();
  return lines;
}

/** Words, which may end with a hyphen, and the white space between them. */
function chunksOf(line: string, { breaksOnHyphens }: Wrapping): readonly string[] {
  const words = line.split(/(\s+)/).filter((word) => word !== "");
  return breaksOnHyphens ? words.flatMap((word) => word.split(/(?<=[\p{L}\p{N}]-)(?=\p{L})/u)) : words;
}
