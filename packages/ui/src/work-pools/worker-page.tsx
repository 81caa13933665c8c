import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import type { WorkerPage as PageData } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { CopyButton } from "../components/copy.tsx";
import { Failure } from "../components/failure.tsx";
import { HeaderFact, HeaderFacts } from "../components/header-facts.tsx";
import { JsonView } from "../components/json-view.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Page, Section } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { RelativeTime } from "../components/time.tsx";
import { exact } from "../format.ts";
import { runColumns } from "../runs/run-columns.tsx";
import { RunList } from "../runs/run-list.tsx";
import { useLivePlace } from "./live-work-pools.ts";
import { SlotRuns } from "./slot-runs.tsx";
import { workerQuery } from "./work-pools.queries.ts";
import { WorkerStatusLabel } from "./worker-status.tsx";

const RemoveWorkerDialog = onDemand(() =>
  import("./remove-worker-dialog.tsx").then((module) => module.RemoveWorkerDialog),
);

const route = getRouteApi("/work-pools/$pool/workers/$worker");
const columns = runColumns.filter((column) =>
  ["flow", "deployment", "state", "started", "duration", "message"].includes(column.id),
);

export function WorkerPage() {
  const { pool, worker: name } = route.useParams();
  const query = useQuery(workerQuery(pool, name));
  const page = query.data;
  useLivePlace(workerQuery(pool, name).queryKey, page?.pool.id, (run) => run.work_pool_id === page?.pool.id);
  const crumbs = [{ label: pool, link: { to: "/work-pools/$pool", params: { pool } } }] as const;
  if (page === undefined) {
    return (
      <Page title={name} crumbs={crumbs}>
        {query.isError ? (
          <Failure error={query.error} what="The worker" onRetry={() => void query.refetch()} />
        ) : (
          <Skeleton rows={12} />
        )}
      </Page>
    );
  }
  const { worker, runs } = page;
  return (
    <Page title={name} crumbs={crumbs} ownHeading>
      <Header page={page} />
      <Section title="Its runs now">
        <div className="px-3 py-2">
          {worker.runs.length === 0 ? <p className="text-muted">None.</p> : <SlotRuns runs={worker.runs} />}
        </div>
      </Section>
      <section className="flex flex-col gap-2">
        <h2 className="text-sm font-semibold">Runs that it has taken</h2>
        {runs.length === 0 ? (
          <p className="text-muted">None yet.</p>
        ) : (
          <>
            <RunList runs={runs} columns={columns} />
            {runs.length < 100 ? null : <p className="text-xs text-faint">These are its latest 100 runs.</p>}
          </>
        )}
      </section>
      {worker.metadata === null ? null : (
        <Section title="What the worker reports">
          <div className="px-3 py-2">
            <JsonView value={worker.metadata} />
          </div>
        </Section>
      )}
    </Page>
  );
}

function Header({ page }: { readonly page: PageData }) {
  const { pool, worker } = page;
  const [removing, setRemoving] = useState(false);
  const navigate = route.useNavigate();
  return (
    <header className="flex flex-col gap-1.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h1 dir="auto" className="min-w-0 text-lg font-semibold break-words">
          {worker.name}
        </h1>
        <CopyButton text={worker.name} label="Copy the name" className="-ml-2" />
        <span className="mr-auto">
          <WorkerStatusLabel status={worker.status} />
        </span>
        {worker.status === "ONLINE" ? null : (
          <Button icon="trash" look="danger" onClick={() => setRemoving(true)}>
            Remove…
          </Button>
        )}
      </div>
      <HeaderFacts>
        <HeaderFact name="Work pool">
          <Link to="/work-pools/$pool" params={{ pool: pool.name }} className="hover:underline">
            {pool.name}
          </Link>
        </HeaderFact>
        <HeaderFact name="Last sign of life">
          <RelativeTime time={worker.last_heartbeat_time} />
        </HeaderFact>
        {worker.heartbeat_interval_seconds === null ? null : (
          <HeaderFact name="Heartbeat">every {worker.heartbeat_interval_seconds} s</HeaderFact>
        )}
        <HeaderFact name="First seen">{exact(worker.created)}</HeaderFact>
      </HeaderFacts>
      {removing ? (
        <RemoveWorkerDialog
          pool={pool.name}
          worker={worker.name}
          onClose={() => setRemoving(false)}
          onRemoved={() =>
            navigate({ to: "/work-pools/$pool", params: { pool: pool.name }, search: { tab: "workers" } })
          }
        />
      ) : null}
    </header>
  );
}
