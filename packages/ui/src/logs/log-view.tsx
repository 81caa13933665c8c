import { useEffect, useState } from "react";
import type { LiveTopic } from "../api/types.ts";
import { Failure } from "../components/failure.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { LogLines } from "./log-lines.tsx";
import type { LogSearch } from "./log-search.ts";
import type { LogFilter } from "./log-store.ts";
import { LogTools } from "./log-tools.tsx";
import { useOpenLog } from "./open-log.ts";

/**
 * The log of a run: it opens at the failure, or follows the end while the run goes on. It has any number of lines, of which only the
 * visible ones are rendered.
 */
export function LogView(props: {
  readonly run: LogFilter["run"];
  readonly topic: LiveTopic;
  readonly live: boolean;
  readonly failed: boolean;
  readonly search: LogSearch;
  readonly onSearch: (change: LogSearch) => void;
  /** The name of a line's task, where it is not obvious. */
  readonly taskName?: (taskRunId: string) => string | undefined;
  readonly download?: string;
  /** Whether the run has subflows, whose lines can be included. */
  readonly subflows?: boolean;
  /** Called with the number of lines when it changes, while the log is unfiltered. */
  readonly onTotal?: (total: number) => void;
}) {
  const { search, live, failed, onTotal } = props;
  const { store, snapshot, generation, readAgain } = useOpenLog(props);
  const { state, total } = snapshot;
  const isWhole = search.level === undefined && search.text === undefined && search.lines === undefined;
  useEffect(() => {
    if (isWhole && state === "ready") onTotal?.(total);
  }, [isWhole, state, total, onTotal]);
  const [follow, setFollow] = useState(live && !failed);
  const [jump, setJump] = useState<{ readonly to: number }>();
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <LogTools
        search={search}
        onSearch={props.onSearch}
        snapshot={snapshot}
        live={live}
        follow={follow}
        onFollow={setFollow}
        onJump={(to) => setJump({ to })}
        subflows={props.subflows === true}
        download={props.download}
      />
      {state === "failed" ? <Failure error={snapshot.error} what="The log" onRetry={readAgain} /> : null}
      {state === "loading" ? <Skeleton rows={8} height={20} /> : null}
      {state === "ready" && total === 0 ? <p className="px-1 py-6 text-muted">{emptyText(search, live)}</p> : null}
      {state === "ready" && total > 0 ? (
        <LogLines
          key={generation}
          store={store}
          total={total}
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

function emptyText(search: LogSearch, live: boolean): string {
  if (search.level !== undefined || search.text !== undefined) return "No line matches this level and text.";
  return live
    ? "No lines yet. Lines that the run writes with log.info(…) appear here."
    : "The run wrote no log lines. Use log.info(…) in a flow or task, or logPrints to keep printed output.";
}
