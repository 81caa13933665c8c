import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { DeploymentPage } from "../api/types.ts";
import { Button, buttonClass, IconButton } from "../components/button.tsx";
import { CopyButton, copyText } from "../components/copy.tsx";
import { messageOf } from "../components/failure.tsx";
import { Menu, MenuItem, MenuSeparator } from "../components/menu.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Switch } from "../components/switch.tsx";
import { Tags } from "../components/tag.tsx";
import { RelativeTime } from "../components/time.tsx";
import { runAndGo, setPaused } from "./deployment-actions.ts";
import { deploymentQuery } from "./deployments.queries.ts";

const DeleteDialog = onDemand(() => import("./delete-dialog.tsx").then((module) => module.DeleteDialog));
const DuplicateDialog = onDemand(() => import("./duplicate-dialog.tsx").then((module) => module.DuplicateDialog));

/** The name, what can be done with the deployment, and where it stands. */
export function DeploymentHeader({ page }: { readonly page: DeploymentPage }) {
  const { deployment, flow } = page;
  const pause = usePause(page);
  const run = useRun(deployment.id);
  const failure = pause.error ?? run.error;
  const words = page.schedules.filter(({ active }) => active).map((schedule) => schedule.words);
  return (
    <header className="flex flex-col gap-1.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h1 dir="auto" className="min-w-0 text-lg font-semibold break-words">
          {deployment.name}
        </h1>
        <CopyButton text={`${flow.name}/${deployment.name}`} label="Copy flow and name" className="-ml-2" />
        <span className="mr-auto inline-flex items-center gap-2">
          <Switch
            label={deployment.paused ? "Resume its schedules" : "Pause its schedules"}
            on={!deployment.paused}
            onChange={(on) => pause.mutate(!on)}
          />
          <span className="text-muted">{deployment.paused ? "Paused" : "On"}</span>
        </span>
        <Actions page={page} running={run.isPending} onRun={() => run.mutate()} />
      </div>
      {failure === null ? null : (
        <p role="alert" className="break-words text-danger">
          {messageOf(failure)}
        </p>
      )}
      <dl className="flex flex-wrap items-center gap-x-5 gap-y-1 text-muted">
        <Fact name="Flow">
          <Link to="/flows/flow/$id" params={{ id: flow.id }} className="text-text hover:underline">
            {flow.name}
          </Link>
        </Fact>
        <Fact name="Runs">{words.length === 0 ? "when somebody starts it" : words.join("; ")}</Fact>
        <WorkPoolFact deployment={deployment} />
        {deployment.status === "READY" && deployment.last_polled !== null ? (
          <Fact name="Served">
            <RelativeTime time={deployment.last_polled} className="text-text" />
          </Fact>
        ) : null}
        {deployment.version === null ? null : <Fact name="Version">{deployment.version}</Fact>}
        {deployment.tags.length === 0 ? null : (
          <Fact name="Tags">
            <Tags tags={deployment.tags} most={6} />
          </Fact>
        )}
      </dl>
    </header>
  );
}

/** The pool and the queue in which its runs wait. */
function WorkPoolFact({ deployment }: Pick<DeploymentPage, "deployment">) {
  const { work_pool_name: pool, work_queue_name: queue } = deployment;
  if (pool === null) return null;
  return (
    <Fact name="Work pool">
      <Link to="/work-pools/$pool" params={{ pool }} className="hover:underline">
        {pool}
      </Link>
      {queue === null ? null : (
        <>
          <span className="text-faint"> / </span>
          <Link to="/work-pools/$pool/queues/$queue" params={{ pool, queue }} className="hover:underline">
            {queue}
          </Link>
        </>
      )}
    </Fact>
  );
}

function Actions(props: { readonly page: DeploymentPage; readonly running: boolean; readonly onRun: () => void }) {
  const { deployment, flow } = props.page;
  const [asking, setAsking] = useState<"delete" | "duplicate">();
  const navigate = useNavigate();
  const close = () => setAsking(undefined);
  return (
    <div className="flex items-center gap-1.5">
      <span className="inline-flex">
        <Button look="primary" icon="play" className="rounded-r-none" disabled={props.running} onClick={props.onRun}>
          Run
        </Button>
        <Link
          to="/deployments/$id/run"
          params={{ id: deployment.id }}
          className={`${buttonClass("primary")} rounded-l-none border-l-on-accent/40`}
        >
          Run with…
        </Link>
      </span>
      <Menu align="end" trigger={<IconButton icon="more" look="plain" label="More" />}>
        <MenuItem icon="runs" onSelect={() => void navigate({ to: "/runs", search: { deployment: [deployment.id] } })}>
          All runs
        </MenuItem>
        <MenuItem icon="copy" onSelect={() => void copyText(deployment.id)}>
          Copy the id
        </MenuItem>
        <MenuItem icon="copy" onSelect={() => setAsking("duplicate")}>
          Duplicate…
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon="trash" danger onSelect={() => setAsking("delete")}>
          Delete…
        </MenuItem>
      </Menu>
      {asking === "delete" ? (
        <DeleteDialog
          deployment={{ ...deployment, flow_name: flow.name }}
          onClose={close}
          onDeleted={() => navigate({ to: "/deployments" })}
        />
      ) : null}
      {asking === "duplicate" ? <DuplicateDialog deployment={deployment} onClose={close} /> : null}
    </div>
  );
}

function usePause({ deployment: { id } }: DeploymentPage) {
  const queryClient = useQueryClient();
  const { queryKey } = deploymentQuery(id);
  const show = (paused: boolean) =>
    queryClient.setQueryData<DeploymentPage>(queryKey, (page) =>
      page === undefined ? page : { ...page, deployment: { ...page.deployment, paused } },
    );
  return useMutation({
    mutationFn: (paused: boolean) => setPaused(id, paused),
    onMutate: show,
    onError: (_, paused) => show(!paused),
    onSettled: () => queryClient.invalidateQueries({ queryKey }),
  });
}

function useRun(id: string) {
  const navigate = useNavigate();
  return useMutation({
    mutationFn: () => runAndGo(id),
    onSuccess: (place) => navigate(place),
  });
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="flex min-w-0 items-center gap-1.5">
      <dt className="text-faint">{name}</dt>
      <dd className="min-w-0 break-words text-text">{children}</dd>
    </div>
  );
}
