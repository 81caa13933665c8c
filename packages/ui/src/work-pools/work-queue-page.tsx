import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import type { WorkQueuePage as PageData } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { Failure, messageOf } from "../components/failure.tsx";
import { HeaderFact, HeaderFacts } from "../components/header-facts.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Page } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { Switch } from "../components/switch.tsx";
import { Tabs } from "../components/tabs.tsx";
import { RelativeTime } from "../components/time.tsx";
import { StartProblems } from "../deployments/start-problems.tsx";
import { count } from "../format.ts";
import { useLivePlace } from "./live-work-pools.ts";
import { PlaceRuns } from "./place-runs.tsx";
import { PlaceSlots } from "./place-slots.tsx";
import { PlaceStatusLabel } from "./place-status.tsx";
import { changeQueue } from "./work-pool-actions.ts";
import { workQueueQuery } from "./work-pools.queries.ts";

const QueueDialog = onDemand(() => import("./queue-dialog.tsx").then((module) => module.QueueDialog));
const DeleteQueueDialog = onDemand(() =>
  import("./delete-queue-dialog.tsx").then((module) => module.DeleteQueueDialog),
);
const Upcoming = onDemand(
  () => import("./upcoming-tab.tsx").then((module) => module.UpcomingTab),
  <Skeleton rows={5} height={34} />,
);

const route = getRouteApi("/work-pools/$pool/queues/$queue");

export function WorkQueuePage() {
  const { pool, queue } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(workQueueQuery(pool, queue));
  const page = query.data;
  const isOwn = (run: { readonly work_queue_id: string | null }) => run.work_queue_id === page?.queue.id;
  useLivePlace(workQueueQuery(pool, queue).queryKey, page?.pool.id, isOwn);
  const queueId = page?.queue.id ?? "";
  const runs = useMemo(() => ({ queue: [queueId] }), [queueId]);
  const crumbs = [{ label: pool, link: { to: "/work-pools/$pool", params: { pool } } }] as const;
  if (page === undefined) {
    return (
      <Page title={queue} crumbs={crumbs}>
        {query.isError ? (
          <Failure error={query.error} what="The work queue" onRetry={() => void query.refetch()} />
        ) : (
          <Skeleton rows={12} />
        )}
      </Page>
    );
  }
  return (
    <Page title={queue} crumbs={crumbs} ownHeading>
      <Header page={page} />
      <StartProblems problems={page.problems} sinceText="The last sign of a worker was" />
      <PlaceSlots taken={page.queue.active_slots} limit={page.queue.concurrency_limit} holders={page.holders} />
      <Tabs
        label="The work queue"
        value={search.tab ?? "runs"}
        onChange={(tab) => void navigate({ search: tab === "runs" ? {} : { tab }, resetScroll: false })}
        tabs={[
          { value: "runs", label: "Runs" },
          { value: "upcoming", label: "Upcoming" },
        ]}
      >
        {search.tab === "upcoming" ? (
          <Upcoming search={runs} isOwn={isOwn} />
        ) : (
          <PlaceRuns search={runs} isOwn={isOwn} figures={workQueueQuery(pool, queue).queryKey}>
            This queue has had no runs in the last 90 days.
          </PlaceRuns>
        )}
      </Tabs>
    </Page>
  );
}

function Header({ page }: { readonly page: PageData }) {
  const { pool, queue, deployments } = page;
  const queryClient = useQueryClient();
  const navigate = route.useNavigate();
  const [asking, setAsking] = useState<"edit" | "delete">();
  const close = () => setAsking(undefined);
  const { queryKey } = workQueueQuery(pool.name, queue.name);
  const pause = useMutation({
    mutationFn: (is_paused: boolean) => changeQueue(pool.name, queue.name, { is_paused }),
    onSettled: () => queryClient.invalidateQueries({ queryKey }),
  });
  return (
    <header className="flex flex-col gap-1.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h1 dir="auto" className="min-w-0 text-lg font-semibold break-words">
          {queue.name}
        </h1>
        <span className="mr-auto inline-flex items-center gap-2">
          <Switch
            label={queue.is_paused ? "Resume the queue" : "Pause the queue"}
            on={!queue.is_paused}
            onChange={(on) => pause.mutate(!on)}
          />
          <PlaceStatusLabel status={queue.status} />
        </span>
        <Button icon="edit" onClick={() => setAsking("edit")}>
          Edit
        </Button>
        {queue.id === pool.default_queue_id ? null : (
          <Button icon="trash" look="danger" onClick={() => setAsking("delete")}>
            Delete…
          </Button>
        )}
      </div>
      {pause.isError ? (
        <p role="alert" className="break-words text-danger">
          {messageOf(pause.error)}
        </p>
      ) : null}
      {queue.description === null || queue.description === "" ? null : (
        <p className="max-w-4xl break-words text-muted">{queue.description}</p>
      )}
      <HeaderFacts>
        <HeaderFact name="Work pool">
          <Link to="/work-pools/$pool" params={{ pool: pool.name }} className="hover:underline">
            {pool.name}
          </Link>
        </HeaderFact>
        <HeaderFact name="Priority">{queue.priority}</HeaderFact>
        <HeaderFact name="Running now">{count(queue.running)}</HeaderFact>
        {queue.late === 0 ? null : (
          <HeaderFact name="Late runs">
            {count(queue.late)}, the first <RelativeTime time={queue.late_since} />
          </HeaderFact>
        )}
        <HeaderFact name="Last asked">
          {queue.last_polled === null ? "never" : <RelativeTime time={queue.last_polled} />}
        </HeaderFact>
        {deployments.count === 0 ? null : (
          <HeaderFact name="Used by">
            {deployments.results.slice(0, 3).map(({ id, name, flow_name }, index) => (
              <span key={id}>
                {index === 0 ? "" : ", "}
                <Link to="/deployments/$id" params={{ id }} className="hover:underline">
                  {flow_name}/{name}
                </Link>
              </span>
            ))}
            {deployments.count > 3 ? ` and ${count(deployments.count - 3)} more` : ""}
          </HeaderFact>
        )}
      </HeaderFacts>
      {asking === "edit" ? (
        <QueueDialog
          pool={pool.name}
          queue={queue}
          onClose={close}
          onSaved={async (name) => {
            if (name !== queue.name)
              await navigate({ to: "/work-pools/$pool/queues/$queue", params: { pool: pool.name, queue: name } });
          }}
        />
      ) : null}
      {asking === "delete" ? (
        <DeleteQueueDialog
          pool={pool.name}
          queue={queue}
          onClose={close}
          onDeleted={() =>
            navigate({ to: "/work-pools/$pool", params: { pool: pool.name }, search: { tab: "queues" } })
          }
        />
      ) : null}
    </header>
  );
}
