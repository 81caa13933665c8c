import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { IconButton } from "../components/button.tsx";
import { Failure } from "../components/failure.tsx";
import { Icon } from "../components/icon.tsx";
import { LogView } from "../components/log-view.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { StateLabel } from "../components/state.tsx";
import { Tabs } from "../components/tabs.tsx";
import { Elapsed } from "../components/time.tsx";
import { isBad, isFinal } from "../states.ts";
import { taskRunQuery } from "../task-run/task-run.queries.ts";
import { TaskRunDetails } from "../task-run/task-run-details.tsx";

/** The selected task beside its run; over it where there is no room. */
export function TaskPanel({
  id,
  flowRunId,
  onClose,
}: {
  readonly id: string;
  readonly flowRunId: string;
  readonly onClose: () => void;
}) {
  const query = useQuery(taskRunQuery(id));
  const [tab, setTab] = useState<"overview" | "log">("overview");
  const [log, setLog] = useState<{ readonly level?: string | undefined; readonly text?: string | undefined }>({});
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
      className="z-30 flex min-w-0 flex-col border-l bg-bg max-lg:fixed max-lg:inset-y-0 max-lg:right-0 max-lg:w-[min(100vw,460px)] max-lg:shadow-pop lg:sticky lg:top-0 lg:-mt-3 lg:max-h-[calc(100vh-45px)] lg:self-start lg:pl-4"
    >
      <div className="flex items-start gap-2 px-4 pt-3 lg:px-0">
        <div className="min-w-0 flex-1">
          <h2 className="truncate text-base font-semibold" title={run?.name}>
            {run?.name ?? "Task run"}
          </h2>
          {run === undefined ? null : (
            <p className="flex flex-wrap items-center gap-x-3">
              <StateLabel type={run.state_type} name={run.state_name} />
              <Elapsed start={run.start_time} end={run.end_time} className="text-muted" />
              {run.run_count > 1 ? <span className="text-muted">attempt {run.run_count}</span> : null}
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
          onChange={setTab}
          tabs={[
            { value: "overview", label: "Overview" },
            { value: "log", label: "Log" },
          ]}
        >
          {query.isError ? (
            <Failure error={query.error} what="The task run" onRetry={() => void query.refetch()} />
          ) : null}
          {query.isPending ? <Skeleton rows={10} height={24} /> : null}
          {page === undefined || tab !== "overview" ? null : <TaskRunDetails page={page} />}
          {page === undefined || tab !== "log" ? null : (
            <LogView
              run={{ task_run_id: id }}
              topic={{ kind: "flow-run", flow_run_id: flowRunId }}
              live={!isFinal(page.task_run.state_type)}
              failed={isBad(page.task_run.state_type)}
              search={log}
              onSearch={(change) => setLog((before) => ({ ...before, ...change }))}
            />
          )}
        </Tabs>
      </div>
    </aside>
  );
}
