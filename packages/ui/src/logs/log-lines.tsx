import { shortenedText, tracebackIn } from "@ostinato/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, memo, type ReactNode, useEffect, useRef, useState } from "react";
import type { Log } from "../api/types.ts";
import { CopyButton, copyText } from "../components/copy.tsx";
import { clock, count, exact } from "../format.ts";
import { levelLook } from "./log-level.ts";
import type { LogStore } from "./log-store.ts";

const rowHeight = 20;
/** Longer lines are cut until the reader expands them: a megabyte in one line would freeze the page. */
const longLine = 2000;
const maxLineLength = 200_000;

/** The visible lines. `j` and `k` move between lines, `c` copies the marked one and `y` its address. */
export function LogLines(props: {
  readonly store: LogStore;
  readonly total: number;
  readonly version: number;
  readonly opensAt: number;
  readonly follow: boolean;
  readonly onFollow: (follow: boolean) => void;
  readonly jump: { readonly to: number } | undefined;
  readonly line: string | undefined;
  readonly onLine: (line: string) => void;
  /** The searched text. */
  readonly text: string | undefined;
  readonly taskName: ((taskRunId: string) => string | undefined) | undefined;
}) {
  const { store, total, follow, jump } = props;
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: total,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 20,
    initialOffset: () => Math.max(0, (props.opensAt - 4) * rowHeight),
  });
  const items = rows.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  const measured = items.length > 0;
  useEffect(() => {
    if (measured) store.want(first, last);
  }, [store, first, last, measured]);
  useEffect(() => {
    if (follow) rows.scrollToIndex(total - 1, { align: "end" });
  }, [follow, total, rows]);
  useEffect(() => {
    if (jump !== undefined) rows.scrollToIndex(Math.max(0, jump.to - 3), { align: "start" });
  }, [jump, rows]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only whoever comes by a link is brought to its line
  useEffect(() => {
    if (props.line === undefined) return;
    rows.scrollToIndex(Number(props.line) - 1, { align: "center" });
    box.current?.scrollIntoView({ block: "center" });
  }, []);
  const digits = String(total).length;
  const marked = props.line === undefined ? undefined : Number(props.line) - 1;
  const mark = (index: number) => {
    const next = Math.min(total - 1, Math.max(0, index));
    if (follow) props.onFollow(false);
    props.onLine(String(next + 1));
    rows.scrollToIndex(next, { align: "auto" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    if (["ArrowUp", "PageUp", "Home"].includes(event.key) && follow) props.onFollow(false);
    const log = marked === undefined ? undefined : store.line(marked);
    const acts = new Map<string, () => unknown>([
      ["j", () => mark(marked === undefined ? first : marked + 1)],
      ["k", () => mark(marked === undefined ? last : marked - 1)],
      ["c", () => log !== undefined && copyText(plain(log.message))],
      ["y", () => marked !== undefined && copyText(addressOfLine(marked + 1))],
    ]);
    const act = acts.get(event.key);
    if (act === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  return (
    <div
      ref={box}
      role="log"
      aria-label="Log lines"
      aria-live="off"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="max-h-[min(68vh,720px)] overflow-x-hidden overflow-y-auto rounded-lg border bg-surface font-mono text-xs leading-5"
      onWheel={(event) => event.deltaY < 0 && follow && props.onFollow(false)}
      onKeyDown={onKeyDown}
    >
      <div className="relative w-full" style={{ height: rows.getTotalSize() }}>
        {items.map((item) => (
          <div
            key={item.key}
            ref={rows.measureElement}
            data-index={item.index}
            className="absolute inset-x-0"
            style={{ top: item.start }}
          >
            <LogRow
              log={store.line(item.index)}
              position={item.index}
              digits={digits}
              marked={props.line === String(item.index + 1)}
              onLine={props.onLine}
              text={props.text}
              taskName={props.taskName}
            />
          </div>
        ))}
      </div>
    </div>
  );
}

const LogRow = memo(function LogRow(props: {
  readonly log: Log | undefined;
  readonly position: number;
  readonly digits: number;
  readonly marked: boolean;
  readonly onLine: (line: string) => void;
  readonly text: string | undefined;
  readonly taskName: ((taskRunId: string) => string | undefined) | undefined;
}) {
  const { log, position } = props;
  if (log === undefined) return <div className="h-5 px-3 text-faint">…</div>;
  const level = levelLook(log.level);
  const task = log.task_run_id === null ? undefined : props.taskName?.(log.task_run_id);
  return (
    <div
      className={`group/line relative flex items-start gap-2 pr-2 ${props.marked ? "bg-accent-soft" : "hover:bg-hover"}`}
    >
      <button
        type="button"
        tabIndex={-1}
        aria-label={`Link to line ${position + 1}`}
        onClick={() => props.onLine(String(position + 1))}
        className="shrink-0 border-l-2 pl-2 text-right text-faint select-none hover:text-text"
        style={{ width: `calc(${props.digits}ch + 14px)`, borderColor: level.edge }}
      >
        {position + 1}
      </button>
      <time className="shrink-0 text-faint max-sm:hidden" dateTime={log.timestamp} title={exact(log.timestamp)}>
        {clock(log.timestamp)}
      </time>
      <span className="w-[5ch] shrink-0 font-medium" style={{ color: level.color }}>
        {level.label}
      </span>
      {task === undefined ? null : (
        <span className="max-w-[18ch] shrink-0 truncate text-faint max-md:hidden" title={task}>
          {task}
        </span>
      )}
      <Message text={plain(log.message)} wanted={props.text} />
      <span className="invisible absolute top-0 right-1 flex bg-surface group-hover/line:visible">
        <CopyButton
          icon="link"
          text={() => addressOfLine(position + 1)}
          label="Copy the link to the line"
          className="!size-5"
          tabIndex={-1}
        />
        <CopyButton text={() => plain(log.message)} label="Copy the line" className="!size-5" tabIndex={-1} />
      </span>
    </div>
  );
});

function Message({ text, wanted }: { readonly text: string; readonly wanted: string | undefined }) {
  const [whole, setWhole] = useState(false);
  const isLong = text.length > longLine;
  const most = whole ? maxLineLength : longLine;
  const isTraceback = isLong && tracebackIn(text) !== undefined;
  return (
    <span dir="auto" className="min-w-0 flex-1 break-words whitespace-pre-wrap">
      <Linked
        text={isTraceback ? shortenedText(text, most) : text.slice(0, isLong ? most : undefined)}
        wanted={wanted}
      />
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

/** The address of the page with the line marked, and the filter on which its number depends. */
function addressOfLine(line: number): string {
  const address = new URL(location.href);
  address.searchParams.set("line", String(line));
  return address.href;
}

/** Highlights the searched text. */
function Marked({ text, wanted }: { readonly text: string; readonly wanted: string | undefined }) {
  if (wanted === undefined || wanted === "") return text;
  const lower = text.toLowerCase();
  const parts: ReactNode[] = [];
  let from = 0;
  for (let at = lower.indexOf(wanted.toLowerCase()); at >= 0; at = lower.indexOf(wanted.toLowerCase(), from)) {
    parts.push(text.slice(from, at), <mark key={at}>{text.slice(at, at + wanted.length)}</mark>);
    from = at + wanted.length;
  }
  return [...parts, text.slice(from)];
}

/** Makes addresses in a line clickable. */
function Linked({ text, wanted }: { readonly text: string; readonly wanted: string | undefined }) {
  const parts = text.split(/(https?:\/\/[^\s"'<>)\]]+)/);
  if (parts.length === 1) return <Marked text={text} wanted={wanted} />;
  return parts.map((part, index) =>
    index % 2 === 1 ? (
      <a
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a line never change
        key={index}
        href={part}
        target="_blank"
        rel="noreferrer noopener"
        className="text-accent underline underline-offset-2"
      >
        {part}
      </a>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a line never change
      <Marked key={index} text={part} wanted={wanted} />
    ),
  );
}

/** Removes terminal colours. */
function plain(message: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
  return message.replace(/\u001b\[[0-9;]*[A-Za-z]/g, "");
}
