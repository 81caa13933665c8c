const heading = "Traceback (most recent call last):";

/** The traceback of Python in a log line or a message. */
export function tracebackIn(text: string): string | undefined {
  const at = text.indexOf(heading);
  if (at < 0) return undefined;
  // A group's has marks before it, which its lines have too.
  const start = text.lastIndexOf("\n", at) + 1;
  return /^[\s+|]*(?:Exception Group )?$/.test(text.slice(start, at)) ? text.slice(start) : text.slice(at);
}

const links = {
  cause: "The above exception was the direct cause of the following exception:",
  "while handling": "During handling of the above exception, another exception occurred:",
} as const;

/**
 * The exception of a traceback with its causes: `ValueError: boom (cause: KeyError: 'a')`. Python writes the last exception at
 * the end, and its causes before it.
 */
export function exceptionSentence(traceback: string): string {
  let sentence = "";
  for (const { text, link } of exceptions(traceback)) {
    sentence = sentence === "" || link === undefined ? text : `${text} (${link}: ${sentence})`;
  }
  return sentence;
}

interface Raised {
  readonly text: string;
  /** How the previous exception led to this one. */
  readonly link: keyof typeof links | undefined;
}

function exceptions(traceback: string): Raised[] {
  const raised: Raised[] = [];
  let link: Raised["link"];
  let lines: string[] = [];
  const end = () => {
    const text = exceptionText(lines);
    if (text !== "") raised.push({ text, link });
    lines = [];
  };
  for (const line of traceback.split("\n")) {
    const next = linkIn(line);
    if (next === undefined) lines.push(line);
    else {
      end();
      link = next;
    }
  }
  end();
  return raised;
}

function linkIn(line: string): Raised["link"] {
  const text = line.replace(/^[\s|]+/, "");
  return (Object.keys(links) as (keyof typeof links)[]).find((link) => text === links[link]);
}

/** The lines behind the last frame. Of a group also those of its members, whose lines have bars before them. */
function exceptionText(lines: readonly string[]): string {
  const members = memberTexts(lines);
  const own = members.length === 0 ? lines : lines.slice(0, lines.findIndex(isMemberRule));
  const plain = own.map((line) => line.replace(/^ {2}[|+] /, ""));
  const last = plain.findLastIndex((line) => /^\s+\S|^Traceback |^Exception Group Traceback /.test(line));
  const text = plain
    .slice(last + 1)
    .join("\n")
    .trim();
  return members.length === 0 ? text : `${text} (${members.join("; ")})`;
}

function memberTexts(lines: readonly string[]): string[] {
  const texts: string[] = [];
  lines.forEach((line, index) => {
    if (!isMemberRule(line)) return;
    const end = lines.findIndex((other, at) => at > index && isRule(other));
    const own = lines.slice(index + 1, end < 0 ? undefined : end).map((each) => each.replace(/^\s*\| ?/, ""));
    const last = own.findLastIndex((each) => /^\s+\S|^Traceback /.test(each));
    const [text] = own.slice(last + 1);
    if (text !== undefined && text !== "") texts.push(text);
  });
  return texts;
}

/** `+-+---------------- 1 ----------------` */
function isMemberRule(line: string): boolean {
  return /^\s*\+-[+-]*-+ \d+ -+$/.test(line);
}

function isRule(line: string): boolean {
  return /^\s*\+-[+-]*-/.test(line);
}

/** The last lines of a text, with a mark if earlier ones were cut. */
export function lastLines(text: string, maxLines: number): string {
  const lines = text.trimEnd().split("\n");
  return lines.length <= maxLines ? lines.join("\n") : ["…", ...lines.slice(-(maxLines - 1))].join("\n");
}

/** The last lines of a traceback, where Python names the error, without those that only mark places in the code above them. */
export function tracebackEnd(text: string, maxLines: number): string {
  const lines = text.split("\n").filter((line) => !/^[\s|]*[~^]+\s*$/.test(line));
  return lastLines(lines.join("\n"), maxLines);
}

/** A long text cut to its beginning; a traceback cut to its heading and its end, where Python names the error. */
export function shortenedText(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  const left = `… (${text.length - maxCharacters} more characters)`;
  const at = text.indexOf(heading);
  if (at < 0 || at > maxCharacters / 2) return `${text.slice(0, maxCharacters)}${left}`;
  const head = text.slice(0, at + heading.length);
  return `${head}\n${left}\n${text.slice(text.length - (maxCharacters - head.length))}`;
}
