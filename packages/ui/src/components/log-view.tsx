import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useLive } from "../api/live.ts";
import type { LiveTopic, Log } from "../api/types.ts";
import { apiAddress } from "../base-path.ts";
import { clock, count, exact } from "../format.ts";
import { Button, buttonClass, IconButton } from "./button.tsx";
import { copyText } from "./copy.tsx";
import { Failure } from "./failure.tsx";
import { SearchField, Select } from "./field.tsx";
import { Icon } from "./icon.tsx";
import { levelLook } from "./log-level.ts";
import { type LogFilter, LogStore } from "./log-store.ts";
import { Skeleton } from "./skeleton.tsx";

export interface LogSearch {
  readonly level?: string | undefined;
  readonly text?: string | undefined;
  readonly line?: string | undefined;
}

const levels = [
  { value: "0", label: "All levels" },
  { value: "10", label: "Debug and up" },
  { value: "20", label: "Info and up" },
  { value: "30", label: "Warnings and up" },
  { value: "40", label: "Errors and up" },
] as const;

/**
 * The log of a run: it opens at the failure, or follows the end while the run goes on. Any number of lines; only those in
 * sight exist on the page.
 */
export function LogView(props: {
  readonly run: LogFilter["run"];
  readonly topic: LiveTopic;
  readonly live: boolean;
  readonly failed: boolean;
  readonly search: LogSearch;
  readonly onSearch: (change: LogSearch) => void;
  /** Says which task wrote a line, where that is not plain. */
  readonly taskName?: (taskRunId: string) => string | undefined;
  readonly download?: string;
}) {
  const { run, search, live, failed } = props;
  const runKey = JSON.stringify(run);
  const [generation, setGeneration] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a generation is another store of the same filter
  const store = useMemo(
    () => new LogStore({ run: JSON.parse(runKey) as LogFilter["run"], level: levelOf(search), text: search.text }),
    [runKey, search.level, search.text, generation],
  );
  const firstLine = useRef(search.line);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a run that fails while one reads its log must not jump
  useEffect(() => {
    const line = Number(firstLine.current);
    void store.open(Number.isInteger(line) && line > 0 ? line - 1 : undefined, failed);
    return () => store.close();
  }, [store]);
  useLive(props.topic, {
    onChanges: (changes) => store.append(changes.flatMap((change) => (change.kind === "log" ? [change.row] : []))),
    onResync: () => setGeneration((before) => before + 1),
  });
  const snapshot = useSyncExternalStore(store.subscribe, store.snapshot);
  const [follow, setFollow] = useState(live && !failed);
  const [jump, setJump] = useState<{ readonly to: number }>();
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <Select
          label="Level"
          value={levels.find((level) => level.value === search.level)?.value ?? "0"}
          options={levels}
          onChange={(level) => props.onSearch({ level: level === "0" ? undefined : level, line: undefined })}
        />
        <SearchField
          label="Filter the log"
          value={search.text ?? ""}
          className="min-w-0 flex-1 sm:w-56 sm:flex-none"
          onChange={(text) => props.onSearch({ text: text === "" ? undefined : text, line: undefined })}
        />
        <span className="text-xs text-faint" role="status">
          {snapshot.state === "ready" ? `${count(snapshot.total)} ${snapshot.total === 1 ? "line" : "lines"}` : ""}
        </span>
        <span className="ml-auto flex items-center gap-1">
          {snapshot.firstError === null ? null : (
            <Button icon="warning" onClick={() => setJump({ to: snapshot.firstError ?? 0 })}>
              First error
            </Button>
          )}
          {live ? (
            <Button
              icon="arrowDown"
              aria-pressed={follow}
              className={follow ? "!border-accent/50 !bg-accent-soft" : ""}
              onClick={() => setFollow(!follow)}
            >
              Follow
            </Button>
          ) : null}
          {props.download === undefined ? null : (
            <a href={apiAddress(props.download)} download className={buttonClass()} aria-label="Download the whole log">
              <Icon name="download" className="size-3.5" />
              <span className="max-sm:hidden">Download</span>
            </a>
          )}
        </span>
      </div>
      {snapshot.state === "failed" ? (
        <Failure error={snapshot.error} what="The log" onRetry={() => setGeneration((before) => before + 1)} />
      ) : null}
      {snapshot.state === "loading" ? <Skeleton rows={8} height={20} /> : null}
      {snapshot.state === "ready" && snapshot.total === 0 ? (
        <p className="px-1 py-6 text-muted">
          {search.level === undefined && search.text === undefined
            ? live
              ? "No line yet. What the run writes with log.info(…) appears here as it is written."
              : "The run wrote nothing. Use log.info(…) in a flow or task, or logPrints to keep what it prints."
            : "No line has that level and text."}
        </p>
      ) : null}
      {snapshot.state === "ready" && snapshot.total > 0 ? (
        <LogLines
          key={generation}
          store={store}
          total={snapshot.total}
          version={snapshot.version}
          opensAt={snapshot.opensAt}
          follow={follow}
          onFollow={setFollow}
          jump={jump}
          line={search.line}
          onLine={(line) => props.onSearch({ line })}
          taskName={props.taskName}
        />
      ) : null}
    </div>
  );
}

function LogLines(props: {
  readonly store: LogStore;
  readonly total: number;
  readonly version: number;
  readonly opensAt: number;
  readonly follow: boolean;
  readonly onFollow: (follow: boolean) => void;
  readonly jump: { readonly to: number } | undefined;
  readonly line: string | undefined;
  readonly onLine: (line: string) => void;
  readonly taskName: ((taskRunId: string) => string | undefined) | undefined;
}) {
  const { store, total, follow, jump } = props;
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: total,
    getScrollElement: () => box.current,
    estimateSize: () => 20,
    overscan: 20,
    initialOffset: () => Math.max(0, (props.opensAt - 4) * 20),
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
  const digits = String(total).length;
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
      onKeyDown={(event) => {
        if ((event.key === "ArrowUp" || event.key === "PageUp" || event.key === "Home") && follow)
          props.onFollow(false);
      }}
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
      <span className="min-w-0 flex-1 break-words whitespace-pre-wrap">
        <Linked text={plain(log.message)} />
      </span>
      <IconButton
        icon="copy"
        label="Copy the line"
        tabIndex={-1}
        className="invisible absolute top-0 right-1 !size-5 bg-surface group-hover/line:visible"
        onClick={() => void copyText(plain(log.message))}
      />
    </div>
  );
});

/** Addresses in a line can be followed. */
function Linked({ text }: { readonly text: string }) {
  const parts = text.split(/(https?:\/\/[^\s"'<>)\]]+)/);
  if (parts.length === 1) return text;
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
      part
    ),
  );
}

/** Terminal colours mean nothing here. */
function plain(message: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
  return message.replace(/\u001b\[[0-9;]*[A-Za-z]/g, "");
}

function levelOf(search: LogSearch): number | undefined {
  const level = Number(search.level);
  return Number.isInteger(level) && level > 0 ? level : undefined;
}
