import { keepPreviousData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useLive } from "../api/live.ts";
import type { FlowRunRow } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { ConfirmDialog } from "../components/dialog.tsx";
import { Failure } from "../components/failure.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { RelativeTime } from "../components/time.tsx";
import { dateAndClock } from "../format.ts";
import { cancelRun } from "./run-actions.ts";
import { runListQuery } from "./runs.queries.ts";
import type { RunsSearch } from "./runs-search.ts";
import { StateLabel } from "./state.tsx";

/** The runs that have not started, the earliest first; each can be skipped. */
export function UpcomingRuns(props: {
  /** Whose runs they are. */
  readonly search: RunsSearch;
  readonly isOwn: (run: FlowRunRow) => boolean;
  /** What a row says of its run beside the name. */
  readonly about: (run: FlowRunRow) => string;
  /** What to say where there are none. */
  readonly children: ReactNode;
}) {
  const { isOwn, about } = props;
  const [skipping, setSkipping] = useState<FlowRunRow>();
  const queryClient = useQueryClient();
  const query = runListQuery({ ...props.search, state: ["SCHEDULED"], sort: "START_TIME_ASC" });
  const list = useInfiniteQuery({ ...query, placeholderData: keepPreviousData });
  const again = () => void queryClient.invalidateQueries({ queryKey: query.queryKey });
  useLive(
    { kind: "flow-runs" },
    {
      onChanges: (changes) => {
        if (changes.some((one) => one.kind === "deleted" || (one.kind === "flow-run" && isOwn(one.row)))) again();
      },
      onResync: again,
    },
  );
  const runs = list.data?.pages.flatMap((page) => page.results) ?? [];
  if (list.isError) return <Failure error={list.error} what="The next runs" onRetry={() => void list.refetch()} />;
  if (list.isPending) return <Skeleton rows={5} height={36} />;
  if (runs.length === 0) {
    return <p className="py-4 text-muted">{props.children}</p>;
  }
  return (
    <div className="flex flex-col gap-2">
      <ul aria-label="Next runs" className="rounded-lg border bg-surface">
        {runs.map((run) => (
          <li
            key={run.id}
            className="grid min-h-9 grid-cols-[minmax(0,1fr)_auto_auto] items-center gap-x-4 border-b px-3 py-1 last:border-0 hover:bg-hover sm:grid-cols-[120px_minmax(0,1fr)_minmax(0,1fr)_auto_auto]"
          >
            <StateLabel type={run.state_type} name={run.state_name} className="max-sm:hidden" />
            <Link
              to="/runs/flow-run/$id"
              params={{ id: run.id }}
              className="truncate font-medium hover:underline"
              title={run.name}
            >
              {run.name}
            </Link>
            <span className="truncate text-muted max-sm:hidden">{about(run)}</span>
            <span className="text-right">
              <RelativeTime time={run.next_scheduled_start_time} />
              <span className="ml-2 text-xs text-faint max-sm:hidden">
                {run.next_scheduled_start_time === null ? "" : dateAndClock(run.next_scheduled_start_time)}
              </span>
            </span>
            <Button look="ghost" aria-label={`Skip ${run.name}`} onClick={() => setSkipping(run)}>
              Skip
            </Button>
          </li>
        ))}
      </ul>
      {list.hasNextPage ? (
        <Button className="self-center" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Show more
        </Button>
      ) : null}
      {skipping === undefined ? null : (
        <ConfirmDialog
          open
          onOpenChange={() => setSkipping(undefined)}
          title={`Skip ${skipping.name}`}
          action="Skip this run"
          keep="Keep this run"
          onConfirm={async () => {
            await cancelRun(skipping.id);
            again();
          }}
        >
          The run of {dateAndClock(skipping.next_scheduled_start_time ?? skipping.created)} is cancelled before it
          starts; it stays in the list of runs as Cancelled. All other runs start at their time.
        </ConfirmDialog>
      )}
    </div>
  );
}
