import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useLive } from "../api/live.ts";
import type { LiveTopic } from "../api/types.ts";
import { apiAddress } from "../base-path.ts";
import { Button, buttonClass } from "../components/button.tsx";
import { Failure } from "../components/failure.tsx";
import { SearchField, Select } from "../components/field.tsx";
import { Icon } from "../components/icon.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { count } from "../format.ts";
import { LogLines } from "./log-lines.tsx";
import { type LogFilter, LogStore } from "./log-store.ts";
import { askForLogWindow } from "./log-window.ts";

export interface LogSearch {
  readonly level?: string | undefined;
  readonly text?: string | undefined;
  readonly line?: string | undefined;
  readonly lines?: "with-subflows" | undefined;
}

const levels = [
  { value: "0", label: "All levels" },
  { value: "10", label: "Debug and up" },
  { value: "20", label: "Info and up" },
  { value: "30", label: "Warnings and up" },
  { value: "40", label: "Errors and up" },
] as const;

const pressed = "!border-accent/50 !bg-accent-soft";

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
  /** The run has subflows, whose lines can be shown among its own. */
  readonly subflows?: boolean;
  /** Told how many lines there are whenever the whole log is shown and that changes. */
  readonly onTotal?: (total: number) => void;
}) {
  const { run, search, live, failed } = props;
  const withSubflows = search.lines === "with-subflows";
  const runKey = JSON.stringify(run);
  const [generation, setGeneration] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a generation is another store of the same filter
  const store = useMemo(
    () =>
      new LogStore(
        {
          run: JSON.parse(runKey) as LogFilter["run"],
          level: levelOf(search),
          text: search.text,
          subflows: withSubflows,
        },
        askForLogWindow,
      ),
    [runKey, search.level, search.text, withSubflows, generation],
  );
  const firstLine = useRef(search.line);
  const [heard, setHeard] = useState<string>();
  // A run that goes on is read once its changes are told, so that no line falls between the two.
  const readable = !live || heard === runKey;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a run that fails while one reads its log must not jump
  useEffect(() => {
    if (!readable) return undefined;
    const line = Number(firstLine.current);
    void store.open(Number.isInteger(line) && line > 0 ? line - 1 : undefined, failed);
    return () => store.close();
  }, [store, readable]);
  useLive(props.topic, {
    onChanges: (changes) => store.append(changes.flatMap((change) => (change.kind === "log" ? [change.row] : []))),
    onResync: () => setGeneration((before) => before + 1),
    onSubscribed: () => setHeard(runKey),
  });
  const snapshot = useSyncExternalStore(store.subscribe, store.snapshot);
  const { state, total, stale } = snapshot;
  useEffect(() => {
    if (stale) setGeneration((before) => before + 1);
  }, [stale]);
  const { onTotal } = props;
  const isWhole = search.level === undefined && search.text === undefined && !withSubflows;
  useEffect(() => {
    if (isWhole && state === "ready") onTotal?.(total);
  }, [isWhole, state, total, onTotal]);
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
          className="min-w-0 max-sm:order-last max-sm:w-full sm:w-56"
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
          {props.subflows === true ? (
            <Button
              aria-pressed={withSubflows}
              title="Also the lines of the flows that this run called"
              className={withSubflows ? pressed : ""}
              onClick={() => props.onSearch({ lines: withSubflows ? undefined : "with-subflows", line: undefined })}
            >
              Subflows
            </Button>
          ) : null}
          {live ? (
            <Button
              icon="arrowDown"
              aria-pressed={follow}
              className={follow ? pressed : ""}
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
          text={search.text}
          taskName={props.taskName}
        />
      ) : null}
    </div>
  );
}

function levelOf(search: LogSearch): number | undefined {
  const level = Number(search.level);
  return Number.isInteger(level) && level > 0 ? level : undefined;
}
