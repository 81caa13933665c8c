import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Failure } from "../components/failure.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { type Jump, useLogFinder } from "./log-finder.ts";
import { LogLines } from "./log-lines.tsx";
import type { LogSearch } from "./log-search.ts";
import { isWholeAttempt, isWholeLog } from "./log-store.ts";
import { LogTools, type TaskChoice } from "./log-tools.tsx";
import { type LogSource, useOpenLog } from "./open-log.ts";
import { useWrap } from "./wrap.ts";

/**
 * The log of a run: it opens at the failure, or follows the end while the run goes on. It has any number of lines, of which only the
 * visible ones are rendered.
 */
export function LogView(
  props: LogSource & {
    readonly onSearch: (change: LogSearch) => void;
    /** The moment from which the times of lines are counted. */
    readonly start: string | null;
    /** The tasks to which the log can be narrowed. */
    readonly tasks?: readonly TaskChoice[];
    /** The name of a line's task, where it is not obvious. */
    readonly taskName?: (taskRunId: string) => string | undefined;
    readonly download?: string;
    /** The attempt is chosen elsewhere on the page. */
    readonly attemptIsChosen?: boolean;
    /** The run has subflows, whose lines can be left out. */
    readonly hasSubflows?: boolean;
    /** In a panel, where lines have no times while there is little room. */
    readonly narrow?: boolean;
    /** Called with the number of lines when it changes, while nothing but the attempt narrows the log. */
    readonly onTotal?: (total: number) => void;
  },
) {
  const { search, live, failed, onTotal, onSearch, start, taskName } = props;
  const { text } = search;
  const { store, filter, snapshot, readAgain } = useOpenLog(props);
  const { state, total, opensAt } = snapshot;
  const isWhole = isWholeLog(filter);
  const isUnfiltered = isWholeAttempt(filter);
  useEffect(() => {
    if (isUnfiltered && state === "ready") onTotal?.(total);
  }, [isUnfiltered, state, total, onTotal]);
  const [follow, setFollow] = useState(live && !failed && search.line === undefined);
  const [jump, setJump] = useState<Jump>();
  const [wrap, setWrap] = useWrap();
  const sight = useRef<readonly [number, number]>([0, 0]);
  const onSight = useCallback((first: number, last: number) => {
    sight.current = [first, last];
  }, []);
  /** The marked line, else the one at which the log opened, else the first in sight. */
  const position = () => {
    const [first, last] = sight.current;
    const marked = search.line === undefined ? opensAt : store.positionOf(Number(search.line));
    return marked !== undefined && marked >= first && marked <= last ? marked : first;
  };
  const finder = useLogFinder({
    filter,
    store,
    position,
    onFound: (line, next) => {
      setFollow(false);
      onSearch({ line: String(line) });
      setJump(next);
    },
  });
  const onError = (direction: "next" | "previous") => finder.find({ find: undefined, direction });
  const onMatch = (direction: "next" | "previous") => text !== undefined && finder.find({ find: text, direction });
  const { narrow = false } = props;
  const look = useMemo(() => ({ text, wrap, start, taskName, narrow }), [text, wrap, start, taskName, narrow]);
  const [isFull, setFull] = useFullView();
  return (
    <div
      className={isFull ? "fixed inset-0 z-50 flex min-w-0 flex-col gap-2 bg-bg p-3" : "flex min-w-0 flex-col gap-2"}
      {...(isFull ? { role: "dialog", "aria-modal": true, "aria-label": "The log in full view" } : {})}
    >
      <LogTools
        search={search}
        onSearch={onSearch}
        snapshot={snapshot}
        live={live}
        follow={follow}
        onFollow={setFollow}
        wrap={wrap}
        onWrap={setWrap}
        finder={finder}
        attempts={props.attemptIsChosen === true ? 0 : props.attempts.length}
        isFull={isFull}
        onFull={setFull}
        tasks={props.tasks ?? []}
        subflows={props.hasSubflows === true}
        download={props.download}
      />
      {state === "failed" ? <Failure error={snapshot.error} what="The log" onRetry={readAgain} /> : null}
      {state === "loading" ? <Skeleton rows={8} height={20} /> : null}
      {state === "ready" && total === 0 ? <p className="px-1 py-6 text-muted">{emptyText(isWhole, live)}</p> : null}
      {state === "ready" && total > 0 ? (
        <LogLines
          store={store}
          total={total}
          version={snapshot.version}
          opensAt={opensAt}
          follow={follow}
          onFollow={setFollow}
          live={live}
          jump={jump}
          line={search.line}
          onLine={(line) => onSearch({ line })}
          onError={onError}
          onMatch={onMatch}
          onSight={onSight}
          look={look}
          isFull={isFull}
        />
      ) : null}
    </div>
  );
}

/** The log alone on the screen, until Escape. */
function useFullView() {
  const [isFull, setFull] = useState(false);
  useEffect(() => {
    if (!isFull) return undefined;
    const close = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      event.preventDefault();
      setFull(false);
    };
    addEventListener("keydown", close, { capture: true });
    return () => removeEventListener("keydown", close, { capture: true });
  }, [isFull]);
  return [isFull, setFull] as const;
}

function emptyText(isWhole: boolean, live: boolean): string {
  if (!isWhole) return "No line matches the filter.";
  return live
    ? "No lines yet. Lines that the run writes with log.info(…) appear here."
    : "The run wrote no log lines. Use log.info(…) in a flow or task, or logPrints to keep printed output.";
}
