import { describeResultLocation, storeOfResult } from "@ostinato/core";
import type { listTaskResults } from "@ostinato/protocol";
import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { call } from "../api/api.ts";
import type { TaskResult, TaskResultPage } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { Failure } from "../components/failure.tsx";
import { SearchField } from "../components/field.tsx";
import { Icon } from "../components/icon.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { RelativeTime } from "../components/time.tsx";
import { bytes } from "../format.ts";
import { ResultValue, taskRunResultQuery } from "../results/stored-result.tsx";
import { ValueView } from "../results/value-view.tsx";
import { StateIcon } from "../runs/state.tsx";
import { runResultQuery } from "./flow-run.queries.ts";

/** The results of the run and of its tasks. */
export function RunResults({ id, attempt }: { readonly id: string; readonly attempt: number | undefined }) {
  return (
    <div className="flex flex-col gap-6">
      <section aria-label="Result of the run">
        <h3 className="mb-2 font-semibold">Result of the run</h3>
        <OwnResult id={id} />
      </section>
      <section aria-label="Results of tasks">
        <h3 className="mb-2 font-semibold">Results of its tasks</h3>
        <TaskResults id={id} attempt={attempt} />
      </section>
    </div>
  );
}

function OwnResult({ id }: { readonly id: string }) {
  const query = useQuery(runResultQuery(id));
  if (query.isError) return <Failure error={query.error} what="The result" onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton rows={2} height={20} />;
  return <ResultValue result={query.data} />;
}

function taskResultsQuery(id: string, text: string, attempt: number | undefined) {
  return infiniteQueryOptions({
    queryKey: ["flow-run", id, "task-results", text, attempt],
    queryFn: ({ pageParam, signal }) =>
      call<typeof listTaskResults>("POST /ui/flow_runs/{id}/results", {
        params: { id },
        body: { text, cursor: pageParam, limit: 50, ...(attempt === undefined ? {} : { attempt }) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last: TaskResultPage) => last.next_cursor,
    placeholderData: keepPreviousData,
  });
}

function TaskResults({ id, attempt }: { readonly id: string; readonly attempt: number | undefined }) {
  const [text, setText] = useState("");
  const query = useInfiniteQuery(taskResultsQuery(id, text, attempt));
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  if (query.isError) return <Failure error={query.error} what="The results" onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton rows={6} height={30} />;
  const results = query.data.pages.flatMap((page) => page.results);
  if (results.length === 0 && text === "") return <p className="text-muted">No task has returned a result yet.</p>;
  return (
    <div className="flex flex-col gap-2">
      <SearchField label="Filter by task name" value={text} onChange={setText} className="w-56" />
      {results.length === 0 ? <p className="text-muted">No task of this name has returned a result.</p> : null}
      <ul className="rounded-lg border bg-surface empty:hidden">
        {results.map((result) => (
          <ResultRow
            key={result.task_run_id}
            result={result}
            open={open.has(result.task_run_id)}
            onToggle={() => setOpen(open.symmetricDifference(new Set([result.task_run_id])))}
          />
        ))}
      </ul>
      {query.hasNextPage ? (
        <Button className="self-start" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show more
        </Button>
      ) : null}
    </div>
  );
}

function ResultRow(props: { readonly result: TaskResult; readonly open: boolean; readonly onToggle: () => void }) {
  const { result, open, onToggle } = props;
  return (
    <li className="border-b last:border-0">
      <button
        type="button"
        aria-expanded={open}
        onClick={onToggle}
        className="flex min-h-8 w-full items-center gap-2 px-3 text-left hover:bg-hover"
      >
        <Icon name={open ? "chevronDown" : "chevronRight"} className="size-3 shrink-0 text-faint" />
        <StateIcon type={result.state_type} name={result.state_name} />
        <span className="min-w-0 flex-1 truncate">{result.name}</span>
        <span className="w-20 shrink-0 text-xs text-muted max-sm:hidden">{kindOf(result)}</span>
        <span className="w-20 shrink-0 text-right text-xs text-muted max-sm:hidden">
          {result.size_bytes === null ? "" : bytes(result.size_bytes)}
        </span>
        <span className="w-28 shrink-0 truncate text-xs text-faint max-sm:hidden">{placeOf(result)}</span>
        <span className="w-20 shrink-0 text-right text-xs text-faint">
          {result.created === null ? "" : <RelativeTime time={result.created} />}
        </span>
      </button>
      {open ? <OpenResult result={result} /> : null}
    </li>
  );
}

function kindOf({ kind, persisted }: TaskResult): string {
  return kind ?? persisted?.serializer ?? (persisted === null ? "deleted" : "value");
}

function placeOf({ reused_from, location, in_database, persisted }: TaskResult): string {
  if (persisted !== null) return "with the client";
  if (reused_from !== null) return "from the cache";
  if (location !== null) return `in ${storeOfResult(location)}`;
  return in_database ? "in the database" : "not kept";
}

function OpenResult({ result }: { readonly result: TaskResult }) {
  const { task_run_id: id, location, reused_from, name } = result;
  const query = useQuery(taskRunResultQuery(id));
  return (
    <div className="flex flex-col gap-2 px-3 pb-3">
      {query.isError ? (
        <Failure error={query.error} what="The result" onRetry={() => void query.refetch()} />
      ) : query.data === undefined ? (
        <Skeleton rows={2} height={20} />
      ) : result.persisted !== null ? (
        <ResultValue result={query.data} />
      ) : result.kind === null ? null : (
        <ValueView preview={query.data.preview} />
      )}
      <p className="text-xs break-all text-muted">
        {result.reason === null ? "" : `${result.reason} `}
        {location === null ? "" : `Kept ${describeResultLocation(location)}. `}
        {reused_from?.task_run_id ? (
          <>
            Made by{" "}
            <Link
              to="/runs/task-run/$id"
              params={{ id: reused_from.task_run_id }}
              className="text-accent hover:underline"
            >
              an earlier task run
            </Link>
            .{" "}
          </>
        ) : null}
        <Link to="/runs/task-run/$id" params={{ id }} className="text-accent hover:underline">
          Open {name}
        </Link>
      </p>
    </div>
  );
}
