import { startsOf } from "@ostinato/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useCallback, useEffect, useState } from "react";
import { pageAddress } from "../base-path.ts";
import { IconButton } from "../components/button.tsx";
import { CopyButton } from "../components/copy.tsx";
import { Failure } from "../components/failure.tsx";
import { Icon } from "../components/icon.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { Tabs } from "../components/tabs.tsx";
import { RelativeTime } from "../components/time.tsx";
import type { LogSearch } from "../logs/log-search.ts";
import { LogView } from "../logs/log-view.tsx";
import { Ran } from "../runs/ran.tsx";
import { StateLabel } from "../runs/state.tsx";
import { isBad, isFinal } from "../states.ts";
import { taskRunQuery } from "../task-run/task-run.queries.ts";
import { TaskRunDetails } from "../task-run/task-run-details.tsx";
import type { ChangeSearch, FlowRunSearch } from "./flow-run-search.ts";

/** The selected task run beside its flow run; above it on narrow screens. */
export function TaskPanel({
  id,
  search,
  onSearch,
}: {
  readonly id: string;
  readonly search: FlowRunSearch;
  readonly onSearch: ChangeSearch;
}) {
  const query = useQuery(taskRunQuery(id));
  const tab = search.pane ?? "overview";
  const onClose = useCallback(() => onSearch({ task: undefined }), [onSearch]);
  const [log, setLog] = useState<LogSearch>({});
  useEffect(() => {
    const close = (event: KeyboardEvent) => {
      if (
        event.key === "Escape" &&
        !event.defaultPrevented &&
        document.querySelector("[role=dialog],[role=menu]") === null
      )
        onClose();
    };
    addEventListener("keydown", close);
    return () => removeEventListener("keydown", close);
  }, [onClose]);
  const page = query.data;
  const run = page?.task_run;
  return (
    <aside
      aria-label="Selected task run"
      className="z-30 flex min-w-0 flex-col border-l bg-bg max-lg:fixed max-lg:inset-y-0 max-lg:right-0 max-lg:w-[min(100vw,460px)] max-lg:shadow-pop max-sm:top-auto max-sm:h-[82dvh] max-sm:rounded-t-xl max-sm:border-t max-sm:border-l-0 lg:sticky lg:top-0 lg:-mt-3 lg:max-h-[calc(100vh-45px)] lg:self-start lg:pl-4"
    >
      <div className="flex items-start gap-2 px-4 pt-3 lg:px-0">
        <div className="min-w-0 flex-1">
          <div className="flex items-center gap-1">
            <h2 dir="auto" className="truncate text-base font-semibold" title={run?.name}>
              {run?.name ?? "Task run"}
            </h2>
            {run === undefined ? null : <CopyButton text={run.name} label="Copy the name of the task run" />}
          </div>
          {run === undefined ? null : (
            <p className="flex flex-wrap items-center gap-x-3">
              <StateLabel type={run.state_type} name={run.state_name} />
              <Ran run={run} since={run.state?.timestamp} className="text-muted" />
              {run.run_count > 1 ? <span className="text-muted">attempt {run.run_count}</span> : null}
              <RelativeTime time={run.state?.timestamp} className="text-faint" />
              {page?.child_flow_run_id === null || page === undefined ? null : (
                <Link
                  to="/runs/flow-run/$id"
                  params={{ id: page.child_flow_run_id }}
                  className="text-accent hover:underline"
                >
                  Open the subflow
                </Link>
              )}
            </p>
          )}
        </div>
        <CopyButton text={pageAddress(`runs/task-run/${id}`)} icon="link" label="Copy the link" className="!size-7" />
        <Link
          to="/runs/task-run/$id"
          params={{ id }}
          aria-label="Open as a page"
          title="Open as a page"
          className="inline-flex size-7 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-text"
        >
          <Icon name="expand" />
        </Link>
        <IconButton icon="close" label="Close the panel" onClick={onClose} />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-4 pb-8 lg:px-0">
        <Tabs
          label="Task run"
          value={tab}
          onChange={(next) => onSearch({ pane: next === "log" ? "log" : undefined })}
          tabs={[
            { value: "overview", label: "Overview" },
            { value: "log", label: "Log" },
          ]}
        >
          {query.isError ? (
            <Failure error={query.error} what="The task run" onRetry={() => void query.refetch()} />
          ) : null}
          {query.isPending ? <Skeleton rows={10} height={24} /> : null}
          {page === undefined || tab !== "overview" ? null : <TaskRunDetails page={page} attempt={search.attempt} />}
          {page === undefined || tab !== "log" ? null : (
            <LogView
              run={{ task_run_id: id }}
              topic={{ kind: "task-run", task_run_id: id }}
              live={!isFinal(page.task_run.state_type)}
              failed={isBad(page.task_run.state_type)}
              start={page.task_run.start_time}
              attempts={startsOf(page.states)}
              search={log}
              onSearch={(change) => setLog((before) => ({ ...before, ...change }))}
            />
          )}
        </Tabs>
      </div>
    </aside>
  );
}
