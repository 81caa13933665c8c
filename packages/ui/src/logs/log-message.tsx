import { shortenedText, tracebackIn } from "@ostinato/core";
import { Fragment, type ReactNode, useState } from "react";
import { count } from "../format.ts";
import { plainText, type StyledText, styledText } from "./ansi.ts";

/** Longer messages are cut until the reader expands them: a megabyte in one line would freeze the page. */
const longLine = 2000;
const maxLineLength = 200_000;

/** The text of a line in its colours, with clickable addresses and the searched text highlighted. */
export function LogMessage(props: {
  readonly message: string;
  readonly wanted: string | undefined;
  readonly wrap: boolean;
  readonly className?: string;
}) {
  const [whole, setWhole] = useState(false);
  const text = plainText(props.message);
  const isLong = text.length > longLine;
  const most = whole ? maxLineLength : longLine;
  const isTraceback = isLong && tracebackIn(text) !== undefined;
  // A traceback ends with the error, so it is cut in the middle; its colours would not survive that.
  const parts = isTraceback ? [{ text: shortenedText(text, most), style: undefined }] : styledText(props.message);
  return (
    <span
      dir="auto"
      className={`${props.wrap ? "min-w-0 flex-1 break-words whitespace-pre-wrap" : "shrink-0 whitespace-pre"} ${props.className ?? ""}`}
    >
      <Styled parts={isLong ? cut(parts, most) : parts} wanted={props.wanted} />
      {isLong ? (
        <>
          {isTraceback ? " " : "… "}
          <button type="button" className="rounded-sm text-accent hover:underline" onClick={() => setWhole(!whole)}>
            {whole ? "show less" : `show more of ${count(text.length)} characters`}
          </button>
        </>
      ) : null}
    </span>
  );
}

/** Half-open, in characters of the plain text. */
type Range = readonly [from: number, to: number];

function Styled({ parts, wanted }: { readonly parts: readonly StyledText[]; readonly wanted: string | undefined }) {
  const matches = rangesOf(parts.map(({ text }) => text).join(""), wanted);
  let start = 0;
  return parts.map((part, index) => {
    const from = start;
    start += part.text.length;
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a line never change
      <InStyle key={index} style={part.style}>
        <Linked text={part.text} start={from} matches={matches} />
      </InStyle>
    );
  });
}

function InStyle({ style, children }: { readonly style: StyledText["style"]; readonly children: ReactNode }) {
  return style === undefined ? children : <span style={style}>{children}</span>;
}

/** Makes addresses clickable. `start` is the place of the text in the line, in which `matches` lie. */
function Linked(props: { readonly text: string; readonly start: number; readonly matches: readonly Range[] }) {
  const parts = props.text.split(/(https?:\/\/[^\s"'<>)\]]+)/);
  let start = props.start;
  return parts.map((part, index) => {
    const marked = withMarks(part, start, props.matches);
    start += part.length;
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a line never change
    if (index % 2 === 0) return <Fragment key={index}>{marked}</Fragment>;
    return (
      <a
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a line never change
        key={index}
        href={part}
        target="_blank"
        rel="noreferrer noopener"
        className="text-accent underline underline-offset-2"
      >
        {marked}
      </a>
    );
  });
}

function withMarks(text: string, start: number, matches: readonly Range[]): ReactNode {
  const parts: ReactNode[] = [];
  let done = 0;
  for (const [from, to] of matches) {
    const [first, last] = [Math.max(done, from - start), Math.min(text.length, to - start)];
    if (first >= last) continue;
    parts.push(text.slice(done, first), <mark key={first}>{text.slice(first, last)}</mark>);
    done = last;
  }
  return parts.length === 0 ? text : [...parts, text.slice(done)];
}

function rangesOf(text: string, wanted: string | undefined): readonly Range[] {
  if (wanted === undefined || wanted === "") return [];
  const [lower, sought] = [text.toLowerCase(), wanted.toLowerCase()];
  const ranges: Range[] = [];
  for (let at = lower.indexOf(sought); at >= 0; at = lower.indexOf(sought, at + sought.length)) {
    ranges.push([at, at + sought.length]);
  }
  return ranges;
}

function cut(parts: readonly StyledText[], most: number): readonly StyledText[] {
  const kept: StyledText[] = [];
  let room = most;
  for (const part of parts) {
    if (room <= 0) break;
    kept.push({ ...part, text: part.text.slice(0, room) });
    room -= part.text.length;
  }
  return kept;
}
